// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/linear_cross_entropy.h"

#include <algorithm>
#include <utility>

#include "hodhod/ops/common.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Chunks hold about this many logits, but at least as many tokens as make the products worth their memory
// traffic: each chunk reads the weight and adds to its gradient.
constexpr int64_t kChunkLogits = int64_t{8} << 20;
constexpr int64_t kLeastTokens = 256;

struct Problem {
  Tensor hidden, weight, bias, targets;  // dense; hidden [tokens, C]
  int64_t ignored;
  double smoothing;
  double cap;                                     // of the logits; 0: none
  const kernels::PackedMatrix* packed = nullptr;  // the weight, for the products of this call

  int64_t tokens() const { return hidden.dim(0); }
  int64_t classes() const { return weight.dim(0); }
  int64_t width() const { return weight.dim(1); }
  // Equal chunks, as few as the limit allows.
  int64_t chunk() const {
    const int64_t most = std::max(kLeastTokens, kChunkLogits / std::max<int64_t>(1, classes()));
    const int64_t chunks = std::max<int64_t>(1, (tokens() + most - 1) / most);
    return (tokens() + chunks - 1) / chunks;
  }
};

// Gradients under construction, dense; undefined if not wanted.
struct Results {
  Tensor hidden, weight, bias;
  bool any() const { return hidden.defined() || weight.defined() || bias.defined(); }
};

Results wanted_results(const Problem& p, bool hidden, bool weight, bool bias) {
  Results results;
  if (hidden) results.hidden = p.weight.new_empty({p.tokens(), p.width()});
  if (weight) results.weight = p.weight.new_empty({p.classes(), p.width()});
  if (bias) results.bias = p.weight.new_empty({p.classes()});
  if (p.tokens() > 0) return results;
  for (const Tensor& empty : {results.weight, results.bias}) {
    if (empty.defined()) fill(empty, 0);
  }
  return results;
}

template <class T>
void compute_logits(const Problem& p, int64_t begin, int64_t count, T* logits) {
  detail::kernels_for<T>(p.weight).product(
      {.m = count,
       .n = p.classes(),
       .k = p.width(),
       .a = {.data = p.hidden.data<T>() + begin * p.width(), .stride = p.width()},
       .b = {.data = p.weight.data<T>(), .stride = p.width(), .transpose = true},
       .packed_b = p.packed,
       .c = logits,
       .c_stride = p.classes(),
       .bias = p.bias.defined() ? p.bias.data<T>() : nullptr});
}

// Caps a chunk's logits. `shares` gets tanh(logit / cap), from which the derivative follows.
template <class T>
void cap_logits(const Problem& p, int64_t count, T* logits, T* shares) {
  const kernels::Kernels<T>& table = detail::kernels_for<T>(p.weight);
  const int64_t n = count * p.classes();
  table.affine({n, logits, shares, static_cast<T>(1 / p.cap)});
  table.unary({kernels::Unary::tanh, n, shares, shares});
  table.affine({n, shares, logits, static_cast<T>(p.cap)});
}

// From a chunk's gradient of capped logits to that of the logits.
template <class T>
void differentiate_cap(const Problem& p, int64_t count, const T* shares, T* dlogits) {
  detail::kernels_for<T>(p.weight).unary_backward(
      {kernels::Unary::tanh, count * p.classes(), shares, dlogits, dlogits});
}

// Memory for a chunk's logits and, if they are capped, for what cap_logits keeps.
struct ChunkMemory {
  Tensor logits, shares;
  explicit ChunkMemory(const Problem& p) : logits(p.weight.new_empty({p.chunk(), p.classes()})) {
    if (p.cap > 0) shares = p.weight.new_empty(logits.shape());
  }
};

// From a chunk's gradient of the logits to the gradients of hidden, weight and bias.
template <class T>
void add_chunk(const Problem& p, int64_t begin, int64_t count, const T* dlogits, const Results& into) {
  const kernels::Kernels<T>& table = detail::kernels_for<T>(p.weight);
  if (into.hidden.defined()) {
    table.product({.m = count,
                   .n = p.width(),
                   .k = p.classes(),
                   .a = {.data = dlogits, .stride = p.classes()},
                   .b = {.data = p.weight.data<T>(), .stride = p.width()},
                   .c = into.hidden.data<T>() + begin * p.width(),
                   .c_stride = p.width()});
  }
  if (into.weight.defined()) {
    table.product({.m = p.classes(),
                   .n = p.width(),
                   .k = count,
                   .a = {.data = dlogits, .stride = p.classes(), .transpose = true},
                   .b = {.data = p.hidden.data<T>() + begin * p.width(), .stride = p.width()},
                   .c = into.weight.data<T>(),
                   .c_stride = p.width(),
                   .accumulate = begin > 0});
  }
  if (into.bias.defined()) {
    const Tensor ones = Tensor::full({count}, 1, p.weight.dtype(), p.weight.device());
    table.product({.m = 1,
                   .n = p.classes(),
                   .k = count,
                   .a = {.data = ones.data<T>(), .stride = count},
                   .b = {.data = dlogits, .stride = p.classes()},
                   .c = into.bias.data<T>(),
                   .c_stride = p.classes(),
                   .accumulate = begin > 0});
  }
}

// The losses of all tokens, and their gradients if each loss has weight `scale`.
template <class T>
void forward(const Problem& p, const Tensor& losses, const Tensor& logs, double scale,
             const Results& results) {
  const int64_t chunk = p.chunk();
  const auto [logits, shares] = ChunkMemory(p);
  for (int64_t begin = 0; begin < p.tokens(); begin += chunk) {
    const int64_t count = std::min(chunk, p.tokens() - begin);
    compute_logits(p, begin, count, logits.data<T>());
    if (p.cap > 0) cap_logits(p, count, logits.data<T>(), shares.data<T>());
    detail::kernels_for<T>(p.weight).cross_entropy({.rows = count,
                                                    .classes = p.classes(),
                                                    .logits = logits.data<T>(),
                                                    .stride = p.classes(),
                                                    .targets = p.targets.data<int64_t>() + begin,
                                                    .ignored = p.ignored,
                                                    .smoothing = p.smoothing,
                                                    .losses = losses.data<T>() + begin,
                                                    .logs = logs.defined() ? logs.data<T>() + begin : nullptr,
                                                    .dlogits = results.any() ? logits.data<T>() : nullptr,
                                                    .scale = scale});
    if (!results.any()) continue;
    if (p.cap > 0) differentiate_cap(p, count, shares.data<T>(), logits.data<T>());
    add_chunk(p, begin, count, logits.data<T>(), results);
  }
}

// The gradients if each loss has weight dy, from logits computed again.
template <class T>
void backward_again(const Problem& p, const Tensor& logs, const Tensor& dy, const Results& results) {
  const int64_t chunk = p.chunk();
  const auto [logits, shares] = ChunkMemory(p);
  for (int64_t begin = 0; begin < p.tokens(); begin += chunk) {
    const int64_t count = std::min(chunk, p.tokens() - begin);
    compute_logits(p, begin, count, logits.data<T>());
    if (p.cap > 0) cap_logits(p, count, logits.data<T>(), shares.data<T>());
    detail::kernels_for<T>(p.weight).cross_entropy_backward({.rows = count,
                                                             .classes = p.classes(),
                                                             .logits = logits.data<T>(),
                                                             .stride = p.classes(),
                                                             .targets = p.targets.data<int64_t>() + begin,
                                                             .ignored = p.ignored,
                                                             .smoothing = p.smoothing,
                                                             .logs = logs.data<T>() + begin,
                                                             .scales = dy.data<T>() + begin,
                                                             .dlogits = logits.data<T>()});
    if (p.cap > 0) differentiate_cap(p, count, shares.data<T>(), logits.data<T>());
    add_chunk(p, begin, count, logits.data<T>(), results);
  }
}

// x · factor in x's own memory.
Tensor scaled(Tensor x, double factor) {
  if (factor == 1) return x;
  with_compute_type("linear_cross_entropy", x.dtype(), [&](auto type) {
    using T = decltype(type);
    T* values = x.data<T>();
    detail::kernels_for<T>(x).affine({x.numel(), values, values, static_cast<T>(factor)});
  });
  return x;
}

Problem checked(const Tensor& hidden, const Tensor& weight, const Tensor& bias, const Tensor& targets,
                const CrossEntropyOptions& options, double cap) {
  constexpr const char* kOp = "linear_cross_entropy";
  check(weight.rank() == 2 && hidden.rank() >= 1 && hidden.dim(-1) == weight.dim(1),
        "{}: hidden {} and weight {}; give [..., C] and [V, C]", kOp, hidden.shape(), weight.shape());
  check(hidden.dtype() == weight.dtype(), "{}: hidden is {} and weight {}; convert one of them", kOp,
        name_of(hidden.dtype()), name_of(weight.dtype()));
  check(!bias.defined() || (bias.shape() == Shape{weight.dim(0)} && bias.dtype() == weight.dtype()),
        "{}: bias {} for weight {}; give one element of its type for each row", kOp,
        bias.defined() ? bias.shape() : Shape(), weight.shape());
  const Shape rows(std::span(hidden.shape().begin(), static_cast<size_t>(hidden.rank() - 1)));
  check(targets.shape() == rows && targets.dtype() == DType::i64,
        "{}: targets are {} {} where i64 {} is needed", kOp, name_of(targets.dtype()), targets.shape(), rows);
  common_device(kOp, {&hidden, &weight, &bias});
  if (targets.device() != Device::cpu) common_device(kOp, {&targets, &weight});
  check(!options.weight.defined(), "{}: class weights are not supported; use cross_entropy on the logits",
        kOp);
  detail::check_smoothing(kOp, options.label_smoothing);
  check(cap >= 0, "{}: cap is {}; give a number above 0, or 0 for none", kOp, cap);
  const Tensor flat = hidden.dense().reshaped({targets.numel(), weight.dim(1)});
  return {flat,
          weight.dense(),
          bias.defined() ? bias.dense() : Tensor(),
          targets.dense(),
          options.ignore_index,
          options.label_smoothing,
          cap};
}

}  // namespace

Tensor linear_cross_entropy(const Tensor& hidden, const Weight& matrix, const Tensor& bias,
                            const Tensor& targets, const CrossEntropyOptions& options, double cap) {
  const Tensor& weight = matrix.tensor();
  Problem p = checked(hidden, weight, bias, targets, options, cap);
  p.packed = matrix.packed();
  const int64_t counted =
      detail::check_targets("linear_cross_entropy", p.targets, p.classes(), options.ignore_index);
  const bool each = options.reduction == Reduction::none;
  const double scale = options.reduction == Reduction::mean ? 1 / static_cast<double>(counted) : 1;
  const bool at_once = recording() && !each;
  Results results = wanted_results(p, at_once && hidden.requires_grad(), at_once && weight.requires_grad(),
                                   at_once && bias.defined() && bias.requires_grad());
  const Tensor losses = weight.new_empty(targets.shape());
  const Tensor logs = each ? weight.new_empty({p.tokens()}) : Tensor();
  with_compute_type("linear_cross_entropy", weight.dtype(),
                    [&](auto type) { forward<decltype(type)>(p, losses, logs, scale, results); });
  p.packed = nullptr;  // need not outlive this call
  const std::initializer_list<Edge> inputs = {hidden, weight, bias};
  if (each) {
    return record("linear_cross_entropy", losses, inputs,
                  [p, logs, shape = hidden.shape()](const Tensor& dy, Gradients& d) {
                    const Results again = wanted_results(p, d.wants(0), d.wants(1), d.wants(2));
                    with_compute_type("linear_cross_entropy", p.weight.dtype(), [&](auto type) {
                      backward_again<decltype(type)>(p, logs, dy.dense(), again);
                    });
                    if (d.wants(0)) d.add(0, again.hidden.reshaped(shape));
                    if (d.wants(1)) d.add(1, again.weight);
                    if (d.wants(2)) d.add(2, again.bias);
                  });
  }
  const Tensor loss = Tensor::scalar(detail::sum_in_order(losses) * scale, weight.dtype(), weight.device());
  return record("linear_cross_entropy", loss, inputs,
                [results, shape = hidden.shape()](const Tensor& dy, Gradients& d) mutable {
                  // Moved, so that the gradient has a single owner when it is added to next.
                  const double factor = dy.item();
                  Results given = std::exchange(results, Results());
                  if (d.wants(0))
                    d.add(0, scaled(std::exchange(given.hidden, Tensor()), factor).reshaped(shape));
                  if (d.wants(1)) d.add(1, scaled(std::exchange(given.weight, Tensor()), factor));
                  if (d.wants(2)) d.add(2, scaled(std::exchange(given.bias, Tensor()), factor));
                });
}

Tensor linear_log_probabilities(const Tensor& hidden, const Weight& weight, const Tensor& bias,
                                const Tensor& targets, int64_t ignore_index, double cap) {
  NoGrad off;
  const CrossEntropyOptions options{.ignore_index = ignore_index, .reduction = Reduction::none};
  return scaled(linear_cross_entropy(hidden, weight, bias, targets, options, cap), -1);
}

}  // namespace hodhod
