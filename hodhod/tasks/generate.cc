// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/generate.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/data/token_cache.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/finite.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// The limit on validation tokens: at least this many, and otherwise this multiple of the run's training
// tokens.
constexpr double kLeastValidation = 4096, kValidationToTraining = 8;

// The first part of the validation text, which is scored.
std::string_view validation_part(std::string_view text, const LanguageTraining& options) {
  auto most = static_cast<double>(options.validation_tokens);
  if (options.planned_tokens > 0)
    most = std::min(most, std::max(kLeastValidation, options.planned_tokens * kValidationToTraining));
  // Tokens are seldom longer than 8 bytes, so this many bytes are enough.
  return text.substr(0, static_cast<size_t>(most * 8));
}

const WritingTask& generation() {
  static const WritingTask kGeneration{.name = "generate",
                                       .lacks = "does not write text",
                                       .usual_decoding = {.do_sample = true, .temperature = 0.8},
                                       .settings = usual_generation};
  return kGeneration;
}

int64_t predictions_in(const std::vector<Window>& windows) {
  int64_t predictions = 0;
  for (const Window& window : windows) predictions += window.length;
  return predictions;
}

// Scores without checking for NaN, because validation must also work when training diverges.
metrics::LanguageScore score_windows(const TextGenerator& generator, std::string_view text, Context& context,
                                     int64_t batch) {
  const NoGrad off;
  const LanguageModel& model = *generator.model->language_model();
  const LanguageText running(*generator.tokenizer, running_tokens(*generator.tokenizer, text));
  metrics::LanguageScore score;
  score.bytes = static_cast<int64_t>(text.size());
  score.characters = static_cast<int64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (running.predictions() == 0) return score;
  WindowSampler sampler = running.sampler(
      {.length = running.predictions_of(generator.config().max_length()), .batch = batch, .random = false});
  for (auto windows = sampler.next(); !windows.empty(); windows = sampler.next()) {
    const auto [input, labels] = running.batch(windows);
    const Tensor losses =
        model.loss({.target = {.ids = input}}, labels, {.reduction = Reduction::none}, context);
    for (double loss : losses.values()) score.negative_log_likelihood += loss;
    score.tokens += predictions_in(windows);
  }
  return score;
}

}  // namespace

TextGenerator TextGenerator::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                                  uint64_t seed) {
  return {generation().make(config, std::move(tokenizer), seed)};
}

TextGenerator TextGenerator::make(std::string_view preset, const text::LineSource& lines,
                                  const MakeOptions& options) {
  return {generation().make(preset, lines, options)};
}

TextGenerator TextGenerator::load(const std::string& path, const FineTuning& tuning) {
  return {generation().load(path, tuning)};
}

metrics::LanguageScore score_text(const TextGenerator& generator, std::string_view text, Context& context,
                                  int64_t batch) {
  const metrics::LanguageScore score = score_windows(generator, text, context, batch);
  const auto sum = static_cast<float>(score.negative_log_likelihood);
  check_finite(*generator.model, std::span(&sum, 1), "log-probabilities");
  return score;
}

LanguageTrainee::LanguageTrainee(TextGenerator& generator, std::string_view train, std::string_view dev,
                                 const LanguageTraining& options, uint64_t seed)
    : generator_(generator), options_(options), dev_(validation_part(dev, options)) {
  validates_ =
      LanguageText(*generator.tokenizer, running_tokens(*generator.tokenizer, dev_)).predictions() > 0;
  TokenKey key(*generator.tokenizer);
  key.add(train);
  auto tokens = cached_tokens(options.token_cache, key.value(),
                              [&] { return TokenSequences{running_tokens(*generator.tokenizer, train)}; });
  train_ = LanguageText(*generator.tokenizer, std::move(tokens.at(0)));
  set_requires_grad(*generator_.model);
  check(options.length >= 1 && options.length <= generator.config().max_length(),
        "training: windows of {} tokens for a model that takes {}; lower length", options.length,
        generator.config().max_length());
  const int64_t length = train_.predictions_of(options.length);
  check(length >= 1 && train_.predictions() >= length,
        "training: the text has {} tokens, and a window takes {}; give more text or lower length",
        train_.tokens(), options.length);
  sampler_ = std::make_unique<WindowSampler>(train_.sampler(
      {.length = length, .batch = options.batch, .random = options.random_windows, .seed = seed}));
}

NamedParameters LanguageTrainee::parameters() { return parameters_of(*generator_.model); }

void LanguageTrainee::next_batch() {
  auto windows = sampler_->next();
  if (windows.empty()) {
    sampler_->seek(0);
    windows = sampler_->next();
  }
  std::tie(input_, labels_) = train_.batch(windows);
  predictions_ = predictions_in(windows);
}

LossSum LanguageTrainee::loss(Context& context) {
  return {generator_.model->language_model()->loss({.target = {.ids = input_}}, labels_,
                                                   {.reduction = Reduction::sum}, context),
          static_cast<double>(predictions_)};
}

Scores LanguageTrainee::validate() {
  if (!validates_) return {};
  Context context;
  const auto score = score_windows(generator_, dev_, context, std::max<int64_t>(1, options_.batch));
  return {.values = {{"loss", score.loss()},
                     {"perplexity", score.perplexity()},
                     {"bits_per_character", score.bits_per_character()}},
          .items = static_cast<double>(score.tokens)};
}

void LanguageTrainee::save(const std::string& directory) {
  save_model({.model = *generator_.model,
              .tokenizer = *generator_.tokenizer,
              .origin = generator_.origin,
              .decoding = generation().usual_decoding},
             directory);
}

}  // namespace hodhod
