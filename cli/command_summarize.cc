// SPDX-License-Identifier: Apache-2.0
// hodhod summarize DIR: writes summaries of documents from arguments, files or standard input, one on each
// line. `evaluate` compares summaries with those of people.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "cli/decoding.h"
#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/summarize.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/text_scores.h"

namespace hodhod::cli {
namespace {

constexpr const char* kReadingGroup = "Reading (as in training unless given)";

struct SummarizeFlags {
  ModelArguments model;
  TextInput input;
  SummaryReading reading;
  bool json = false;
  DecodeOptions decode;
};

// The summarizer in the directory, with what the command says of documents.
Summarizer summarizer_in(const ModelPath& path, const Command& command, const SummaryReading& given) {
  Summarizer summarizer = warned(Summarizer::load(path));
  command.keep_given(summarizer.reading, given);
  const int64_t takes = summarizer.model->sequence_to_sequence()->max_source_length();
  check(!command.was_given("--max-source") || given.max_source <= takes,
        "--max-source {}: the model takes {} tokens; lower it", given.max_source, takes);
  return summarizer;
}

LongTexts long_documents(const Summarizer& summarizer) {
  return LongTexts(
      std::min(summarizer.reading.max_source, summarizer.model->sequence_to_sequence()->max_source_length()));
}

std::string summary_line(const std::string& document, const std::vector<Translation>& found, bool json) {
  if (json) {
    Json summaries = Json::array();
    for (const Translation& one : found) summaries.push_back({{"text", one.text}, {"score", one.score}});
    return json_line({{"document", document}, {"summaries", summaries}});
  }
  std::string lines;
  for (const Translation& one : found) {
    if (found.size() > 1) lines += fmt::format("{:.4f}\t", one.score);
    lines += one_line(one.text) + "\n";
  }
  return lines;
}

int run_summarize(const Command& command, const SummarizeFlags& flags, const Session& session) {
  const Summarizer summarizer = summarizer_in(flags.model, command, flags.reading);
  TranslateOptions options{.decode = flags.decode};
  Context context;
  LongTexts long_texts = long_documents(summarizer);
  for_each_block(flags.input, "Summarising", session.quiet, [&](const std::vector<std::string>& block) {
    const auto found = summarize(summarizer, block, options, context);
    std::string out;
    for (size_t i = 0; i < block.size(); ++i) out += summary_line(block[i], found[i].best, flags.json);
    print_text(out);
    options.first += block.size();
    for (const Translated& one : found) long_texts.add(one.tokens);
  });
  tell(long_texts.notes(kCutOff));
  return 0;
}

void declare_summarize(Command& command) {
  auto flags = std::make_shared<SummarizeFlags>();
  add_model_arguments(command, flags->model);
  add_text_input(command, flags->input, "Documents to summarise", "document");
  command.add("--json", flags->json, "Print a JSON object for each document");
  command.add_config(flags->reading, kReadingGroup);
  add_decoding(command, flags->decode);
  command.on_prepare(
      [flags, &command] { read_decoding(command, flags->model, flags->decode, kSummarization); });
  command.on_run(
      [flags, &command](const Session& session) { return run_summarize(command, *flags, session); });
}

struct EvaluateSummarizeFlags : EvaluateFlags {
  SummaryColumns columns;
  SummaryReading reading;
  DecodeOptions decode;
};

// ROUGE of one text for each document.
std::vector<metrics::TextScore> rouge(const std::vector<SummarizedText>& texts,
                                      const std::function<std::string(size_t)>& text_of) {
  metrics::TextScores scores({"rouge"}, {});
  for (size_t i = 0; i < texts.size(); ++i) scores.add(text_of(i), texts[i].summaries);
  return scores.scores();
}

Json rouge_json(const std::vector<metrics::TextScore>& scores) {
  Json json = Json::object();
  for (const metrics::TextScore& score : scores) json[score.key] = score.value;
  return json;
}

std::string rouge_text(const std::string& what, const std::vector<metrics::TextScore>& scores) {
  std::string text = what;
  for (const metrics::TextScore& score : scores)
    text += fmt::format("   {} = {:.2f}", score.name, score.value);
  return text;
}

int evaluate_summarize(const Command& command, const EvaluateSummarizeFlags& flags) {
  check_data(flags);
  const Summarizer summarizer = summarizer_in(flags.model, command, flags.reading);
  const std::vector<SummarizedText> texts = told(read_summaries(flags.data, flags.columns)).all;
  std::vector<std::string> documents;
  double words = 0;
  for (const SummarizedText& text : texts) {
    documents.push_back(text.document);
    words += static_cast<double>(metrics::words(text.summaries[0]).size());
  }
  const auto typical = std::llround(words / static_cast<double>(texts.size()));
  Context context;
  const auto found = summarize(summarizer, documents, {.decode = flags.decode}, context);
  LongTexts long_texts = long_documents(summarizer);
  for (const Translated& one : found) long_texts.add(one.tokens);
  tell(long_texts.notes(kCutOff));
  const auto own = rouge(texts, [&](size_t i) { return one_line(found[i].best[0].text); });
  const auto sentence = rouge(texts, [&](size_t i) { return first_sentence(documents[i]); });
  const auto beginning = rouge(texts, [&](size_t i) { return first_words(documents[i], typical); });
  Json values = rouge_json(own);
  values["documents"] = texts.size();
  values["first_sentence"] = rouge_json(sentence);
  values["first_words"] = rouge_json(beginning);
  values["first_words"]["words"] = typical;
  report(flags, values,
         fmt::format("{}\n{}\n{}\n{}", count_of(std::ssize(texts), "document"),
                     rouge_text("summaries           ", own), rouge_text("the first sentence  ", sentence),
                     rouge_text(fmt::format("the first {:>2} words  ", typical), beginning)));
  return 0;
}

void declare_evaluate_summarize(Command& command) {
  auto flags = std::make_shared<EvaluateSummarizeFlags>();
  add_evaluate_flags(command, *flags, "Documents with their summaries");
  command.add_config(flags->columns, "Documents with summaries");
  command.add_config(flags->reading, kReadingGroup);
  add_decoding(command, flags->decode);
  command.on_prepare(
      [flags, &command] { read_decoding(command, flags->model, flags->decode, kSummarization); });
  command.on_run([flags, &command](const Session&) { return evaluate_summarize(command, *flags); });
}

}  // namespace

void declare_train_summarize(Command& command);  // train_summarize.cc

Task summarize_task() {
  return {.name = "summarize",
          .model = "a model that writes summaries",
          .is_for =
              [](const ModelConfig& config) {
                return config.head.kind == HeadKind::language_model && config.reads_source();
              },
          .told_by = "--data",
          .train = {"Train a model that writes summaries or headlines, from documents that have them",
                    declare_train_summarize},
          .predict = {"Summarise documents with a model", declare_summarize},
          .declare_evaluate = declare_evaluate_summarize};
}

}  // namespace hodhod::cli
