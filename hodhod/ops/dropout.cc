// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/dropout.h"

#include "hodhod/ops/common.h"
#include "hodhod/ops/reduce.h"

namespace hodhod {

namespace {

struct Draw {
  double probability;
  Rng rng;
};

// to = dropout(x + bias) + residual; to may be x.
void run(const Draw& draw, const Tensor& x, const Tensor& bias, const Tensor& residual, const Tensor& to) {
  with_compute_type("dropout", x.dtype(), [&](auto t) {
    using T = decltype(t);
    detail::kernels_for<T>("dropout", x, bias, residual)
        .dropout({.rows = detail::row_count(x),
                  .columns = x.rank() > 0 ? x.dim(-1) : 1,
                  .probability = draw.probability,
                  .seed = draw.rng.seed(),
                  .stream = draw.rng.stream(),
                  .x = x.data<T>(),
                  .bias = bias.defined() ? bias.data<T>() : nullptr,
                  .residual = residual.defined() ? residual.data<T>() : nullptr,
                  .y = to.data<T>()});
  });
}

void check_probability(double probability) {
  check(probability >= 0 && probability < 1,
        "dropout: probability {} is outside [0, 1); give one from {} to below 1", probability, 0);
}

}  // namespace

Tensor dropout(const Tensor& x, double probability, const Rng& rng) {
  detail::check_defined("dropout", "its input", x);
  check_probability(probability);
  if (probability == 0) return x;
  return dropout_add(x, Tensor(), Tensor(), probability, rng);
}

Tensor dropout_add(const Tensor& x, const Tensor& bias, const Tensor& residual, double probability,
                   const Rng& rng) {
  detail::check_defined("dropout", "its input", x);
  check_probability(probability);
  if (bias.defined()) {
    detail::check_alike("dropout", x, bias);
    check(x.rank() > 0 && bias.rank() == 1 && bias.dim(0) == x.dim(-1),
          "dropout: bias {} for an input {}; give [{}]", bias.shape(), x.shape(),
          x.rank() > 0 ? x.dim(-1) : 0);
  }
  if (residual.defined()) {
    detail::check_alike("dropout", x, residual);
    check(residual.shape() == x.shape(), "dropout: input {} and residual {} differ in shape; give equal ones",
          x.shape(), residual.shape());
  }
  const Draw draw = {probability, rng};
  const Tensor y = x.new_empty(x.shape());
  run(draw, x.dense(), bias.defined() ? bias.dense() : Tensor(),
      residual.defined() ? residual.dense() : Tensor(), y);
  // An undefined tensor has no node, so its gradient is not wanted.
  return record("dropout", y, {x, bias, residual}, [=](const Tensor& dy, Gradients& d) {
    if (d.wants(2)) d.add(2, dy);
    if (!d.wants(0) && !d.wants(1)) return;
    const Tensor from = dy.dense();
    const Tensor dx = from.new_empty(from.shape());
    run(draw, from, Tensor(), Tensor(), dx);
    if (d.wants(0)) d.add(0, dx);
    if (d.wants(1)) d.add(1, sum_to(dx, {dx.dim(-1)}));
  });
}

}  // namespace hodhod
