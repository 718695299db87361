// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/elementwise.h"

#include "hodhod/ops/common.h"
#include "hodhod/ops/reduce.h"

namespace hodhod {

using kernels::Binary;
using kernels::Saved;
using kernels::Unary;

namespace {

const char* op_name(Binary function) {
  return function == Binary::max ? "maximum" : kernels::name_of(function).data();
}

Tensor binary(Binary function, const Tensor& a, const Tensor& b) {
  const char* op = op_name(function);
  detail::check_defined(op, "the left operand", a);
  detail::check_defined(op, "the right operand", b);
  detail::check_alike(op, a, b);
  const Shape shape = broadcast(op, a.shape(), b.shape());
  Tensor y = a.new_empty(shape);
  with_compute_type(op, a.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(op, a, b).binary({.function = function,
                                             .nest = detail::nest_of(shape, a, b),
                                             .a = a.data<T>(),
                                             .b = b.data<T>(),
                                             .y = y.data<T>()});
  });
  return y;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  return record("add", binary(Binary::add, a, b), {a, b},
                [a_shape = a.shape(), b_shape = b.shape()](const Tensor& dy, Gradients& d) {
                  if (d.wants(0)) d.add(0, sum_to(dy, a_shape));
                  if (d.wants(1)) d.add(1, sum_to(dy, b_shape));
                });
}

Tensor sub(const Tensor& a, const Tensor& b) {
  return record("sub", binary(Binary::sub, a, b), {a, b},
                [a_shape = a.shape(), b_shape = b.shape()](const Tensor& dy, Gradients& d) {
                  if (d.wants(0)) d.add(0, sum_to(dy, a_shape));
                  if (d.wants(1)) d.add(1, scale(sum_to(dy, b_shape), -1));
                });
}

namespace {

// An op whose gradient is a function of both operands.
Tensor recorded_binary(Binary function, const Tensor& a, const Tensor& b) {
  return record(op_name(function), binary(function, a, b), {a, b},
                [=, a = a.detach(), b = b.detach()](const Tensor& dy, Gradients& d) {
                  const Tensor da = d.wants(0) ? dy.new_empty(dy.shape()) : Tensor();
                  const Tensor db = d.wants(1) ? dy.new_empty(dy.shape()) : Tensor();
                  with_compute_type(op_name(function), dy.dtype(), [&](auto t) {
                    using T = decltype(t);
                    detail::kernels_for<T>(dy).binary_backward({.function = function,
                                                                .nest = detail::nest_of(dy.shape(), a, b, dy),
                                                                .a = a.data<T>(),
                                                                .b = b.data<T>(),
                                                                .dy = dy.data<T>(),
                                                                .da = da.defined() ? da.data<T>() : nullptr,
                                                                .db = db.defined() ? db.data<T>() : nullptr});
                  });
                  if (da.defined()) d.add(0, sum_to(da, a.shape()));
                  if (db.defined()) d.add(1, sum_to(db, b.shape()));
                });
}

}  // namespace

Tensor mul(const Tensor& a, const Tensor& b) { return recorded_binary(Binary::mul, a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return recorded_binary(Binary::div, a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return recorded_binary(Binary::max, a, b); }

Tensor scale(const Tensor& x, double factor, double offset) {
  detail::check_defined("scale", "its input", x);
  const Tensor dense = x.dense();
  Tensor y = x.new_empty(x.shape());
  with_compute_type("scale", x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(x).affine({.count = x.numel(),
                                      .x = dense.data<T>(),
                                      .y = y.data<T>(),
                                      .factor = static_cast<T>(factor),
                                      .offset = static_cast<T>(offset)});
  });
  return record("scale", y, {x},
                [=](const Tensor& dy, Gradients& d) { d.add(0, factor == 1 ? dy : scale(dy, factor)); });
}

Tensor apply(Unary function, const Tensor& x) {
  const char* op = kernels::name_of(function).data();
  detail::check_defined(op, "its input", x);
  const Tensor dense = x.dense();
  Tensor y = x.new_empty(x.shape());
  with_compute_type(op, x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(x).unary(
        {.function = function, .count = x.numel(), .x = dense.data<T>(), .y = y.data<T>()});
  });
  const Tensor saved = kernels::saved_of(function) == Saved::input ? dense : y;
  return record(op, y, {x}, [=](const Tensor& dy, Gradients& d) {
    const detail::Reused gradient = detail::reuse(dy);
    with_compute_type(op, dy.dtype(), [&](auto t) {
      using T = decltype(t);
      detail::kernels_for<T>(dy).unary_backward({.function = function,
                                                 .count = dy.numel(),
                                                 .saved = saved.data<T>(),
                                                 .dy = gradient.from.data<T>(),
                                                 .dx = gradient.to.data<T>()});
    });
    d.add(0, gradient.to);
  });
}

namespace {

// Rows of gate and value for the kernel: their last dimension must be dense, and the others must form one
// loop.
struct GateRows {
  Tensor gate, value;
  int64_t gate_stride, value_stride;
};

Tensor run_gated(Activation activation, const GateRows& rows) {
  const Tensor& gate = rows.gate;
  Tensor y = gate.new_empty(gate.shape());
  with_compute_type("gated", gate.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>("gated", gate, rows.value)
        .gated({.activation = activation,
                .rows = detail::row_count(gate),
                .columns = gate.dim(-1),
                .gate = gate.data<T>(),
                .gate_stride = rows.gate_stride,
                .value = rows.value.data<T>(),
                .value_stride = rows.value_stride,
                .y = y.data<T>()});
  });
  return y;
}

void run_gated_backward(Activation activation, const GateRows& rows, const Tensor& dy, const GateRows& to) {
  with_compute_type("gated", dy.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(dy).gated_backward({.activation = activation,
                                               .rows = detail::row_count(dy),
                                               .columns = dy.dim(-1),
                                               .gate = rows.gate.data<T>(),
                                               .gate_stride = rows.gate_stride,
                                               .value = rows.value.data<T>(),
                                               .value_stride = rows.value_stride,
                                               .dy = dy.data<T>(),
                                               .dgate = to.gate.data<T>(),
                                               .dgate_stride = to.gate_stride,
                                               .dvalue = to.value.data<T>(),
                                               .dvalue_stride = to.value_stride});
  });
}

// The halves of a dense x [..., 2F].
GateRows halves(const Tensor& x) {
  Shape shape = x.shape();
  shape[-1] /= 2;
  const int64_t stride = x.dim(-1);
  return {x.with_layout(shape, x.strides()), x.with_layout(shape, x.strides(), stride / 2), stride, stride};
}

}  // namespace

Tensor gated(Activation activation, const Tensor& gate, const Tensor& value) {
  detail::check_defined("gated", "the gate", gate);
  detail::check_defined("gated", "the value", value);
  detail::check_alike("gated", gate, value);
  check(gate.shape() == value.shape() && gate.rank() > 0,
        "gated: gate {} and value {} differ in shape; give equal ones", gate.shape(), value.shape());
  const int64_t columns = gate.dim(-1);
  const GateRows rows = {gate.dense(), value.dense(), columns, columns};
  return record("gated", run_gated(activation, rows), {gate, value}, [=](const Tensor& dy, Gradients& d) {
    const detail::Reused gradient = detail::reuse(dy);
    const Tensor dvalue = dy.new_empty(dy.shape());
    run_gated_backward(activation, rows, gradient.from, {gradient.to, dvalue, columns, columns});
    d.add(0, gradient.to);
    d.add(1, dvalue);
  });
}

Tensor gated_halves(Activation activation, const Tensor& x) {
  detail::check_defined("gated_halves", "its input", x);
  check(x.rank() > 0 && x.dim(-1) % 2 == 0,
        "gated_halves: the last dimension of {} does not divide into two; give gate and value side by side",
        x.shape());
  const Tensor dense = x.dense();
  return record("gated_halves", run_gated(activation, halves(dense)), {x},
                [=](const Tensor& dy, Gradients& d) {
                  const Tensor dx = dense.new_empty(dense.shape());
                  run_gated_backward(activation, halves(dense), dy.dense(), halves(dx));
                  d.add(0, dx);
                });
}

namespace {

Tensor filled(const Tensor& x, const Tensor& mask, double value) {
  const Tensor dense = x.dense(), y = x.new_empty(x.shape());
  with_compute_type("masked_fill", x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>("masked_fill", x, mask)
        .masked_fill({.count = x.numel(),
                      .mask = mask.data<uint8_t>(),
                      .value = static_cast<T>(value),
                      .x = dense.data<T>(),
                      .y = y.data<T>()});
  });
  return y;
}

}  // namespace

Tensor masked_fill(const Tensor& x, const Tensor& mask, double value) {
  detail::check_defined("masked_fill", "its input", x);
  detail::check_defined("masked_fill", "the mask", mask);
  check(mask.shape() == x.shape() && mask.dtype() == DType::u8,
        "masked_fill: the mask is {} {} for an input {}; give a u8 mask of the input's shape",
        name_of(mask.dtype()), mask.shape(), x.shape());
  const Tensor dense = mask.dense();
  return record("masked_fill", filled(x, dense, value), {x},
                [=](const Tensor& dy, Gradients& d) { d.add(0, filled(dy, dense, 0)); });
}

}  // namespace hodhod
