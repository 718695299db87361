// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/translate.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/data/token_cache.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/transformer_lm.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/tasks/distinct.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tasks/stop_strings.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/bleu.h"

namespace hodhod {
namespace {

std::vector<int64_t> ids_of(const text::Tokenizer& tokenizer, const std::string& text, int64_t end) {
  const auto ids = tokenizer.encode_ids(text);
  std::vector<int64_t> tokens(ids.begin(), ids.end());
  if (end >= 0) tokens.push_back(end);
  return tokens;
}

}  // namespace

Translator Translator::load(const std::string& directory, const FineTuning& tuning) {
  Translator translator;
  LoadedTransformer loaded = load_tuned(directory, tuning);
  translator.model = std::move(loaded.model);
  translator.warnings = std::move(loaded.warnings);
  translator.origin = std::move(loaded.origin);
  const TransformerConfig& config = translator.model->config();
  check(config.has_encoder() && config.has_decoder(),
        "{}: this model does not translate: it has no {}; give a model trained with `hodhod train translate`",
        directory, config.has_encoder() ? "decoder" : "encoder");
  translator.tokenizer = std::make_unique<text::Tokenizer>(
      text::Tokenizer::load(tuning.tokenizer.empty() ? directory : tuning.tokenizer));
  return translator;
}

std::vector<int64_t> source_tokens(const Translator& translator, const std::string& text) {
  const TransformerConfig& config = translator.model->config();
  auto tokens = ids_of(*translator.tokenizer, text, config.eos);
  if (static_cast<int64_t>(tokens.size()) > config.max_length) {
    tokens.resize(static_cast<size_t>(config.max_length));
    if (config.eos >= 0) tokens.back() = config.eos;
  }
  return tokens;
}

std::vector<std::vector<Translation>> translate(const Translator& translator,
                                                const std::vector<std::string>& texts, DecodeOptions options,
                                                int64_t batch_tokens, uint64_t first) {
  const TransformerConfig& config = translator.model->config();
  if (options.eos.empty()) options.eos = config.ends();
  const int64_t start = options.decoder_start >= 0 ? options.decoder_start : config.decoder_start;
  // Padding is not a word.
  if (config.pad >= 0 && config.pad != config.eos) options.suppress_tokens.push_back(config.pad);
  std::vector<Prompt> prompts;
  for (const std::string& text : texts) {
    Prompt& prompt = prompts.emplace_back(Prompt{source_tokens(translator, text), {start}});
    // A translation is seldom more than twice as long as what is translated.
    const auto length = static_cast<int64_t>(prompt.source.size());
    prompt.max_new_tokens = std::min(config.max_length - 1, 3 * length + 20);
  }
  // Like lengths together, so that little is padding.
  std::vector<size_t> order(texts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return prompts[a].source.size() < prompts[b].source.size(); });
  std::vector<std::vector<Translation>> results(texts.size());
  const TransformerLM lm(*translator.model);
  const StopStrings stops(options.stop_strings, *translator.tokenizer);
  DecodeHooks hooks;
  if (!stops.empty()) hooks.ends = std::bind_front(&StopStrings::reached, &stops);
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    const auto cost = [&](size_t last) {
      return static_cast<int64_t>((last - begin) * prompts[order[last - 1]].source.size()) *
             options.num_beams;
    };
    while (end < order.size() && cost(end + 1) <= batch_tokens) ++end;
    std::vector<Prompt> batch;
    for (size_t i = begin; i < end; ++i) batch.push_back(prompts[order[i]]);
    // Each text has its own stream of random numbers, whatever stands around it.
    std::vector<uint64_t> streams;
    for (size_t i = begin; i < end; ++i) streams.push_back(first + order[i]);
    const auto found = generate(lm, batch, options, hooks, streams);
    for (size_t i = begin; i < end; ++i) {
      for (const Hypothesis& hypothesis : found[i - begin]) {
        std::vector<int32_t> ids;
        for (int64_t token : hypothesis.tokens) {
          if (!options.ends(token)) ids.push_back(static_cast<int32_t>(token));
        }
        results[order[i]].push_back(
            {stops.cut(translator.tokenizer->decode(ids)), hypothesis.score, hypothesis.tokens});
      }
      if (options.num_beams > 1) keep_distinct(results[order[i]]);
    }
    begin = end;
  }
  return results;
}

TranslationTrainee::TranslationTrainee(Translator& translator, const std::vector<TextPair>& train,
                                       const std::vector<TextPair>& dev, const TranslationTraining& options)
    : translator_(translator), options_(options) {
  set_requires_grad(*translator_.model);
  train_ = encode(train, true, options.token_cache);
  dev_ = encode(dev, false, "");
  check(!train_.source.empty(), "training: no pair is left of {}; raise max_length or look at the data",
        train.size());
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
  const int64_t end = translator_.model->config().eos;
  const int64_t longest = std::min(options_.max_length, translator_.model->config().max_length);
  TokenKey key(*translator_.tokenizer);
  key.add(std::to_string(end));
  for (const TextPair& pair : pairs) {
    key.add(pair.source);
    key.add(pair.target);
  }
  TokenSequences sides = cached_tokens(cache, key.value(), [&] {
    TokenSequences made;
    for (const TextPair& pair : pairs) {
      made.push_back(ids_of(*translator_.tokenizer, pair.source, end));
      made.push_back(ids_of(translator_.tokenizer->target(), pair.target, end));
    }
    return made;
  });
  Pairs encoded;
  for (size_t i = 0; i < sides.size(); i += 2) {
    const auto length = static_cast<int64_t>(std::max(sides[i].size(), sides[i + 1].size()));
    if (length > longest) {
      if (drop_long) ++left_out_;
      continue;
    }
    encoded.source.push_back(std::move(sides[i]));
    encoded.target.push_back(std::move(sides[i + 1]));
  }
  return encoded;
}

NamedParameters TranslationTrainee::parameters() { return parameters_of(*translator_.model); }

TranslationTrainee::Batch TranslationTrainee::make_batch(const Pairs& pairs,
                                                         std::span<const int64_t> rows) const {
  const TransformerConfig& config = translator_.model->config();
  std::vector<std::vector<int64_t>> sources, inputs, labels;
  Batch batch;
  for (int64_t row : rows) {
    const auto& target = pairs.target[static_cast<size_t>(row)];
    sources.push_back(pairs.source[static_cast<size_t>(row)]);
    // The decoder reads the target one place behind.
    inputs.push_back({config.decoder_start});
    inputs.back().insert(inputs.back().end(), target.begin(), target.end() - 1);
    labels.push_back(target);
    batch.items += static_cast<double>(target.size());
  }
  batch.source = TokenBatch::of(sources, config.filler());
  batch.input = TokenBatch::of(inputs, config.filler());
  batch.labels = TokenBatch::of(labels, kIgnoreIndex).ids;
  return batch;
}

LossSum TranslationTrainee::batch_loss(const Batch& batch, double smoothing, Context& context) const {
  const Transformer& model = *translator_.model;
  const Memory memory = model.encode(batch.source, context);
  const Tensor hidden = model.decode(batch.input, &memory, context);
  return {linear_cross_entropy(hidden, model.output_weight(), model.output_bias(), batch.labels,
                               {.label_smoothing = smoothing, .reduction = Reduction::kSum}),
          batch.items};
}

void TranslationTrainee::next_batch() { batch_ = make_batch(train_, sampler_->next()); }

LossSum TranslationTrainee::loss(Context& context) {
  return batch_loss(batch_, options_.label_smoothing, context);
}

Scores TranslationTrainee::validate() {
  Scores scores;
  if (dev_.source.empty()) return scores;
  std::vector<int64_t> lengths;
  for (const auto& target : dev_.target) lengths.push_back(static_cast<int64_t>(target.size()));
  BatchSampler sampler(lengths, {.max_tokens = options_.batches.max_tokens, .shuffle = false});
  double sum = 0, items = 0;
  while (sampler.position().epoch == 0) {
    Context context;
    const LossSum part = batch_loss(make_batch(dev_, sampler.next()), 0, context);
    sum += part.sum.item();
    items += part.items;
  }
  scores.values = {{"loss", sum / items}, {"perplexity", std::exp(sum / items)}};
  if (!dev_texts_.empty() && std::isfinite(sum)) {
    std::vector<std::string> texts;
    for (const TextPair& pair : dev_texts_) texts.push_back(pair.source);
    const auto translations = translate(translator_, texts, {.num_beams = 1});
    metrics::Bleu bleu;
    for (size_t i = 0; i < texts.size(); ++i) bleu.add(translations[i][0].text, dev_texts_[i].target);
    scores.values.emplace_back("bleu", bleu.score().score);
  }
  return scores;
}

void TranslationTrainee::save(const std::string& directory) {
  save_model({.model = *translator_.model,
              .tokenizer = *translator_.tokenizer,
              .origin = translator_.origin,
              .decoding = DecodeOptions{.num_beams = 5}},
             directory);
}

}  // namespace hodhod
