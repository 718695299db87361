// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hodhod/nn/recomputed_block.h"
#include "hodhod/nn/traced_norm.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

// The factor of the attention scores in layer `layer` (counted from 0); empty if it is the usual 1/√D.
std::optional<double> score_scale(const TransformerConfig& config, int64_t head_size, int64_t layer) {
  if (config.scale_scores && config.score_scalar == 0 && !config.scale_scores_by_layer) return {};
  const double scalar = config.score_scalar > 0 ? config.score_scalar : static_cast<double>(head_size);
  const double divisor = config.scale_scores_by_layer ? static_cast<double>(layer + 1) : 1;
  return (config.scale_scores ? 1 / std::sqrt(scalar) : 1) / divisor;
}

NormOptions norm_options(const TransformerConfig& config) {
  return {.kind = config.norm, .epsilon = config.norm_epsilon, .plus_one = config.norm_plus_one};
}

TransformerBlockOptions block_options(const TransformerConfig& config, bool decoder, int64_t layer) {
  const bool bias = config.attention_bias, causal = decoder || config.causal, global = !config.reach.empty();
  const int64_t window = config.has_window(layer) ? config.window - 1 : -1;
  const int64_t beside = global ? config.reach[static_cast<size_t>(layer)] : window;
  const NormOptions norm = norm_options(config);
  const StackSizes sizes = decoder ? config.sizes_of_decoder() : config.sizes_of_encoder();
  return {.attention = {.width = config.width,
                        .heads = sizes.heads,
                        .kv_heads = sizes.kv_heads,
                        .head_size = sizes.head_size,
                        .biases = {bias, bias, bias, bias && config.attention_output_bias},
                        .head_norm = config.query_key_norm ? std::optional(norm) : std::nullopt,
                        .scale = score_scale(config, sizes.head_size, layer),
                        .cap = config.score_cap,
                        .causal = causal,
                        .left = beside,
                        .right = causal ? -1 : beside,
                        .dropout = config.attention_dropout,
                        .rotary_interleaved = config.rotary_interleaved,
                        .global = global},
          .feed_forward = {.width = config.width,
                           .hidden = sizes.feed_forward,
                           .activation = config.activation,
                           .gated = config.gated,
                           .bias = config.feed_forward_bias,
                           .dropout = config.activation_dropout},
          .norm = norm,
          .placement = config.norm_placement,
          .order = config.sub_layers,
          .cross = decoder && config.has_encoder(),
          .dropout = config.dropout};
}

// Rotary tables for texts of up to `length` tokens.
RotaryTables make_rotary(const TransformerConfig& config, int64_t length) {
  RotaryFrequencies frequencies{
      .rotated = config.rotated(), .base = config.rotary_base, .amplitude = config.rotary_amplitude};
  const double factor = config.rotary_factor, low = config.rotary_low_frequency,
               high = config.rotary_high_frequency;
  const int64_t original = config.rotary_original_length;
  switch (config.rotary_scaling) {
    case RotaryScaling::none:
      break;
    case RotaryScaling::linear:
      frequencies.factor = factor;
      break;
    case RotaryScaling::llama3:
      frequencies.llama3 = Llama3Scaling{factor, low, high, original};
      break;
    case RotaryScaling::yarn:
      frequencies.yarn = YarnScaling{factor, low, high, original};
      break;
    case RotaryScaling::dynamic:
      if (length > config.max_length)
        frequencies.base = dynamic_rotary_base(frequencies, factor, length, config.max_length);
      break;
  }
  return RotaryTables(length, frequencies);
}

// Traces what attention is given about the positions of `time` tokens.
void trace_positions(const AttentionSetting& setting, const Tensor& by_key, int64_t time, Context& context) {
  if (!context.trace) return;
  const Tensor& bias = setting.distance_bias.values;
  if (bias.defined()) trace(context, "distance_bias", Component::positions, "HR", bias);
  // The same for every query.
  if (by_key.defined())
    trace(context, "key_bias", Component::positions, "HS", select(select(by_key, 0, 0), 1, 0));
  if (setting.rotary)
    trace(context, "rotary", Component::positions, "TD", slice(setting.rotary->cosines, 0, 0, time));
}

// a + b; one of them, or both, may be undefined.
Tensor sum_of_biases(const Tensor& a, const Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() ? a : b;
  return a + b;
}

// The number of tokens in each row of a batch.
std::vector<int64_t> counts_of(const HostArray& lengths, int64_t rows, int64_t time) {
  if (!lengths.defined()) return std::vector<int64_t>(static_cast<size_t>(rows), time);
  return {lengths.data(), lengths.data() + lengths.size()};
}

}  // namespace

void DecoderCache::select(std::span<const int64_t> rows) {
  self.select(rows);
  if (cross) cross->select(rows);
}

void DecoderCache::append(DecoderCache&& other) {
  self.append(std::move(other.self));
  if (cross) cross->append(std::move(*other.cross));
}

// ---- the parts ----

void Transformer::make_tables() {
  if (config_.positions == PositionKind::sinusoidal || config_.positions == PositionKind::interleaved) {
    sinusoids_ = sinusoidal_positions(
        config_.max_length, config_.width,
        config_.positions == PositionKind::sinusoidal ? SinusoidOrder::halves : SinusoidOrder::interleaved);
  }
  if (config_.positions == PositionKind::timing)
    sinusoids_ = timing_signal(config_.max_length, config_.width, config_.position_offset);
  if (config_.positions == PositionKind::rotary) rotary_ = make_rotary(config_, config_.max_length);
  if (config_.positions == PositionKind::alibi_of_keys)
    key_bias_ = alibi_of_keys(config_.heads, config_.max_length, config_.size_of_head());
}

Transformer::Transformer(const TransformerConfig& config) : config_(config) {
  config_.validate();
  const int64_t width = config_.size_of_embedding();
  embedding_ = Embedding(config_.vocabulary, width);
  if (config_.source_vocabulary > 0) source_embedding_ = Embedding(config_.source_vocabulary, width);
  if (config_.has_encoder()) encoder_ = make_stack(false);
  if (config_.has_decoder()) decoder_ = make_stack(true);
  make_tables();
}

TransformerStack Transformer::make_stack(bool decoder) const {
  TransformerStack stack;
  const int64_t width = config_.width;
  const StackSizes sizes = decoder ? config_.sizes_of_decoder() : config_.sizes_of_encoder();
  const NormOptions norm = norm_options(config_);
  if (config_.positions == PositionKind::learned)
    stack.position = Tensor::empty({config_.position_offset + config_.max_length, width});
  if (config_.positions == PositionKind::relative) {
    stack.relative.emplace(sizes.heads,
                           RelativeBuckets{config_.relative_buckets, config_.relative_distance, !decoder});
  }
  if (config_.token_types > 0 && !decoder) stack.token_type = Tensor::empty({config_.token_types, width});
  if (config_.embedding_width > 0) {
    stack.embedding_projection.emplace(config_.embedding_width, width, false);
    stack.output_projection.emplace(width, config_.embedding_width, false);
  }
  if (config_.embedding_norm) stack.embedding_norm.emplace(width, norm);
  for (int64_t i = 0; i < sizes.layers; ++i) stack.layer.emplace_back(block_options(config_, decoder, i));
  if (config_.final_norm) stack.final_norm.emplace(width, norm);
  return stack;
}

// ---- the forward pass, in the order of the paper's figure 1 ----

// Input → embedding → positions.
Tensor Transformer::embed(const TransformerStack& stack, const TokenBatch& tokens, const Embedding& table,
                          const HostArray& offset, Context& context) const {
  const Trace::Scope scope(context.trace, "embedding");
  trace(context, "input", Component::input, "BT", tokens.ids);
  const double factor = config_.scale_embedding ? std::sqrt(static_cast<double>(config_.width)) : 1;
  const int64_t padding = config_.padding_learns ? -1 : config_.special.pad;
  Tensor x = table(tokens.ids, context, {.factor = factor, .padding = padding});
  trace(context, "tokens", Component::embedding, "BTC", x);
  if (stack.embedding_projection) {
    x = (*stack.embedding_projection)(x, context);
    trace(context, "projection", Component::embedding, "BTC", x);
  }
  if (stack.token_type.defined()) {
    const Tensor types =
        tokens.token_types.defined() ? tokens.token_types : Tensor::zeros(tokens.ids.shape(), DType::i64);
    x = x + embedding(types, stack.token_type);
    trace(context, "token_types", Component::embedding, "BTC", x);
  }
  const Tensor& positions = stack.position.defined() ? stack.position : sinusoids_;
  if (positions.defined()) {
    const int64_t first = stack.position.defined() ? config_.position_offset : 0;
    check(x.dim(1) <= positions.dim(0) - first,
          "transformer: {} tokens, and the model takes {}; shorten the text", x.dim(1),
          positions.dim(0) - first);
    if (context.trace && !offset.defined()) {
      context.trace->add("position_rows", Component::positions, "TC", {x.dim(1), x.dim(2)},
                         [&] { return slice(positions, 0, first, first + x.dim(1)); });
    }
    x = add_positions(x, positions, {.offset = offset}, first);
    trace(context, "positions", Component::positions, "BTC", x);
  }
  if (stack.embedding_norm) x = traced_norm(*stack.embedding_norm, "norm", x, context);
  const double rate = config_.embedding_dropout.value_or(config_.dropout);
  if (context.training && rate > 0) x = dropout(x, rate, context.next_stream());
  trace(context, "output", Component::embedding, "BTC", x);
  return x;
}

// Attention → add & norm → feed-forward → add & norm, layer by layer.
Tensor Transformer::run(const TransformerStack& stack, Tensor x, const AttentionSetting& setting,
                        Context& context, const HiddenStates* memory, DecoderCache* cache) const {
  for (size_t i = 0; i < stack.layer.size(); ++i) {
    const TransformerBlock& block = stack.layer[i];
    const Trace::Scope scope(context.trace, "layer", i);
    const auto layer = static_cast<int64_t>(i);
    const bool crosses = block.cross_attention.has_value();
    check(!crosses || memory || cache,
          "transformer: the decoder needs the encoder's output; encode() the source first");
    AttentionSetting to_memory;
    if (crosses) {
      if (cache) to_memory.pages = cache->cross->pages();
      to_memory.key_end = cache ? cache->cross->lengths() : memory->lengths;
      to_memory.query_length = setting.query_length;
      if (context.cuts) to_memory.bias = context.cuts->cross;
    }
    if (context.recompute && !cache) {
      x = recomputed(block, x, setting, context, crosses ? memory->states : Tensor(), to_memory);
      continue;
    }
    std::optional<TransformerBlock::CrossInput> cross;
    if (crosses)
      cross = TransformerBlock::CrossInput{
          cache ? KeyValues{cache->cross->keys(layer), cache->cross->values(layer)}
                : block.cross_attention->keys_values(memory->states, context),
          to_memory};
    x = block(x, setting, context, cross ? &*cross : nullptr, {cache ? &cache->self : nullptr, layer});
  }
  if (stack.final_norm) x = traced_norm(*stack.final_norm, "final_norm", x, context);
  if (const double rate = config_.dropout; config_.final_dropout && context.training && rate > 0)
    x = dropout(x, rate, context.next_stream());
  if (stack.output_projection) {
    x = (*stack.output_projection)(x, context);
    trace(context, "output_projection", Component::linear, "BTC", x);
  }
  return x;
}

DistanceBias Transformer::distance_bias(const TransformerStack& stack, DistanceRange range) const {
  if (config_.positions == PositionKind::alibi)
    return alibi(stack.layer.at(0).self_attention.options.heads, range);
  if (stack.relative) return (*stack.relative)(range);
  return {};
}

Tensor Transformer::key_bias(int64_t time, int64_t keys) const {
  if (!key_bias_.defined()) return {};
  const int64_t heads = key_bias_.dim(0), longest = key_bias_.dim(1);
  check(keys <= longest, "transformer: {} tokens, and the model takes {}; shorten the text", keys, longest);
  return key_bias_.with_layout({1, heads, time, keys}, {0, longest, 0, 1});
}

RotaryTables Transformer::rotary_for(int64_t time) const {
  const bool grows = config_.rotary_scaling == RotaryScaling::dynamic && time > config_.max_length;
  return rotary_.defined() && grows ? make_rotary(config_, time) : rotary_;
}

HiddenStates Transformer::encode(const TokenBatch& source, Context& context) const {
  check(encoder_.has_value(), "transformer: this model has no encoder");
  const Trace::Scope scope(context.trace, "encoder");
  const Embedding& table = source_embedding_.weight.defined() ? source_embedding_ : embedding_;
  const int64_t time = source.ids.dim(1);
  const RotaryTables tables = rotary_for(time);
  std::optional<GlobalTokens> global;
  if (source.global.defined()) {
    check(!config_.reach.empty(), "transformer: this model has no global tokens; leave them out");
    global.emplace(source.global);
  }
  const Tensor by_key = key_bias(time, time);
  const AttentionSetting setting{
      .key_end = source.lengths,
      .query_length = source.padding_attends ? Tensor() : source.lengths,
      .bias = sum_of_biases(by_key, context.cuts ? context.cuts->encoder : Tensor()),
      .distance_bias = distance_bias(*encoder_, DistanceRange::of(0, time - 1, time)),
      .rotary = tables.defined() ? &tables : nullptr,
      .global = global && global->any() ? &*global : nullptr};
  trace_positions(setting, by_key, time, context);
  const Tensor x = embed(*encoder_, source, table, {}, context);
  return {run(*encoder_, x, setting, context, nullptr, nullptr), source.lengths};
}

Tensor Transformer::decode(const TokenBatch& target, const HiddenStates* memory, Context& context) const {
  check(decoder_.has_value(), "transformer: this model has no decoder");
  const Trace::Scope scope(context.trace, "decoder");
  const int64_t time = target.ids.dim(1);
  const RotaryTables tables = rotary_for(time);
  const Tensor by_key = key_bias(time, time);
  const AttentionSetting setting{
      .key_end = target.lengths,
      .query_length = target.lengths,
      .bias = sum_of_biases(by_key, context.cuts ? context.cuts->decoder : Tensor()),
      .distance_bias = distance_bias(*decoder_, DistanceRange::of(0, time - 1, time)),
      .rotary = tables.defined() ? &tables : nullptr};
  trace_positions(setting, by_key, time, context);
  const Tensor x = embed(*decoder_, target, embedding_, {}, context);
  return run(*decoder_, x, setting, context, memory, nullptr);
}

Tensor Transformer::finished(const Tensor& states) const {
  const TransformerStack& last = decoder_ ? *decoder_ : *encoder_;
  const Tensor y = last.final_norm ? (*last.final_norm)(states) : states;
  return last.output_projection ? (*last.output_projection)(y) : y;
}

DecoderCache Transformer::make_cache(int64_t rows, const HiddenStates* memory, const Context& context) const {
  check(decoder_.has_value(), "transformer: this model has no decoder");
  const StackSizes sizes = config_.sizes_of_decoder();
  const int64_t width = sizes.kv_heads * sizes.head_size;
  DecoderCache cache{.self = AttentionCache(sizes.layers, width)};
  cache.self.add_rows(rows);
  if (!memory) return cache;
  cache.cross.emplace(sizes.layers, width);
  cache.cross->add_rows(rows);
  cache.cross->extend(counts_of(memory->lengths, rows, memory->states.dim(1)));
  for (int64_t i = 0; i < sizes.layers; ++i) {
    const TransformerBlock& block = decoder_->layer[static_cast<size_t>(i)];
    const KeyValues made = block.cross_attention->keys_values(memory->states, context);
    cache.cross->write(i, made.keys, made.values);
  }
  return cache;
}

Tensor Transformer::decode_on(const TokenBatch& target, DecoderCache& cache, Context& context) const {
  const Trace::Scope scope(context.trace, "decoder");
  const int64_t rows = target.ids.dim(0), time = target.ids.dim(1);
  cache.self.extend(counts_of(target.lengths, rows, time));
  const HostArray& offset = cache.self.starts();
  const auto [first, last] = std::minmax_element(offset.data(), offset.data() + offset.size());
  const HostArray& lengths = cache.self.lengths();
  const int64_t keys = *std::max_element(lengths.data(), lengths.data() + lengths.size());
  const AttentionSetting setting{
      .offset = offset,
      .query_length = target.lengths,
      .bias = key_bias(time, keys),
      .distance_bias = distance_bias(*decoder_, DistanceRange::of(*first, *last + time - 1, *last + time)),
      .rotary = rotary_.defined() ? &rotary_ : nullptr};
  const Tensor x = embed(*decoder_, target, embedding_, offset, context);
  return run(*decoder_, x, setting, context, nullptr, &cache);
}

}  // namespace hodhod
