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

// Traces x [B, T, heads · D] as [B, T, heads, D].
void trace_heads(Context& context, const char* name, const char* axes, const Tensor& x, int64_t heads) {
  if (!context.trace) return;
  context.trace->add(name, Component::attention, axes, x, {x.dim(0), x.dim(1), heads, x.dim(2) / heads});
}

// Places [first, last) of a dimension, without a copy where these are all.
Tensor some_queries(const Tensor& x, int dim, int64_t first, int64_t last) {
  return first == 0 && last == x.dim(dim) ? x : slice(x, dim, first, last);
}

// The options of a call on queries [first, last) alone. Each has the bits that it has among all of them.
AttentionOptions for_queries(const AttentionOptions& call, const Tensor& queries, int64_t first,
                             int64_t last) {
  if (first == 0 && last == queries.dim(1)) return call;
  const int64_t rows = queries.dim(0);
  AttentionOptions part = call;
  const Tensor offset = Tensor::empty({rows}, DType::i64, Device::cpu);
  for (int64_t b = 0; b < rows; ++b)
    offset.data<int64_t>()[b] = first + (call.offset.defined() ? call.offset[b] : 0);
  part.offset = offset;
  if (call.query_length.defined()) {
    const Tensor length = Tensor::empty({rows}, DType::i64, Device::cpu);
    for (int64_t b = 0; b < rows; ++b)
      length.data<int64_t>()[b] = std::clamp<int64_t>(call.query_length[b] - first, 0, last - first);
    part.query_length = length;
  }
  if (call.bias.defined() && call.bias.dim(2) > 1) part.bias = slice(call.bias, 2, first, last);
  return part;
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(const MultiHeadAttentionOptions& given, DType dtype)
    : options(completed(given)),
      query(options.width, options.heads * options.head_size, options.biases.query, dtype),
      key(options.key_width, options.kv_heads * options.head_size, options.biases.key, dtype),
      value(options.value_width, options.kv_heads * options.head_size, options.biases.value, dtype),
      output(options.heads * options.head_size, options.width, options.biases.output, dtype) {
  if (options.head_norm) {
    query_norm.emplace(options.head_size, *options.head_norm, dtype);
    key_norm.emplace(options.head_size, *options.head_norm, dtype);
  }
  if (options.global) {
    const int64_t heads = options.heads * options.head_size, kv_heads = options.kv_heads * options.head_size;
    global = GlobalProjections{.query = Linear(options.width, heads, options.biases.query, dtype),
                               .key = Linear(options.key_width, kv_heads, options.biases.key, dtype),
                               .value = Linear(options.value_width, kv_heads, options.biases.value, dtype)};
  }
}

Tensor MultiHeadAttention::operator()(const Tensor& x, const AttentionSetting& setting, Context& context,
                                      const Tensor& residual, double dropout, CachedLayer cached) const {
  Tensor queries = normed(query(x, context), query_norm);
  KeyValues memory = {normed(key(x, context), key_norm), value(x, context)};
  if (setting.rotary) {
    trace_heads(context, "queries_unturned", "BTHD", queries, options.heads);
    trace_heads(context, "keys_unturned", "BTHD", memory.keys, options.kv_heads);
  }
  queries = turned(queries, options.heads, setting);
  memory.keys = turned(memory.keys, options.kv_heads, setting);
  if (setting.global && global) {
    AttentionSetting windowed = setting;
    check(!setting.bias.defined(),
          "attention: a bias of scores does not go with global tokens; leave one of them out");
    windowed.bias = setting.global->bias(options.left, x.dtype());
    const Tensor heads = attend(queries, memory, windowed, context);
    return project(with_global(heads, x, setting, context), context, residual, dropout);
  }
  if (!cached.cache) return project(attend(queries, memory, setting, context), context, residual, dropout);
  const AttentionCache& cache = *cached.cache;
  cached.cache->write(cached.number, memory.keys, memory.values);
  AttentionSetting with_cache = setting;
  with_cache.key_end = cache.lengths();
  with_cache.pages = cache.pages();
  memory = {cache.keys(cached.number), cache.values(cached.number)};
  return project(attend(queries, memory, with_cache, context), context, residual, dropout);
}

Tensor MultiHeadAttention::cross(const Tensor& x, const KeyValues& memory, const AttentionSetting& setting,
                                 Context& context, const Tensor& residual, double dropout) const {
  const Tensor queries = normed(query(x, context), query_norm);
  return project(attend(queries, memory, setting, context), context, residual, dropout);
}

Tensor MultiHeadAttention::normed(const Tensor& x, const std::optional<Norm>& norm) const {
  if (!norm) return x;
  const int64_t size = options.head_size;
  return reshape((*norm)(reshape(x, {x.dim(0), x.dim(1), x.dim(2) / size, size})), x.shape());
}

Tensor MultiHeadAttention::with_global(const Tensor& heads, const Tensor& x, const AttentionSetting& setting,
                                       Context& context) const {
  const Trace::Scope scope(context.trace, "global");
  AttentionSetting whole = setting;
  whole.query_length = setting.global->counts();
  const Tensor queries = global->query(setting.global->pick(x), context);
  const KeyValues memory = {global->key(x, context), global->value(x, context)};
  return setting.global->put(heads, attend(queries, memory, whole, context));
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
  call.cap = options.cap;
  call.causal = options.causal;
  // Beside global tokens the window is a part of the bias.
  call.left = setting.global ? -1 : options.left;
  call.right = setting.global ? -1 : options.right;
  call.offset = setting.offset;
  call.key_start = setting.key_start;
  call.key_end = setting.key_end;
  call.query_length = setting.query_length;
  call.pages = setting.pages;
  call.bias = setting.bias;
  call.distance_bias = setting.distance_bias.values;
  call.distance_zero = setting.distance_bias.zero();
  if (context.trace) {
    const auto in_rows = [&](const Tensor& x) {
      return setting.pages.defined() ? gathered(x, setting.pages, setting.key_end) : x;
    };
    const Tensor keys = in_rows(memory.keys);
    trace_heads(context, "queries", "BTHD", queries, options.heads);
    trace_heads(context, "keys", "BSHD", keys, options.kv_heads);
    trace_heads(context, "values", "BSHD", in_rows(memory.values), options.kv_heads);
    const Shape shape{queries.dim(0), options.heads, queries.dim(1), keys.dim(1)};
    context.trace->add_queries(
        "scores", Component::attention, "BHTS", shape, [&](int64_t first, int64_t last) {
          return attention_scores(
              some_queries(queries, 1, first, last), keys,
              {.heads = call.heads, .kv_heads = call.kv_heads, .scale = call.scale, .cap = call.cap});
        });
    context.trace->add_queries("probabilities", Component::attention, "BHTS", shape,
                               [&](int64_t first, int64_t last) {
                                 return attention_weights(some_queries(queries, 1, first, last), memory.keys,
                                                          for_queries(call, queries, first, last));
                               });
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
