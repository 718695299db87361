// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/summarize.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/models/config_json.h"
#include "hodhod/text/languages/sentences.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod {
namespace {

const WritingTask& summarization() {
  static const WritingTask kWriting{
      .name = "summarize",
      .lacks = "does not write summaries",
      .reads_source = true,
      .usual_decoding = {.max_new_tokens = 128, .num_beams = 4, .no_repeat_ngram_size = 3},
      .params = kSummarization,
      .settings = usual_translation};
  return kWriting;
}

// What config.json says of documents. Its other settings are those of decoding.
SummaryReading reading_of(const Json& config, const std::string& place) {
  SummaryReading reading;
  const Json own = settings_of_task(config, kSummarization);
  reading.prefix = json_get_or<std::string>(own, "prefix", "", place);
  reading.max_source = json_get_or<int64_t>(own, "max_source_length", reading.max_source, place);
  check(reading.max_source > 0, "{}: task_specific_params: max_source_length: {} is not a number of tokens",
        place, reading.max_source);
  return reading;
}

Json task_of(const SummaryReading& reading) {
  const Json own = {{"prefix", reading.prefix}, {"max_source_length", reading.max_source}};
  return {{"task_specific_params", {{std::string(kSummarization), own}}}};
}

std::vector<TextPair> pairs_of(const std::vector<SummarizedText>& texts, const std::string& prefix) {
  std::vector<TextPair> pairs;
  for (const SummarizedText& text : texts) pairs.push_back({prefix + text.document, text.summaries[0]});
  return pairs;
}

}  // namespace

Summarizer Summarizer::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                            uint64_t seed) {
  return {{summarization().make(config, std::move(tokenizer), seed)}, {}};
}

Summarizer Summarizer::load(const ModelPath& path, const FineTuning& tuning) {
  Summarizer summarizer{{summarization().load(path, tuning)}, {}};
  summarizer.reading = reading_of(summarizer.origin.config, join_path(path.directory, "config.json"));
  return summarizer;
}

std::string Summarizer::summarize(const std::string& document, const GenerateOptions& options) const {
  Context context;
  return hodhod::summarize(*this, {document}, {.decode = options.applied_to(decoding)}, context)[0]
      .best[0]
      .text;
}

std::vector<Translated> summarize(const Summarizer& summarizer, const std::vector<std::string>& documents,
                                  const TranslateOptions& options, Context& context) {
  std::vector<std::string> texts;
  for (const std::string& document : documents)
    texts.push_back(text::is_blank_text(document) ? std::string() : summarizer.reading.prefix + document);
  TranslateOptions own = options;
  own.unit = TranslationUnit::beginning;
  own.max_source = summarizer.reading.max_source;
  return translate(summarizer, texts, own, context);
}

TranslationTrainee summary_trainee(Summarizer& summarizer, const std::vector<SummarizedText>& train,
                                   const std::vector<SummarizedText>& dev, const SummaryTraining& options) {
  const std::string& prefix = summarizer.reading.prefix;
  return {summarizer,
          pairs_of(train, prefix),
          pairs_of(dev, prefix),
          {.batches = options.batches,
           .label_smoothing = options.label_smoothing,
           .max_length = options.max_summary,
           .token_cache = options.token_cache,
           .validation_pairs = options.validation_documents,
           .max_source = summarizer.reading.max_source,
           .metric = PairMetric::rouge,
           .task = task_of(summarizer.reading)}};
}

std::string first_sentence(const std::string& document) {
  const auto sentences = text::split_sentences(document);
  return sentences.empty() ? std::string() : std::string(sentences[0]);
}

std::string first_words(const std::string& document, int64_t count) {
  const auto words = metrics::words(document);
  const int64_t last = std::min(count, std::ssize(words)) - 1;
  if (last < 0) return {};
  const char* end = words[static_cast<size_t>(last)].data() + words[static_cast<size_t>(last)].size();
  return {words[0].data(), end};
}

}  // namespace hodhod
