// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/gradcheck.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/rng.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Copies that keep the layout of the originals, so that strided inputs are checked as such.
Tensor same_layout(const Tensor& tensor) {
  Tensor all = Tensor::empty({tensor.storage()->bytes() / size_of(tensor.dtype())}, tensor.dtype());
  Tensor view = all.with_layout(tensor.shape(), tensor.strides(), tensor.offset());
  copy(tensor, view);
  return view;
}

double weighted_sum(const Tensor& y, const std::vector<double>& weights) {
  const auto values = y.values<double>();
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += values[i] * weights[i];
  return sum;
}

}  // namespace

GradcheckResult gradcheck(const std::function<Tensor(std::span<const Tensor>)>& fn,
                          const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  std::vector<Tensor> held;
  for (const Tensor& input : inputs) {
    Tensor copied = same_layout(input);
    if (input.dtype() == DType::f64) copied.set_requires_grad();
    held.push_back(copied);
  }
  const Tensor y = fn(held);
  std::vector<double> weights(static_cast<size_t>(y.numel()));
  Rng rng(options.seed);
  for (double& w : weights) w = rng.normal();
  if (y.requires_grad()) backward(y, {.gradient = Tensor::from(weights, y.shape())});

  NoGrad off;
  GradcheckResult result;
  for (size_t n = 0; n < held.size(); ++n) {
    if (held[n].dtype() != DType::f64 || held[n].numel() == 0) continue;
    const Tensor grad = held[n].grad();
    const auto tape = grad.defined() ? grad.values<double>() : std::vector<double>(held[n].numel(), 0.0);
    std::vector<double> differences;
    for (int64_t i = 0; i < held[n].numel(); ++i) {
      int64_t rest = i, at = 0;
      for (int d = held[n].rank() - 1; d >= 0; --d) {
        at += rest % held[n].dim(d) * held[n].stride(d);
        rest /= held[n].dim(d);
      }
      double& x = held[n].data<double>()[at];
      const double before = x;
      x = before + options.step;
      const double up = weighted_sum(fn(held), weights);
      x = before - options.step;
      const double down = weighted_sum(fn(held), weights);
      x = before;
      differences.push_back((up - down) / (2 * options.step));
    }
    double scale = 1;
    for (double d : differences) scale = std::max(scale, std::abs(d));
    for (size_t i = 0; i < differences.size(); ++i) {
      const double error = std::abs(tape[i] - differences[i]) / scale;
      if (!(error <= result.worst)) result.worst = error;
      if (!(error <= options.tolerance) && result.passed) {
        result.passed = false;
        result.message =
            fmt::format("input {} of shape {}, element {}: tape {:.9g}, difference {:.9g}, error {:.2g}", n,
                        held[n].shape(), i, tape[i], differences[i], error);
      }
    }
  }
  return result;
}

}  // namespace hodhod
