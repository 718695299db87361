// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/attention.h"

#include <algorithm>
#include <cmath>

#include "hodhod/ops/common.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/soft_cap.h"

namespace hodhod {
namespace {

using kernels::HeadStrides;

// A tensor of heads, its last dimension dense: [B, T, H, D] or [B, T, H · D].
struct Heads {
  Tensor tensor;
  int64_t batch, times, heads, size;
  HeadStrides strides;
};

Heads as_heads(const char* what, const Tensor& x, int64_t heads) {
  check(x.rank() == 3 || x.rank() == 4,
        "attention: {} has shape {}; give [B, T, heads, size] or [B, T, heads · size]", what, x.shape());
  Tensor dense = x.detach();
  if (x.dim(-1) != 1 && x.stride(x.rank() - 1) != 1) dense = x.dense();
  if (x.rank() == 4) {
    return {dense,    x.dim(0), x.dim(1),
            x.dim(2), x.dim(3), {dense.stride(0), dense.stride(1), dense.stride(2)}};
  }
  check(heads > 0 && x.dim(2) % heads == 0,
        "attention: {} of shape {} does not divide into {} heads; set heads and kv_heads", what, x.shape(),
        heads);
  const int64_t size = x.dim(2) / heads;
  return {dense, x.dim(0), x.dim(1), heads, size, {dense.stride(0), dense.stride(1), size}};
}

// A [B] option, checked; null if it is not used.
const int64_t* lengths(const char* name, const HostArray& values, int64_t batch, int64_t most) {
  if (!values.defined()) return nullptr;
  check(values.shape() == Shape{batch}, "attention: {} is {}; give [{}]", name, values.shape(), batch);
  for (int64_t b = 0; b < batch; ++b) {
    check(values[b] >= 0 && values[b] <= most, "attention: {}[{}] is {}; give 0 to {}", name, b, values[b],
          most);
  }
  return values.data();
}

// The table of the device that all of attention's tensors lie on.
template <class T>
const kernels::Kernels<T>& attention_kernels(const Heads& q, const Heads& k, const Heads& v,
                                             const AttentionOptions& options) {
  return detail::kernels_for<T>("attention", q.tensor, k.tensor, v.tensor, options.bias,
                                options.distance_bias);
}

void check_inputs(const Heads& q, const Heads& k, const Heads& v, const AttentionOptions& options) {
  check(q.tensor.dtype() == k.tensor.dtype() && k.tensor.dtype() == v.tensor.dtype(),
        "attention: q, k and v are {}, {} and {}; convert them to one type", name_of(q.tensor.dtype()),
        name_of(k.tensor.dtype()), name_of(v.tensor.dtype()));
  check(q.size == k.size, "attention: query and key widths differ: {} and {}", q.size, k.size);
  check(q.size > 0, "attention: heads of size {}; give at least 1", q.size);
  check(options.pages.defined() || q.batch == k.batch, "attention: query and key batches differ: {} and {}",
        q.batch, k.batch);
  check(k.heads > 0 && q.heads % k.heads == 0,
        "attention: {} query heads cannot share {} key heads; the second must divide the first", q.heads,
        k.heads);
  check(k.tensor.shape() == v.tensor.shape(), "attention: key and value shapes differ: {} and {}",
        k.tensor.shape(), v.tensor.shape());
}

template <class T>
void set_distance_bias(const AttentionOptions& options, kernels::AttentionArgs<T>& args) {
  const Tensor& bias = options.distance_bias;
  check(
      bias.dtype() == dtype_of<T>() && bias.rank() == 2 && bias.dim(0) == args.heads && bias.is_contiguous(),
      "attention: distance_bias is {} {}; give dense {} [{}, distances]", name_of(bias.dtype()), bias.shape(),
      name_of(dtype_of<T>()), args.heads);
  args.distance_bias = bias.data<T>();
  args.distances = bias.dim(1);
  args.distance_zero = options.distance_zero;
  if (args.batch == 0 || args.queries == 0 || args.keys == 0) return;
  int64_t first = 0, last = args.queries - 1;
  if (args.offset) {
    const auto [least, most] = std::minmax_element(args.offset, args.offset + args.batch);
    first += *least;
    last += *most;
  }
  const int64_t low = -std::min(last, args.left), high = std::min(args.keys - 1 - first, args.right);
  check(low > high || (low + args.distance_zero >= 0 && high + args.distance_zero < args.distances),
        "attention: distances {} to {} are needed and distance_bias holds {} to {}", low, high,
        -args.distance_zero, args.distances - args.distance_zero - 1);
}

template <class T>
void set_bias(const Tensor& bias, kernels::AttentionArgs<T>& args) {
  check(bias.dtype() == dtype_of<T>() && bias.rank() == 4 &&
            (bias.dim(0) == 1 || bias.dim(0) == args.batch) &&
            (bias.dim(1) == 1 || bias.dim(1) == args.heads) && bias.dim(2) == args.queries &&
            bias.dim(3) == args.keys,
        "attention: bias is {} {}; give {} [{} or 1, {} or 1, {}, {}]", name_of(bias.dtype()), bias.shape(),
        name_of(dtype_of<T>()), args.batch, args.heads, args.queries, args.keys);
  args.bias = bias.data<T>();
  args.bias_batch = bias.dim(0) == 1 ? 0 : bias.stride(0);
  args.bias_head = bias.dim(1) == 1 ? 0 : bias.stride(1);
  args.bias_query = bias.stride(2);
}

template <class T>
void set_pages(const HostArray& pages, const Heads& k, kernels::AttentionArgs<T>& args) {
  check(k.times == kernels::kPage, "attention: pages of {} keys; give {}", k.times, kernels::kPage);
  check(pages.shape().rank() == 2 && pages.shape()[0] == args.batch && args.key_end,
        "attention: pages are {}; give [{}, pages of a row], and key_end", pages.shape(), args.batch);
  args.pages = pages.data();
  args.row_pages = pages.shape()[1];
  for (int64_t b = 0; b < args.batch; ++b) {
    for (int64_t i = 0; i * kernels::kPage < args.key_end[b]; ++i) {
      const int64_t page = args.pages[b * args.row_pages + i];
      check(page >= 0 && page < k.batch, "attention: page {} of row {} is {}; there are {}", i, b, page,
            k.batch);
    }
  }
}

// The kernel's arguments without results. `options` holds the tensors that they point into.
template <class T>
kernels::AttentionArgs<T> make_args(const Heads& q, const Heads& k, const Heads& v,
                                    const AttentionOptions& options) {
  kernels::AttentionArgs<T> args;
  args.batch = q.batch, args.heads = q.heads, args.kv_heads = k.heads;
  args.queries = q.times, args.head_size = q.size;
  args.keys = options.pages.defined() ? options.pages.shape()[-1] * kernels::kPage : k.times;
  args.q = q.tensor.data<T>(), args.k = k.tensor.data<T>(), args.v = v.tensor.data<T>();
  args.q_strides = q.strides, args.k_strides = k.strides, args.v_strides = v.strides;
  args.scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.size)));
  check(options.cap >= 0, "attention: cap is {}; give a number above 0, or 0 for none", options.cap);
  args.cap = options.cap;
  if (options.left >= 0) args.left = options.left;
  if (options.right >= 0) args.right = options.right;
  if (options.causal) args.right = 0;
  args.offset = lengths("offset", options.offset, q.batch, int64_t{1} << 32);
  args.key_start = lengths("key_start", options.key_start, q.batch, args.keys);
  args.key_end = lengths("key_end", options.key_end, q.batch, args.keys);
  args.query_length = lengths("query_length", options.query_length, q.batch, q.times);
  if (options.pages.defined()) {
    set_pages(options.pages, k, args);
    args.keys = args.batch > 0 ? *std::max_element(args.key_end, args.key_end + args.batch) : 0;
  }
  if (options.distance_bias.defined()) set_distance_bias(options, args);
  if (options.bias.defined()) set_bias(options.bias, args);
  check(options.dropout >= 0 && options.dropout < 1,
        "attention: dropout is {}; give at least 0 and less than 1", options.dropout);
  args.drop = std::min<uint32_t>(65535, static_cast<uint32_t>(std::lround(options.dropout * 65536)));
  args.seed = options.rng.seed();
  args.stream = options.rng.stream();
  return args;
}

// Where a bias does not have its last dimension dense the kernel needs a copy.
AttentionOptions dense_options(const AttentionOptions& options) {
  AttentionOptions dense = options;
  if (options.bias.defined()) {
    const Tensor& bias = options.bias;
    const bool rows = bias.rank() > 0 && (bias.dim(-1) == 1 || bias.stride(bias.rank() - 1) == 1);
    dense.bias = rows ? bias.detach() : bias.dense();
  }
  if (options.distance_bias.defined()) dense.distance_bias = options.distance_bias.dense();
  return dense;
}

Heads as_kv_heads(const char* what, const Tensor& x, const AttentionOptions& options) {
  return as_heads(what, x, options.kv_heads ? options.kv_heads : options.heads);
}

// Σ over the batch and the heads, in order, where `like` has only one of them; `x` is [B, H, Tq, Tk] dense.
template <class T>
Tensor sum_to_bias(const Tensor& x, const Shape& like) {
  if (x.shape() == like) return x;
  Tensor sum = x.new_zeros(like);
  const kernels::Kernels<T>& table = detail::kernels_for<T>(x);
  const int64_t scores = x.dim(2) * x.dim(3);
  for (int64_t b = 0; b < x.dim(0); ++b) {
    for (int64_t h = 0; h < x.dim(1); ++h) {
      const T* from = x.data<T>() + (b * x.dim(1) + h) * scores;
      T* to = sum.data<T>() + ((like[0] == 1 ? 0 : b) * like[1] + (like[1] == 1 ? 0 : h)) * scores;
      table.accumulate({.nest = {1, {scores}, {{{1}, {1}}}}, .x = from, .y = to});
    }
  }
  return sum;
}

template <class T>
void attention_backward(const Heads& q, const Heads& k, const Heads& v, const AttentionOptions& options,
                        const Tensor& y, const Tensor& log2_sum, const Tensor& dy, Gradients& d) {
  kernels::AttentionBackwardArgs<T> args;
  args.forward = make_args<T>(q, k, v, options);
  const Heads out = as_heads("output", y, q.heads), dout = as_heads("gradient", dy, q.heads);
  args.forward.out = out.tensor.data<T>();
  args.forward.out_strides = out.strides;
  args.forward.log2_sum = log2_sum.data<T>();
  args.dout = dout.tensor.data<T>();
  args.dout_strides = dout.strides;
  Heads dq, dk, dv;
  if (d.wants(0)) {
    dq = as_heads("dq", q.tensor.new_empty(q.tensor.shape()), q.heads);
    args.dq = dq.tensor.data<T>();
    args.dq_strides = dq.strides;
  }
  if (d.wants(1) || d.wants(2)) {
    dk = as_heads("dk", k.tensor.new_empty(k.tensor.shape()), k.heads);
    dv = as_heads("dv", k.tensor.new_empty(k.tensor.shape()), k.heads);
    args.dk = dk.tensor.data<T>(), args.dv = dv.tensor.data<T>();
    args.dk_strides = dk.strides, args.dv_strides = dv.strides;
  }
  Tensor d_bias, d_distance_bias;
  if (d.wants(3)) {
    d_bias = q.tensor.new_zeros({q.batch, q.heads, q.times, k.times});
    args.d_bias = d_bias.data<T>();
  }
  if (d.wants(4)) {
    d_distance_bias = q.tensor.new_empty(options.distance_bias.shape());
    args.d_distance_bias = d_distance_bias.data<T>();
  }
  detail::kernels_for<T>(dy).attention_backward(args);
  if (d.wants(0)) d.add(0, dq.tensor);
  if (d.wants(1)) d.add(1, dk.tensor);
  if (d.wants(2)) d.add(2, dv.tensor);
  if (d.wants(3)) d.add(3, sum_to_bias<T>(d_bias, options.bias.shape()));
  if (d.wants(4)) d.add(4, d_distance_bias);
}

}  // namespace

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options) {
  const Heads qh = as_heads("q", q, options.heads), kh = as_kv_heads("k", k, options),
              vh = as_kv_heads("v", v, options);
  check_inputs(qh, kh, vh, options);
  check(!options.pages.defined() || !(q.requires_grad() || k.requires_grad() || v.requires_grad()),
        "attention: keys in pages are for inference; use them under NoGrad");
  const AttentionOptions dense = dense_options(options);
  return with_compute_type("attention", q.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Tensor y = q.new_empty(q.shape());
    Tensor log2_sum = q.new_empty({qh.batch, qh.heads, qh.times});
    kernels::AttentionArgs<T> args = make_args<T>(qh, kh, vh, dense);
    args.out = y.data<T>();
    args.out_strides = as_heads("output", y, qh.heads).strides;
    args.log2_sum = log2_sum.data<T>();
    attention_kernels<T>(qh, kh, vh, dense).attention(args);
    return record("attention", y, {q, k, v, options.bias, options.distance_bias},
                  [qh, kh, vh, dense, y, log2_sum](const Tensor& dy, Gradients& d) {
                    attention_backward<T>(qh, kh, vh, dense, y, log2_sum, dy, d);
                  });
  });
}

Tensor attention_weights(const Tensor& q, const Tensor& k, const AttentionOptions& options) {
  const Heads qh = as_heads("q", q, options.heads), kh = as_kv_heads("k", k, options);
  check_inputs(qh, kh, kh, options);
  const AttentionOptions dense = dense_options(options);
  return with_compute_type("attention_weights", q.dtype(), [&](auto zero) {
    using T = decltype(zero);
    // The sums come from a forward pass that uses the keys as values.
    Tensor y = q.new_empty(q.shape());
    Tensor log2_sum = q.new_empty({qh.batch, qh.heads, qh.times});
    kernels::AttentionArgs<T> args = make_args<T>(qh, kh, kh, dense);
    Tensor weights = q.new_zeros({qh.batch, qh.heads, qh.times, args.keys});
    args.drop = 0;
    args.out = y.data<T>();
    args.out_strides = as_heads("output", y, qh.heads).strides;
    args.log2_sum = log2_sum.data<T>();
    const kernels::Kernels<T>& table = attention_kernels<T>(qh, kh, kh, dense);
    table.attention(args);
    table.attention_weights({args, weights.data<T>()});
    return weights;
  });
}

Tensor attention_scores(const Tensor& q, const Tensor& k, const AttentionOptions& options) {
  const Heads qh = as_heads("q", q, options.heads), kh = as_kv_heads("k", k, options);
  check(!options.pages.defined(), "attention_scores: keys in pages; give them in rows");
  check_inputs(qh, kh, kh, options);
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(qh.size)));
  return with_compute_type("attention_scores", q.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const kernels::Kernels<T>& table = attention_kernels<T>(qh, kh, kh, {});
    const Tensor scores = q.new_empty({qh.batch, qh.heads, qh.times, kh.times});
    const Tensor factor = q.new_empty({});
    fill(factor, scale);
    for (int64_t b = 0; b < qh.batch; ++b) {
      for (int64_t h = 0; h < qh.heads; ++h) {
        const T* queries = qh.tensor.data<T>() + b * qh.strides.batch + h * qh.strides.head;
        const T* keys =
            kh.tensor.data<T>() + b * kh.strides.batch + h / (qh.heads / kh.heads) * kh.strides.head;
        table.product({.m = qh.times,
                       .n = kh.times,
                       .k = qh.size,
                       .a = {.data = queries, .stride = qh.strides.time},
                       .b = {.data = keys, .stride = kh.strides.time, .transpose = true},
                       .c = scores.data<T>() + (b * qh.heads + h) * qh.times * kh.times,
                       .c_stride = kh.times});
      }
    }
    const NoGrad off;
    return soft_cap(mul(scores, factor), options.cap);
  });
}

Tensor distance_bias(const Tensor& table, const HostArray& buckets) {
  check(table.rank() == 2, "distance_bias: the table has shape {}; give [buckets, heads]", table.shape());
  const int64_t distances = buckets.size();
  check(buckets.shape() == Shape{distances}, "distance_bias: buckets are {}; give [distances]",
        buckets.shape());
  for (int64_t i = 0; i < distances; ++i) {
    check(buckets[i] >= 0 && buckets[i] < table.dim(0),
          "distance_bias: bucket {} of distance {}; the table has {}", buckets[i], i, table.dim(0));
  }
  return contiguous(transpose(embedding(buckets.tensor(), table), 0, 1));
}

}  // namespace hodhod
