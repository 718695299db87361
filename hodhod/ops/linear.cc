// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/linear.h"

#include "hodhod/ops/common.h"

namespace hodhod {

using kernels::Activation;

namespace {

void check_shapes(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& residual,
                  const Shape& out) {
  detail::check_defined("linear", "the input", x);
  detail::check_defined("linear", "the weight", weight);
  detail::check_alike("linear", x, weight);
  if (bias.defined()) {
    detail::check_alike("linear", x, bias);
    check(bias.rank() == 1 && bias.dim(0) == weight.dim(0), "linear: bias {} for a weight {}; it needs [{}]",
          bias.shape(), weight.shape(), weight.dim(0));
  }
  if (residual.defined()) {
    detail::check_alike("linear", x, residual);
    check(residual.shape() == out, "linear: residual {} for a result {}; make them equal", residual.shape(),
          out);
  }
}

// f(x), dense; x itself where f is the identity.
Tensor activated(Activation activation, const Tensor& x) {
  const Tensor dense = x.dense();
  if (activation == Activation::identity) return dense;
  Tensor y = x.new_empty(x.shape());
  with_compute_type("linear", x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(x).unary(
        {.function = unary_of(activation), .count = x.numel(), .x = dense.data<T>(), .y = y.data<T>()});
  });
  return y;
}

// The state and the computation of linear's backward.
struct LinearBackward {
  Tensor x, weight;
  Activation activation;

  void operator()(const Tensor& gradient, Gradients& d) const {
    const Tensor dy = gradient.dense();
    with_compute_type("linear", dy.dtype(), [&](auto t) {
      using T = decltype(t);
      if (d.wants(2)) bias_gradient<T>(dy, d);
      const bool has_activation = activation != Activation::identity;
      if (d.wants(1)) weight_gradient<T>(dy, has_activation ? activated(activation, x) : x.dense(), d);
      if (d.wants(0)) input_gradient<T>(dy, d);
    });
    if (d.wants(3)) d.add(3, gradient);
  }

  // db[o] += Σ_r dy[r, o]
  template <class T>
  void bias_gradient(const Tensor& dy, Gradients& d) const {
    const int64_t out = weight.dim(0), rows = detail::row_count(dy);
    const auto [db, accumulate] = d.buffer(2);
    Tensor sums = accumulate ? db.new_empty(db.shape()) : db;
    kernels::Nest<1> kept, reduced;
    kept.rank = reduced.rank = 1;
    kept.shape[0] = out;
    kept.strides[0][0] = 1;
    reduced.shape[0] = rows;
    reduced.strides[0][0] = out;
    detail::kernels_for<T>(dy).reduce({.reduction = kernels::Reduction::sum,
                                       .kept = kept,
                                       .reduced = reduced,
                                       .x = dy.data<T>(),
                                       .y = sums.data<T>()});
    if (accumulate) hodhod::accumulate(db, sums);
  }

  // dW[o, i] += Σ_r dy[r, o] f(x)[r, i]
  template <class T>
  void weight_gradient(const Tensor& dy, const Tensor& a, Gradients& d) const {
    const int64_t out = weight.dim(0), in = weight.dim(1);
    const auto [dw, accumulate] = d.buffer(1);
    detail::kernels_for<T>(dy).product({.m = out,
                                        .n = in,
                                        .k = detail::row_count(dy),
                                        .a = {.data = dy.data<T>(), .stride = out, .transpose = true},
                                        .b = {.data = a.data<T>(), .stride = in},
                                        .c = dw.template data<T>(),
                                        .c_stride = in,
                                        .accumulate = accumulate});
  }

  // dx = (dy·W) ⊙ f'(x)
  template <class T>
  void input_gradient(const Tensor& dy, Gradients& d) const {
    const int64_t out = weight.dim(0), in = weight.dim(1);
    const bool has_activation = activation != Activation::identity;
    const auto [dx, accumulate] =
        has_activation ? Gradients::Buffer{x.new_empty(x.shape()), false} : d.buffer(0);
    detail::kernels_for<T>(dy).product({.m = detail::row_count(dy),
                                        .n = in,
                                        .k = out,
                                        .a = {.data = dy.data<T>(), .stride = out},
                                        .b = {.data = weight.data<T>(), .stride = in},
                                        .c = dx.template data<T>(),
                                        .c_stride = in,
                                        .accumulate = accumulate});
    if (!has_activation) return;
    const bool from_output = kernels::saved_of(unary_of(activation)) == kernels::Saved::output;
    const Tensor saved = from_output ? activated(activation, x) : x.dense();
    detail::kernels_for<T>(dy).unary_backward({.function = unary_of(activation),
                                               .count = x.numel(),
                                               .saved = saved.data<T>(),
                                               .dy = dx.template data<T>(),
                                               .dx = dx.template data<T>()});
    d.add(0, dx);
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Weight& given, const Tensor& bias, const LinearOptions& options) {
  const Tensor& weight = given.tensor();
  check(weight.rank() == 2, "linear: the weight has shape {}; it needs [out, in]", weight.shape());
  check(x.rank() >= 1 && x.dim(-1) == weight.dim(1),
        "linear: input {} for a weight {}; the last extent must be {}", x.shape(), weight.shape(),
        weight.dim(1));
  Shape shape = x.shape();
  shape[-1] = weight.dim(0);
  check_shapes(x, weight, bias, options.residual, shape);
  Tensor y = x.new_empty(shape);
  const Tensor w = weight.dense(), r = options.residual.defined() ? options.residual.dense() : Tensor();
  with_compute_type("linear", x.dtype(), [&](auto t) {
    using T = decltype(t);
    const Tensor a = activated(options.activation, x);
    detail::kernels_for<T>("linear", x, w, bias, r)
        .product({.m = detail::row_count(y),
                  .n = w.dim(0),
                  .k = w.dim(1),
                  .a = {.data = a.data<T>(), .stride = w.dim(1)},
                  .b = {.data = w.data<T>(), .stride = w.dim(1), .transpose = true},
                  .packed_b = given.packed(),
                  .c = y.data<T>(),
                  .c_stride = w.dim(0),
                  .bias = bias.defined() ? bias.dense().data<T>() : nullptr,
                  .residual = r.defined() ? r.data<T>() : nullptr});
  });
  return record("linear", y, {x, weight, bias, options.residual},
                LinearBackward{x.detach(), w, options.activation});
}

}  // namespace hodhod
