// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/translate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/data/token_cache.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/directory.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/distinct.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tasks/stop_strings.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/text/languages/sentences.h"
#include "hodhod/text/normalizers/normalizer.h"
#include "hodhod/text/unicode/metaspace.h"
#include "hodhod/train/metrics/text_scores.h"

namespace hodhod {
namespace {

// How many translations of a validation are kept to be read.
constexpr size_t kSamples = 4;

SideEncoder source_encoder(const Translator& translator) {
  return {*translator.tokenizer, source_frame(*translator.tokenizer, translator.config().special().eos),
          translator.prefix};
}

SideEncoder target_encoder(const Translator& translator) {
  const text::Tokenizer& tokenizer = translator.tokenizer->target();
  return {tokenizer, target_frame(tokenizer, translator.config().special().eos, translator.decoder_start(),
                                  translator.decoding.forced_bos)};
}

int64_t longest_source(const Translator& translator) {
  return translator.model->sequence_to_sequence()->max_source_length();
}

const WritingTask& translation() {
  static const WritingTask kWriting{.name = "translate",
                                    .lacks = "does not translate",
                                    .reads_source = true,
                                    .usual_decoding = {.num_beams = 5},
                                    .params = kTranslation,
                                    .settings = usual_translation};
  return kWriting;
}

// A text, or a part of one, that is translated at a time.
struct Unit {
  size_t text = 0;  // index of the text
  std::string source;
  std::vector<int64_t> tokens;
  uint64_t stream = 0;  // of random numbers
};

// The parts of text i; none if there is nothing to translate. Records in `result` how the text was read.
std::vector<Unit> units_of(const Translator& translator, const SideEncoder& tokens_of,
                           const std::string& text, size_t i, const TranslateOptions& options,
                           Translated& result) {
  std::vector<Unit> units;
  if (text::is_blank_text(text)) return units;
  const int64_t takes = longest_source(translator);
  const int64_t most = options.max_source > 0 ? std::min(options.max_source, takes) : takes;
  const auto fits = [&](std::string_view part) { return std::ssize(tokens_of(part)) <= most; };
  auto tokens = tokens_of(text);
  if (!tokens_of.has_tokens(text)) return units;
  result.tokens = std::ssize(tokens);
  const uint64_t stream = options.first + i;
  if (options.unit != TranslationUnit::sentence && result.tokens <= most) {
    units.push_back({i, text, std::move(tokens), stream});
    return units;
  }
  if (options.unit == TranslationUnit::beginning) {
    units.push_back({i, text, tokens_of(text, most), stream});
    return units;
  }
  const auto sentences = options.unit == TranslationUnit::sentence ? text::split_sentences(text)
                                                                   : std::vector<std::string_view>{text};
  for (const std::string_view sentence : sentences) {
    const auto fitting = text::split_to_fit(sentence, fits);
    result.whole_sentences = result.whole_sentences && fitting.whole_sentences;
    for (const std::string_view part : fitting.parts) {
      // Parts after the first use streams that no text uses.
      units.push_back({i, std::string(part), tokens_of(part), stream + (units.size() << 40)});
    }
  }
  return units;
}

// The order by length, which keeps padding small.
std::vector<size_t> by_length(const std::vector<Unit>& units) {
  std::vector<size_t> order(units.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return units[a].tokens.size() < units[b].tokens.size(); });
  return order;
}

Prompt prompt_of(const Unit& unit, const ModelConfig& config, const DecodeOptions& options) {
  const int64_t start = options.decoder_start >= 0 ? options.decoder_start : config.special().decoder_start;
  Prompt prompt{.source = {.tokens = unit.tokens}, .target = {start}};
  // A translation is seldom more than twice as long as its source.
  prompt.max_new_tokens = std::min(config.max_length() - 1, 3 * std::ssize(unit.tokens) + 20);
  return prompt;
}

std::vector<Translation> translations_of(const Translator& translator, const Hypotheses& found,
                                         const DecodeOptions& options, const StopStrings& stops) {
  std::vector<Translation> translations;
  for (const Hypothesis& hypothesis : found) {
    std::vector<int32_t> ids;
    for (int64_t token : hypothesis.tokens) {
      if (!options.ends(token)) ids.push_back(static_cast<int32_t>(token));
    }
    translations.push_back(
        {stops.cut(translator.tokenizer->decode(ids)), hypothesis.score, hypothesis.tokens});
  }
  if (options.num_beams > 1) keep_distinct(translations);
  return translations;
}

// The n best of each unit.
std::vector<std::vector<Translation>> translate_units(const Translator& translator,
                                                      const std::vector<Unit>& units,
                                                      const DecodeOptions& options, Context& context,
                                                      int64_t batch_tokens) {
  const std::vector<size_t> order = by_length(units);
  std::vector<std::vector<Translation>> results(units.size());
  const SequenceToSequence& model = *translator.model->sequence_to_sequence();
  const StopStrings stops(options.stop_strings, *translator.tokenizer);
  DecodeHooks hooks;
  if (!stops.empty()) hooks.ends = std::bind_front(&StopStrings::reached, &stops);
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    const auto cost = [&](size_t last) {
      return static_cast<int64_t>((last - begin) * units[order[last - 1]].tokens.size()) * options.num_beams;
    };
    while (end < order.size() && cost(end + 1) <= batch_tokens) ++end;
    std::vector<Prompt> batch;
    std::vector<uint64_t> streams;
    for (size_t i = begin; i < end; ++i) {
      batch.push_back(prompt_of(units[order[i]], translator.config(), options));
      streams.push_back(units[order[i]].stream);
    }
    const auto found = generate(model, batch, options, context, hooks, streams);
    for (size_t i = begin; i < end; ++i) {
      results[order[i]] = translations_of(translator, found[i - begin], options, stops);
    }
    begin = end;
  }
  return results;
}

// Whether a blank belongs between `before` and `after`: not in scripts without blanks.
bool needs_blank(std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) return false;
  const auto is_wide = [](char32_t code) {
    return (code >= 0x2E80 && code <= 0xD7FF && !(code >= 0xAC00)) || (code >= 0xFF00 && code <= 0xFFEF);
  };
  return !is_wide(read_character_before(before, before.size()).code) && !is_wide(read_character(after).code);
}

// Joins the n-th best translation of each part into the n-th best of the text.
Translation join_parts(std::vector<Translation> parts) {
  Translation whole;
  double weight = 0;
  for (const Translation& part : parts) {
    if (needs_blank(whole.text, part.text)) whole.text += " ";
    whole.text += part.text;
    whole.score += part.score * static_cast<double>(part.tokens.size());
    weight += static_cast<double>(part.tokens.size());
    whole.tokens.insert(whole.tokens.end(), part.tokens.begin(), part.tokens.end());
  }
  whole.score /= std::max(1.0, weight);
  whole.parts = std::move(parts);
  return whole;
}

// The best translations of the whole text. A part that has fewer repeats its last one.
std::vector<Translation> join_best(std::span<const Unit> units,
                                   std::span<const std::vector<Translation>> found) {
  size_t count = 0;
  for (const auto& of_part : found) count = std::max(count, of_part.size());
  std::vector<Translation> best;
  for (size_t n = 0; n < count; ++n) {
    std::vector<Translation> parts;
    for (size_t u = 0; u < units.size(); ++u) {
      parts.push_back(found[u][std::min(n, found[u].size() - 1)]);
      parts.back().source = units[u].source;
    }
    best.push_back(join_parts(std::move(parts)));
  }
  return best;
}

}  // namespace

Translator Translator::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                            uint64_t seed) {
  return {translation().make(config, std::move(tokenizer), seed)};
}

Translator Translator::make(std::string_view preset, const text::LineSource& lines,
                            const MakeOptions& options) {
  return {translation().make(preset, lines, options)};
}

Translator Translator::load(const ModelPath& path, const FineTuning& tuning) {
  Translator translator{translation().load(path, tuning)};
  const Json own = settings_of_task(translator.origin.config, kTranslation);
  translator.prefix = json_get_or<std::string>(own, "prefix", "", join_path(path.directory, "config.json"));
  return translator;
}

std::string Translator::translate(const std::string& text, const GenerateOptions& options) const {
  Context context;
  return hodhod::translate(*this, {text}, {.decode = options.applied_to(decoding)}, context)[0].best[0].text;
}

std::vector<int64_t> source_tokens(const Translator& translator, const std::string& text) {
  return source_encoder(translator)(text, longest_source(translator));
}

std::vector<Translated> translate(const Translator& translator, const std::vector<std::string>& texts,
                                  const TranslateOptions& options, Context& context) {
  const SpecialIds& special = translator.config().special();
  DecodeOptions decode = options.decode;
  if (decode.eos.empty()) decode.eos = special.ends();
  // Padding is not a token of the text.
  if (special.pad >= 0 && special.pad != special.eos) decode.suppress_tokens.push_back(special.pad);
  std::vector<Translated> results(texts.size());
  std::vector<Unit> units;
  const SideEncoder encode = source_encoder(translator);
  for (size_t i = 0; i < texts.size(); ++i) {
    for (Unit& unit : units_of(translator, encode, texts[i], i, options, results[i]))
      units.push_back(std::move(unit));
  }
  auto found = translate_units(translator, units, decode, context, options.batch_tokens);
  for (size_t begin = 0; begin < units.size();) {
    size_t end = begin + 1;
    while (end < units.size() && units[end].text == units[begin].text) ++end;
    std::vector<Translation>& best = results[units[begin].text].best;
    if (end == begin + 1) {
      best = std::move(found[begin]);
    } else {
      best = join_best(std::span(units).subspan(begin, end - begin),
                       std::span(found).subspan(begin, end - begin));
    }
    begin = end;
  }
  for (Translated& result : results) {
    if (result.best.empty()) result.best.emplace_back();
  }
  return results;
}

void SplitTexts::add(const Translated& translated) {
  long_texts_.add(translated.tokens);
  cut_sentences_ += translated.whole_sentences ? 0 : 1;
}

std::vector<std::string> SplitTexts::notes() const {
  std::string fate = "they are translated sentence by sentence";
  if (cut_sentences_ > 0) {
    fate += fmt::format("; in {}, a sentence was too long itself and was cut at a comma or a blank",
                        cut_sentences_);
  }
  return long_texts_.notes(fate);
}

std::string normalized_text(const text::Tokenizer& tokenizer, const std::string& text) {
  const text::NormalizerPtr& normalizer = tokenizer.parts().normalizer;
  if (!normalizer) return text;
  std::string normalized = text::normalize(*normalizer, text);
  for (size_t at; (at = normalized.find(text::kMetaspace)) != std::string::npos;) {
    normalized.replace(at, text::kMetaspace.size(), " ");
  }
  if (!text.starts_with(' ') && normalized.starts_with(' ')) normalized.erase(0, 1);
  return normalized;
}

TranslationTrainee::TranslationTrainee(Translator& translator, const std::vector<TextPair>& train,
                                       const std::vector<TextPair>& dev, const TranslationTraining& options)
    : translator_(translator), options_(options) {
  set_requires_grad(*translator_.model);
  train_ = encode(train, true, options.token_cache);
  dev_ = encode(dev, false, "");
  check(!train_.source.empty(),
        "training: no pair is left of {}, for {} of more than {} tokens; raise {} or look at the data",
        train.size(), options.max_source > 0 ? "all have summaries" : "all have a side", options.max_length,
        options.max_source > 0 ? "`max_summary`" : "`max_length`");
  dev_texts_ = dev;
  dev_texts_.resize(std::min(dev.size(), static_cast<size_t>(options.validation_pairs)));
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < train_.source.size(); ++i) {
    lengths.push_back(static_cast<int64_t>(train_.source[i].size()));
    lengths.push_back(static_cast<int64_t>(train_.target[i].size()));
  }
  sampler_ = std::make_unique<BatchSampler>(std::move(lengths), options.batches, 2);
}

TranslationTrainee::Pairs TranslationTrainee::encode(const std::vector<TextPair>& pairs, bool drop_long,
                                                     const std::string& cache) {
  const bool cut = options_.max_source > 0;
  const int64_t takes = translator_.model->sequence_to_sequence()->max_source_length();
  const int64_t longest = std::min(options_.max_length, translator_.config().max_length());
  const int64_t longest_source = cut ? std::min(options_.max_source, takes) : longest;
  TokenKey key(*translator_.tokenizer);
  const SideEncoder source = source_encoder(translator_), target = target_encoder(translator_);
  if (!translator_.prefix.empty()) key.add(translator_.prefix);
  key.add(fmt::format("framed, end {}, first {}, start {}", translator_.config().special().eos,
                      translator_.decoding.forced_bos, translator_.decoder_start()));
  if (cut) key.add(fmt::format("sources cut to {}", longest_source));
  for (const TextPair& pair : pairs) {
    key.add(pair.source);
    key.add(pair.target);
  }
  TokenSequences sides = cached_tokens(cache, key.value(), [&] {
    TokenSequences made;
    for (const TextPair& pair : pairs) {
      made.push_back(cut ? source(pair.source, longest_source) : source(pair.source));
      made.push_back(target(pair.target));
    }
    return made;
  });
  Pairs encoded;
  for (size_t i = 0; i < sides.size(); i += 2) {
    if (std::ssize(sides[i]) > longest_source || std::ssize(sides[i + 1]) > longest) {
      if (drop_long) ++left_out_;
      continue;
    }
    encoded.source.push_back(std::move(sides[i]));
    encoded.target.push_back(std::move(sides[i + 1]));
  }
  return encoded;
}

int64_t TranslationTrainee::full_sources() const {
  const int64_t takes = translator_.model->sequence_to_sequence()->max_source_length();
  const int64_t most = std::min(options_.max_source, takes);
  return std::count_if(train_.source.begin(), train_.source.end(),
                       [&](const auto& source) { return most > 0 && std::ssize(source) >= most; });
}

NamedParameters TranslationTrainee::parameters() { return parameters_of(*translator_.model); }

TranslationTrainee::Batch TranslationTrainee::make_batch(const Pairs& pairs,
                                                         std::span<const int64_t> rows) const {
  const SpecialIds& special = translator_.config().special();
  std::vector<std::vector<int64_t>> sources, inputs, labels;
  Batch batch;
  for (int64_t row : rows) {
    const auto& target = pairs.target[static_cast<size_t>(row)];
    sources.push_back(pairs.source[static_cast<size_t>(row)]);
    // The decoder's input is the target shifted right by one.
    inputs.push_back({translator_.decoder_start()});
    inputs.back().insert(inputs.back().end(), target.begin(), target.end() - 1);
    labels.push_back(target);
    batch.items += static_cast<double>(target.size());
  }
  batch.tokens.source = TokenBatch::of(sources, special.filler());
  batch.tokens.target = TokenBatch::of(inputs, special.filler());
  batch.labels = TokenBatch::of(labels, kIgnoreIndex).ids;
  return batch;
}

LossSum TranslationTrainee::batch_loss(const Batch& batch, double smoothing, Context& context) const {
  const SequenceToSequence& model = *translator_.model->sequence_to_sequence();
  return {model.loss(batch.tokens, batch.labels, {.label_smoothing = smoothing, .reduction = Reduction::sum},
                     context),
          batch.items};
}

void TranslationTrainee::next_batch() { batch_ = make_batch(train_, sampler_->next()); }

LossSum TranslationTrainee::loss(Context& context) {
  return batch_loss(batch_, options_.label_smoothing, context);
}

Scores TranslationTrainee::validate() {
  Scores scores;
  samples_.clear();
  if (dev_.source.empty()) return scores;
  std::vector<int64_t> lengths;
  for (const auto& target : dev_.target) lengths.push_back(static_cast<int64_t>(target.size()));
  BatchSampler sampler(lengths, {.max_tokens = options_.batches.max_tokens, .shuffle = false});
  double sum = 0, items = 0;
  Context context;
  while (sampler.position().epoch == 0) {
    const LossSum part = batch_loss(make_batch(dev_, sampler.next()), 0, context);
    sum += part.sum.item();
    items += part.items;
  }
  scores.values = {{"loss", sum / items}, {"perplexity", std::exp(sum / items)}};
  if (!dev_texts_.empty() && std::isfinite(sum)) {
    std::vector<std::string> texts;
    for (const TextPair& pair : dev_texts_) texts.push_back(pair.source);
    TranslateOptions options{.decode = {.num_beams = 1}, .max_source = options_.max_source};
    if (options_.max_source > 0) options.unit = TranslationUnit::beginning;
    const auto translations = translate(translator_, texts, options, context);
    metrics::TextScores compared({options_.metric == PairMetric::bleu ? "bleu" : "rouge"}, {});
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string& translation = translations[i].best[0].text;
      compared.add(translation, {&dev_texts_[i].target, 1});
      if (i < kSamples) samples_.push_back({texts[i], dev_texts_[i].target, translation});
    }
    for (const metrics::TextScore& score : compared.scores())
      scores.values.emplace_back(score.key, score.value);
  }
  return scores;
}

void TranslationTrainee::save(const std::string& directory) {
  Json task = options_.task;
  const Json before = settings_of_task(translator_.origin.config, kTranslation);
  if (!translator_.prefix.empty() || before.contains("prefix"))
    task["task_specific_params"][kTranslation] = {{"prefix", translator_.prefix}};
  save_model({.model = *translator_.model,
              .tokenizer = *translator_.tokenizer,
              .origin = translator_.origin,
              .task = task,
              .decoding = translator_.decoding},
             directory);
}

}  // namespace hodhod
