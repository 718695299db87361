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
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Tokens that a validation takes at least, and how many times those of the whole run at most.
constexpr double kLeastValidation = 4096, kValidationToTraining = 8;

// The beginning of the validation text that is scored.
std::string_view validation_part(std::string_view text, const LanguageTraining& options) {
  auto most = static_cast<double>(options.validation_tokens);
  if (options.planned_tokens > 0)
    most = std::min(most, std::max(kLeastValidation, options.planned_tokens * kValidationToTraining));
  // Pieces are seldom shorter than a byte, so this many bytes are enough.
  return text.substr(0, static_cast<size_t>(most * 8));
}

int64_t predictions_in(const std::vector<Window>& windows) {
  int64_t predictions = 0;
  for (const Window& window : windows) predictions += window.length;
  return predictions;
}

// What training looks at even when it has gone astray: the numbers may be no numbers.
metrics::LanguageScore score_windows(const Writer& writer, std::string_view text, int64_t batch) {
  NoGrad off;
  const LanguageText running(*writer.tokenizer, running_tokens(*writer.tokenizer, text));
  metrics::LanguageScore score;
  score.bytes = static_cast<int64_t>(text.size());
  score.characters = static_cast<int64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (running.predictions() == 0) return score;
  WindowSampler sampler = running.sampler(
      {.length = running.predictions_of(writer.model->config().max_length), .batch = batch, .random = false});
  for (auto windows = sampler.next(); !windows.empty(); windows = sampler.next()) {
    const auto [input, labels] = running.batch(windows);
    Context context;
    const Tensor hidden = writer.model->decode({.ids = input}, nullptr, context);
    const Tensor losses =
        linear_cross_entropy(hidden, writer.model->output_weight(), writer.model->output_bias(), labels,
                             {.reduction = Reduction::kNone});
    for (double loss : losses.values()) score.negative_log_likelihood += loss;
    score.tokens += predictions_in(windows);
  }
  return score;
}

}  // namespace

Writer Writer::load(const std::string& directory, const FineTuning& tuning) {
  Writer writer;
  LoadedTransformer loaded = load_tuned(directory, tuning);
  writer.model = std::move(loaded.model);
  writer.warnings = std::move(loaded.warnings);
  writer.origin = std::move(loaded.origin);
  check(writer.model->config().shape == TransformerShape::decoder,
        "{}: this model does not write text: it is an {}; give one trained with `hodhod train generate`",
        directory, names_of(TransformerShape{})[static_cast<size_t>(writer.model->config().shape)]);
  writer.tokenizer = std::make_unique<text::Tokenizer>(
      text::Tokenizer::load(tuning.tokenizer.empty() ? directory : tuning.tokenizer));
  return writer;
}

metrics::LanguageScore score_text(const Writer& writer, std::string_view text, int64_t batch) {
  const metrics::LanguageScore score = score_windows(writer, text, batch);
  const auto sum = static_cast<float>(score.negative_log_likelihood);
  check_finite(*writer.model, std::span(&sum, 1), "log-probabilities");
  return score;
}

LanguageTrainee::LanguageTrainee(Writer& writer, std::string_view train, std::string_view dev,
                                 const LanguageTraining& options, uint64_t seed)
    : writer_(writer), options_(options), dev_(validation_part(dev, options)) {
  validates_ = LanguageText(*writer.tokenizer, running_tokens(*writer.tokenizer, dev_)).predictions() > 0;
  TokenKey key(*writer.tokenizer);
  key.add(train);
  auto tokens = cached_tokens(options.token_cache, key.value(),
                              [&] { return TokenSequences{running_tokens(*writer.tokenizer, train)}; });
  train_ = LanguageText(*writer.tokenizer, std::move(tokens.at(0)));
  set_requires_grad(*writer_.model);
  check(options.length >= 1 && options.length <= writer.model->config().max_length,
        "training: windows of {} tokens for a model that takes {}; lower length", options.length,
        writer.model->config().max_length);
  const int64_t length = train_.predictions_of(options.length);
  check(length >= 1 && train_.predictions() >= length,
        "training: the text has {} tokens, and a window takes {}; give more text or lower length",
        train_.tokens(), options.length);
  sampler_ = std::make_unique<WindowSampler>(train_.sampler(
      {.length = length, .batch = options.batch, .random = options.random_windows, .seed = seed}));
}

NamedParameters LanguageTrainee::parameters() { return parameters_of(*writer_.model); }

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
  const Transformer& model = *writer_.model;
  const Tensor hidden = model.decode({.ids = input_}, nullptr, context);
  return {linear_cross_entropy(hidden, model.output_weight(), model.output_bias(), labels_,
                               {.reduction = Reduction::kSum}),
          static_cast<double>(predictions_)};
}

Scores LanguageTrainee::validate() {
  if (!validates_) return {};
  const auto score = score_windows(writer_, dev_, std::max<int64_t>(1, options_.batch));
  return {.values = {{"loss", score.loss()},
                     {"perplexity", score.perplexity()},
                     {"bits_per_character", score.bits_per_character()}},
          .items = static_cast<double>(score.tokens)};
}

void LanguageTrainee::save(const std::string& directory) {
  save_model({.model = *writer_.model,
              .tokenizer = *writer_.tokenizer,
              .origin = writer_.origin,
              .decoding = DecodeOptions{.do_sample = true, .temperature = 0.8}},
             directory);
}

}  // namespace hodhod
