// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/attention.h"

#include <algorithm>

#include "hodhod/nn/sub_layer.h"
#include "hodhod/ops/attention.h"
#include "hodhod/ops/rotary.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

MultiHeadAttentionOptions completed(MultiHeadAttentionOptions options) {
  check(options.width > 0 && options.heads > 0, "attention: width {} and {} heads; give both", options.width,
        options.heads);
  if (options.head_size == 0) {
    check(options.width % options.heads == 0,
          "attention: width {} does not divide into {} heads; set head_size", options.width, options.heads);
    options.head_size = options.width / options.heads;
  }
  if (options.kv_heads == 0) options.kv_heads = options.heads;
  check(options.heads % options.kv_heads == 0,
        "attention: {} heads cannot share {} key heads; the second must divide the first", options.heads,
        options.kv_heads);
  if (options.key_width == 0) options.key_width = options.width;
  if (options.value_width == 0) options.value_width = options.key_width;
  return options;
}

int64_t value_of(const HostArray& values, int64_t b, int64_t otherwise) {
  return values.defined() ? values[b] : otherwise;
}

// Row b of x, times 0 to count, to row b of the cache from time `at` on.
void write_row(const Tensor& x, const Tensor& cache, int64_t b, int64_t count, int64_t at) {
  const Shape shape{count, x.dim(2)};
  if (count == 0) return;
  copy(x.with_layout(shape, {x.stride(1), x.stride(2)}, b * x.stride(0)),
       cache.with_layout(shape, {cache.stride(1), cache.stride(2)},
                         b * cache.stride(0) + at * cache.stride(1)));
}

// Puts the keys and values of new queries into the cache; gives all that it holds, and in `ends` where rows
// end.
KeyValues extend(KeyValueCache& cache, const KeyValues& fresh, const AttentionSetting& setting,
                 HostArray& ends) {
  check(!fresh.keys.requires_grad() && !fresh.values.requires_grad(),
        "attention: a cache is for inference; use it under NoGrad");
  const Tensor keys = fresh.keys.dense(), values = fresh.values.dense();
  const int64_t batch = keys.dim(0), times = keys.dim(1);
  check(cache.keys.defined() && cache.keys.dim(0) == batch && cache.keys.dim(2) == keys.dim(2) &&
            cache.keys.dtype() == keys.dtype(),
        "attention: the cache is {} and the keys {}; make one for this batch and layer", cache.keys.shape(),
        keys.shape());
  const Tensor row_ends = Tensor::empty({batch}, DType::i64, Device::cpu);
  int64_t longest = 0;
  for (int64_t b = 0; b < batch; ++b) {
    const int64_t count = value_of(setting.query_length, b, times), at = value_of(setting.offset, b, 0);
    check(at >= 0 && at + count <= cache.capacity(),
          "attention: row {} would reach {} in a cache of {}; make it longer", b, at + count,
          cache.capacity());
    row_ends.data<int64_t>()[b] = at + count;
    longest = std::max(longest, at + count);
  }
  ends = row_ends;
  for (int64_t b = 0; b < batch; ++b) {
    const int64_t at = value_of(setting.offset, b, 0), count = ends[b] - at;
    write_row(keys, cache.keys, b, count, at);
    write_row(values, cache.values, b, count, at);
  }
  const Shape shape{batch, longest, keys.dim(2)};
  return {cache.keys.with_layout(shape, cache.keys.strides()),
          cache.values.with_layout(shape, cache.values.strides())};
}

// Traces x [B, T, heads · D] as [B, T, heads, D].
void trace_heads(Context& context, const char* name, const char* axes, const Tensor& x, int64_t heads) {
  if (!context.trace) return;
  trace(context, name, Component::attention, axes, reshape(x, {x.dim(0), x.dim(1), heads, x.dim(2) / heads}));
}

}  // namespace

void KeyValueCache::select(std::span<const int64_t> rows) {
  const Tensor index = Tensor::from(rows, {static_cast<int64_t>(rows.size())});
  keys = index_select(keys, 0, index);
  values = index_select(values, 0, index);
}

MultiHeadAttention::MultiHeadAttention(const MultiHeadAttentionOptions& given, DType dtype)
    : options(completed(given)),
      query(options.width, options.heads * options.head_size, options.biases.query, dtype),
      key(options.key_width, options.kv_heads * options.head_size, options.biases.key, dtype),
      value(options.value_width, options.kv_heads * options.head_size, options.biases.value, dtype),
      output(options.heads * options.head_size, options.width, options.biases.output, dtype) {}

Tensor MultiHeadAttention::operator()(const Tensor& x, const AttentionSetting& setting, Context& context,
                                      const Tensor& residual, double dropout, KeyValueCache* cache) const {
  const Tensor queries = turned(query(x), options.heads, setting);
  KeyValues memory = keys_values(x);
  memory.keys = turned(memory.keys, options.kv_heads, setting);
  if (!cache) return project(attend(queries, memory, setting, context), context, residual, dropout);
  AttentionSetting with_cache = setting;
  HostArray ends;
  memory = extend(*cache, memory, setting, ends);
  if (!setting.key_end.defined()) with_cache.key_end = ends;
  return project(attend(queries, memory, with_cache, context), context, residual, dropout);
}

Tensor MultiHeadAttention::cross(const Tensor& x, const KeyValues& memory, const AttentionSetting& setting,
                                 Context& context, const Tensor& residual, double dropout) const {
  return project(attend(query(x), memory, setting, context), context, residual, dropout);
}

Tensor MultiHeadAttention::turned(const Tensor& x, int64_t heads, const AttentionSetting& setting) const {
  if (!setting.rotary) return x;
  RotaryOptions rotary_options;
  rotary_options.heads = heads;
  rotary_options.interleaved = options.rotary_interleaved;
  if (setting.rotary_places.defined()) {
    rotary_options.positions = setting.rotary_places;
  } else {
    rotary_options.offset = setting.offset;
  }
  return rotary(x, setting.rotary->cosines, setting.rotary->sines, rotary_options);
}

Tensor MultiHeadAttention::attend(const Tensor& queries, const KeyValues& memory,
                                  const AttentionSetting& setting, Context& context) const {
  AttentionOptions call;
  call.heads = options.heads;
  call.kv_heads = options.kv_heads;
  call.scale = options.scale;
  call.causal = options.causal;
  call.left = options.left;
  call.right = options.right;
  call.offset = setting.offset;
  call.key_start = setting.key_start;
  call.key_end = setting.key_end;
  call.query_length = setting.query_length;
  call.bias = setting.bias;
  call.distance_bias = setting.distance_bias.values;
  call.distance_zero = setting.distance_bias.zero();
  trace_heads(context, "queries", "BTHD", queries, options.heads);
  trace_heads(context, "keys", "BSHD", memory.keys, options.kv_heads);
  trace_heads(context, "values", "BSHD", memory.values, options.kv_heads);
  if (context.trace) {
    const Shape scores{queries.dim(0), options.heads, queries.dim(1), memory.keys.dim(1)};
    context.trace->add("probabilities", Component::attention, "BHTS", scores,
                       [&] { return attention_weights(queries, memory.keys, call); });
  }
  if (context.training && options.dropout > 0) {
    call.dropout = options.dropout;
    call.rng = context.next_stream();
  }
  Tensor heads = attention(queries, memory.keys, memory.values, call);
  trace_heads(context, "heads", "BTHD", heads, options.heads);
  return heads;
}

Tensor MultiHeadAttention::project(const Tensor& heads, Context& context, const Tensor& residual,
                                   double dropout) const {
  return end_sub_layer(
      output, heads, {.component = Component::attention, .residual = residual, .dropout = dropout}, context);
}

}  // namespace hodhod
