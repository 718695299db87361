// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/norm.h"

#include <array>

#include "hodhod/ops/common.h"
#include "hodhod/ops/elementwise.h"

namespace hodhod {

namespace {

void check_inputs(const char* op, const Tensor& x, const Tensor& gamma, const Tensor& beta) {
  detail::check_defined(op, "its input", x);
  check(x.rank() > 0, "{}: a scalar of shape {}; give a tensor [..., C]", op, x.shape());
  for (const Tensor* part : {&gamma, &beta}) {
    if (!part->defined()) continue;
    detail::check_alike(op, x, *part);
    check(part->rank() == 1 && part->dim(0) == x.dim(-1), "{}: {} of shape {} for rows of {}; give [{}]", op,
          part == &gamma ? "gamma" : "beta", part->shape(), x.dim(-1), x.dim(-1));
  }
}

template <class T>
T* pointer(const Tensor& x) {
  return x.defined() ? x.data<T>() : nullptr;
}

// What a norm computes and what its backward needs; unwanted parts are undefined.
struct Forward {
  Tensor y, s, gamma, mean, scale;
};

Forward run(const char* op, const Tensor& x, const Tensor& residual, const Tensor& gamma, const Tensor& beta,
            const NormOptions& options, bool keep_sum) {
  const Tensor dense = x.dense(), other = residual.defined() ? residual.dense() : Tensor();
  const Shape rows = {detail::row_count(x)};
  const Tensor weight = gamma.defined() ? gamma.dense() : Tensor(),
               offset = beta.defined() ? beta.dense() : Tensor();
  Forward out;
  out.y = x.new_empty(x.shape());
  if (residual.defined() && keep_sum) out.s = x.new_empty(x.shape());
  if (recording()) {
    if (options.kind == NormKind::layer) out.mean = x.new_empty(rows);
    out.scale = x.new_empty(rows);
  }
  with_compute_type(op, x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(op, x, residual, gamma, beta)
        .norm({.kind = options.kind,
               .rows = rows[0],
               .columns = x.dim(-1),
               .epsilon = static_cast<T>(options.epsilon),
               .x = dense.data<T>(),
               .residual = pointer<T>(other),
               .gamma = pointer<T>(weight),
               .beta = pointer<T>(offset),
               .y = out.y.data<T>(),
               .sum = pointer<T>(out.s),
               .mean = pointer<T>(out.mean),
               .scale = pointer<T>(out.scale)});
  });
  if (!residual.defined()) out.s = dense.detach();
  out.gamma = weight.defined() ? weight.detach() : Tensor();
  return out;
}

// The recorded inputs; an undefined one has no node, so its gradient is not wanted.
enum Input { kX, kResidual, kGamma, kBeta };

// dsum is the gradient that the sum has from elsewhere, if any.
void run_backward(const char* op, const Forward& saved, NormKind kind, const Tensor& dy, const Tensor& dsum,
                  Gradients& d) {
  const auto dgamma = d.wants(kGamma) ? d.buffer(kGamma) : Gradients::Buffer{Tensor(), false};
  const auto dbeta = d.wants(kBeta) ? d.buffer(kBeta) : Gradients::Buffer{Tensor(), false};
  const bool wants_x = d.wants(kX) || d.wants(kResidual);
  const detail::Reused gradient = detail::reuse(dy);
  const Tensor dx = wants_x ? gradient.to : Tensor();
  const Tensor other = dsum.defined() ? dsum.dense() : Tensor();
  with_compute_type(op, dy.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>(op, dy, dsum)
        .norm_backward({.kind = kind,
                        .rows = detail::row_count(saved.s),
                        .columns = saved.s.dim(-1),
                        .s = saved.s.data<T>(),
                        .gamma = pointer<T>(saved.gamma),
                        .mean = pointer<T>(saved.mean),
                        .scale = saved.scale.data<T>(),
                        .dy = gradient.from.data<T>(),
                        .dsum = pointer<T>(other),
                        .dx = pointer<T>(dx),
                        .dgamma = pointer<T>(dgamma.tensor),
                        .dbeta = pointer<T>(dbeta.tensor),
                        .accumulate_gamma = dgamma.accumulate,
                        .accumulate_beta = dbeta.accumulate});
  });
  if (!wants_x) return;
  if (d.wants(kX)) d.add(kX, dx);
  if (d.wants(kResidual)) d.add(kResidual, dx);
}

// What the normalised values are multiplied by.
Tensor factor_of(const Tensor& gamma, const NormOptions& options) {
  return options.plus_one && gamma.defined() ? gamma + 1.0 : gamma;
}

void check_residual(const char* op, const Tensor& x, const Tensor& residual) {
  detail::check_defined(op, "the residual", residual);
  detail::check_alike(op, x, residual);
  check(x.shape() == residual.shape(), "{}: input {} and residual {} differ in shape; give equal ones", op,
        x.shape(), residual.shape());
}

}  // namespace

Tensor norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, const NormOptions& options) {
  check_inputs("norm", x, gamma, beta);
  const Tensor factor = factor_of(gamma, options);
  Forward saved = run("norm", x, Tensor(), factor, beta, options, false);
  Tensor y = std::exchange(saved.y, Tensor());
  return record("norm", std::move(y), {x, Tensor(), factor, beta},
                [saved = std::move(saved), kind = options.kind](const Tensor& dy, Gradients& d) {
                  run_backward("norm", saved, kind, dy, Tensor(), d);
                });
}

Tensor add_norm(const Tensor& x, const Tensor& residual, const Tensor& gamma, const Tensor& beta,
                const NormOptions& options) {
  check_inputs("add_norm", x, gamma, beta);
  const Tensor factor = factor_of(gamma, options);
  check_residual("add_norm", x, residual);
  Forward saved = run("add_norm", x, residual, factor, beta, options, recording());
  Tensor y = std::exchange(saved.y, Tensor());
  return record("add_norm", std::move(y), {x, residual, factor, beta},
                [saved = std::move(saved), kind = options.kind](const Tensor& dy, Gradients& d) {
                  run_backward("add_norm", saved, kind, dy, Tensor(), d);
                });
}

NormAndSum add_norm_sum(const Tensor& x, const Tensor& residual, const Tensor& gamma, const Tensor& beta,
                        const NormOptions& options) {
  check_inputs("add_norm_sum", x, gamma, beta);
  const Tensor factor = factor_of(gamma, options);
  check_residual("add_norm_sum", x, residual);
  Forward saved = run("add_norm_sum", x, residual, factor, beta, options, true);
  std::array<Tensor, 2> outputs = {std::exchange(saved.y, Tensor()), saved.s};
  record_many("add_norm_sum", std::span<Tensor>(outputs), {x, residual, factor, beta},
              [saved = std::move(saved), kind = options.kind](std::span<const Tensor> dys, Gradients& d) {
                if (dys[0].defined()) return run_backward("add_norm_sum", saved, kind, dys[0], dys[1], d);
                if (d.wants(kX)) d.add(kX, dys[1]);
                if (d.wants(kResidual)) d.add(kResidual, dys[1]);
              });
  return {outputs[0], outputs[1]};
}

}  // namespace hodhod
