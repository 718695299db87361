// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/shapes/shapes.h"

#include <algorithm>
#include <limits>

#include "hodhod/kernels/kernels.h"

namespace hodhod::kernels {
namespace {

thread_local double operations_so_far = 0;

template <class Args>
void nothing(const Args&) {}

template <class Args>
double no_number(const Args&) {
  return std::numeric_limits<double>::quiet_NaN();
}

int64_t no_size(Cell, int64_t, int64_t, bool) { return 0; }

template <class T>
void count_product(const ProductArgs<T>& args) {
  operations_so_far += 2.0 * static_cast<double>(args.batch) * static_cast<double>(args.m) *
                       static_cast<double>(args.n) * static_cast<double>(args.k);
}

// Keys that the queries of row b see, all together, of one head.
template <class T>
double keys_seen(const AttentionArgs<T>& args, int64_t b) {
  const int64_t queries = args.query_length ? args.query_length[b] : args.queries;
  const int64_t start = args.key_start ? args.key_start[b] : 0;
  const int64_t end = args.key_end ? args.key_end[b] : args.keys;
  double seen = 0;
  for (int64_t i = 0; i < queries; ++i) {
    const int64_t place = i + (args.offset ? args.offset[b] : 0);
    const int64_t first = std::max(start, place - args.left), last = std::min(end - 1, place + args.right);
    seen += static_cast<double>(std::max<int64_t>(0, last - first + 1));
  }
  return seen;
}

// `products` multiply-adds over the channels of a head, for every query, head and key that is seen.
template <class T>
void count_attention(const AttentionArgs<T>& args, double products) {
  const bool alike = !args.offset && !args.key_start && !args.key_end && !args.query_length;
  double seen = 0;
  for (int64_t b = 0; b < (alike ? std::min<int64_t>(args.batch, 1) : args.batch); ++b) {
    seen += keys_seen(args, b);
  }
  if (alike) seen *= static_cast<double>(args.batch);
  operations_so_far +=
      2.0 * products * seen * static_cast<double>(args.heads) * static_cast<double>(args.head_size);
}

// The scores, and the weighted sum of values.
template <class T>
void count_attention(const AttentionArgs<T>& args) {
  count_attention(args, 2);
}

// The scores again and the gradients of weights; dq; dk and dv.
template <class T>
void count_attention_backward(const AttentionBackwardArgs<T>& args) {
  count_attention(args.forward, 2 + (args.dq ? 1 : 0) + (args.dk ? 2 : 0));
}

template <class T>
void count_attention_weights(const AttentionWeightsArgs<T>& args) {
  count_attention(args.forward, 1);
}

// `times` multiply-adds for each weight and step.
void count_recurrence(const RecurrenceShape& shape, bool projected, double times) {
  double steps = static_cast<double>(shape.batch) * static_cast<double>(shape.steps);
  if (shape.lengths) {
    steps = 0;
    for (int64_t b = 0; b < shape.batch; ++b) steps += static_cast<double>(shape.lengths[b]);
  }
  const auto hidden = static_cast<double>(shape.hidden), outputs = static_cast<double>(shape.outputs);
  const double weights = static_cast<double>(gates_of(shape.cell)) * hidden * outputs;
  operations_so_far += 2.0 * times * steps * (weights + (projected ? outputs * hidden : 0));
}

template <class T>
void count_recurrence(const RecurrenceArgs<T>& args) {
  count_recurrence(args.shape, args.projection != nullptr, 1);
}

// The gradient of each step's state; those of the weights are products of their own.
template <class T>
void count_recurrence_backward(const RecurrenceBackwardArgs<T>& args) {
  count_recurrence(args.shape, args.projection != nullptr, 1);
}

template <class T>
constexpr Kernels<T> make_table() {
  Kernels<T> k{Device::shapes};
  k.attention = count_attention<T>;
  k.attention_backward = count_attention_backward<T>;
  k.attention_weights = count_attention_weights<T>;
  k.binary = nothing;
  k.binary_backward = nothing;
  k.accumulate = nothing;
  k.dropout = nothing;
  k.embedding = nothing;
  k.embedding_backward = nothing;
  k.embedding_bag = nothing;
  k.embedding_bag_weights = nothing;
  k.embedding_bag_rows = nothing;
  k.gated = nothing;
  k.gated_backward = nothing;
  k.cross_entropy = nothing;
  k.cross_entropy_backward = nothing;
  k.soft_cross_entropy = nothing;
  k.pointwise_loss = nothing;
  k.norm = nothing;
  k.norm_backward = nothing;
  k.sgd = nothing;
  k.adam = nothing;
  k.adagrad = nothing;
  k.rmsprop = nothing;
  k.sum_squares = no_number;
  k.scatter_add = nothing;
  k.masked_fill = nothing;
  k.product = count_product<T>;
  k.recurrence = count_recurrence<T>;
  k.recurrence_backward = count_recurrence_backward<T>;
  k.recurrence_packed_size = no_size;
  k.recurrence_pack = nothing;
  k.reduce = nothing;
  k.sum = no_number;
  k.argmax = nothing;
  k.rotary = nothing;
  k.softmax = nothing;
  k.softmax_backward = nothing;
  k.unary = nothing;
  k.unary_backward = nothing;
  k.affine = nothing;
  return k;
}

}  // namespace

namespace shapes {
double operations() { return operations_so_far; }
}  // namespace shapes

template <>
const Kernels<float>& shapes_kernels<float>() {
  static const Kernels<float> kTable = make_table<float>();
  return kTable;
}

template <>
const Kernels<double>& shapes_kernels<double>() {
  static const Kernels<double> kTable = make_table<double>();
  return kTable;
}

const MovingKernels& shapes_moving_kernels() {
  static const MovingKernels kTable = [] {
    MovingKernels k{Device::shapes};
    k.copy = nothing;
    k.fill = nothing;
    k.take_rows = nothing;
    k.gather = nothing;
    return k;
  }();
  return kTable;
}

}  // namespace hodhod::kernels
