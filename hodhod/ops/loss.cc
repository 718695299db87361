// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/loss.h"

#include <utility>

#include "hodhod/ops/common.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// The leading extents of x: its shape without the last dimension.
Shape rows_of(const Shape& shape) {
  return Shape(std::span(shape.begin(), static_cast<size_t>(shape.rank() - 1)));
}

// The divisor of the mean: the total weight of the targets that are not ignored.
double total_weight(const Tensor& targets, const CrossEntropyOptions& options, int64_t counted) {
  if (!options.weight.defined()) return static_cast<double>(counted);
  const auto weights = options.weight.values();
  double total = 0;
  for (int64_t y : targets.values<int64_t>()) {
    if (y != options.ignore_index) total += weights[static_cast<size_t>(y)];
  }
  return total;
}

void check_weight(const char* op, const Tensor& logits, const Tensor& weight) {
  if (!weight.defined()) return;
  check(weight.shape() == Shape{logits.dim(-1)} && weight.dtype() == logits.dtype(),
        "{}: {} class weights {} for {} logits {}; give one for each class", op, name_of(weight.dtype()),
        weight.shape(), name_of(logits.dtype()), logits.shape());
}

// Losses reduced as the caller wants; `divisor` is that of the mean.
Tensor reduced(const Tensor& losses, Reduction reduction, double divisor) {
  if (reduction == Reduction::none) return losses;
  const double sum = detail::sum_in_order(losses);
  return Tensor::scalar(reduction == Reduction::sum ? sum : sum / divisor, losses.dtype(), losses.device());
}

// The gradients of the losses from that of the reduced loss: one factor for all, or one for each.
template <class T>
struct Scales {
  Tensor own;
  double factor = 1;
  Scales(const Tensor& dy, Reduction reduction, double divisor) {
    if (reduction == Reduction::none) {
      own = dy.dense();
    } else {
      factor = dy.item() / (reduction == Reduction::mean ? divisor : 1);
    }
  }
  const T* data() const { return own.defined() ? own.data<T>() : nullptr; }
};

struct Pointwise {
  const char* name;
  kernels::PointwiseLoss loss;
  double beta = 1;
};

Tensor pointwise(const Pointwise& op, const Tensor& x, const Tensor& target, Reduction reduction,
                 double divisor) {
  detail::check_defined(op.name, "the input", x);
  detail::check_defined(op.name, "the target", target);
  check(x.shape() == target.shape() && x.dtype() == target.dtype(),
        "{}: the input is {} {} and the target {} {}; they must be alike", op.name, name_of(x.dtype()),
        x.shape(), name_of(target.dtype()), target.shape());
  return with_compute_type(op.name, x.dtype(), [&](auto type) {
    using T = decltype(type);
    const Tensor dense_x = x.dense(), dense_target = target.dense();
    const Tensor losses = x.new_empty(x.shape());
    kernels::PointwiseLossArgs<T> args{.loss = op.loss,
                                       .count = x.numel(),
                                       .x = dense_x.data<T>(),
                                       .target = dense_target.data<T>(),
                                       .beta = op.beta,
                                       .losses = losses.data<T>()};
    detail::kernels_for<T>(op.name, x, target).pointwise_loss(args);
    return record(op.name, reduced(losses, reduction, divisor), {x},
                  [dense_x, dense_target, args, reduction, divisor](const Tensor& dy, Gradients& d) {
                    const Scales<T> scales(dy, reduction, divisor);
                    const Tensor dx = dense_x.new_empty(dense_x.shape());
                    kernels::PointwiseLossArgs<T> back = args;
                    back.losses = nullptr;
                    back.dx = dx.data<T>();
                    back.scales = scales.data();
                    back.scale = scales.factor;
                    detail::kernels_for<T>(dx).pointwise_loss(back);
                    d.add(0, dx);
                  });
  });
}

}  // namespace

namespace detail {

int64_t check_targets(const char* op, const Tensor& targets, int64_t classes, int64_t ignore_index) {
  if (targets.device() != Device::cpu) return targets.numel();
  const int64_t* y = targets.data<int64_t>();
  int64_t counted = 0;
  for (int64_t i = 0; i < targets.numel(); ++i) {
    if (y[i] == ignore_index) continue;
    check(y[i] >= 0 && y[i] < classes,
          "{}: target {} at place {} is not a class; give 0 to {}, or {} to ignore it", op, y[i], i,
          classes - 1, ignore_index);
    ++counted;
  }
  return counted;
}

void check_smoothing(const char* op, double smoothing) {
  check(smoothing >= 0 && smoothing <= 1, "{}: label smoothing {}; give a number from 0 to 1", op, smoothing);
}

double sum_in_order(const Tensor& x) {
  return with_compute_type("sum", x.dtype(), [&](auto type) {
    using T = decltype(type);
    return kernels_for<T>(x).sum({.x = x.data<T>(), .count = x.numel()});
  });
}

}  // namespace detail

Tensor cross_entropy(const Tensor& logits, const Tensor& targets, const CrossEntropyOptions& options) {
  check(logits.rank() >= 1 && rows_of(logits.shape()) == targets.shape(),
        "cross_entropy: logits {} need targets of their shape without the classes, not {}", logits.shape(),
        targets.shape());
  check(targets.dtype() == DType::i64, "cross_entropy: targets are {}; give i64", name_of(targets.dtype()));
  check_weight("cross_entropy", logits, options.weight);
  detail::check_smoothing("cross_entropy", options.label_smoothing);
  const Tensor y = targets.dense();
  const int64_t rows = y.numel(), classes = logits.dim(-1);
  const int64_t counted = detail::check_targets("cross_entropy", y, classes, options.ignore_index);
  const double divisor = total_weight(y, options, counted);
  return with_compute_type("cross_entropy", logits.dtype(), [&](auto type) {
    using T = decltype(type);
    const Tensor x = logits.dense();
    const Tensor losses = x.new_empty(targets.shape()), logs = x.new_empty({rows});
    const Tensor weight = options.weight.defined() ? options.weight.dense() : Tensor();
    const T* weights = weight.defined() ? weight.data<T>() : nullptr;
    detail::kernels_for<T>("cross_entropy", x, weight)
        .cross_entropy({.rows = rows,
                        .classes = classes,
                        .logits = x.data<T>(),
                        .stride = classes,
                        .targets = y.data<int64_t>(),
                        .ignored = options.ignore_index,
                        .smoothing = options.label_smoothing,
                        .weights = weights,
                        .losses = losses.data<T>(),
                        .logs = logs.data<T>()});
    return record("cross_entropy", reduced(losses, options.reduction, divisor), {logits},
                  [=, ignored = options.ignore_index, smoothing = options.label_smoothing,
                   reduction = options.reduction](const Tensor& dy, Gradients& d) {
                    const Scales<T> scales(dy, reduction, divisor);
                    const Tensor dx = x.new_empty(x.shape());
                    detail::kernels_for<T>(dx).cross_entropy_backward(
                        {.rows = rows,
                         .classes = classes,
                         .logits = x.data<T>(),
                         .stride = classes,
                         .targets = y.data<int64_t>(),
                         .ignored = ignored,
                         .smoothing = smoothing,
                         .weights = weight.defined() ? weight.data<T>() : nullptr,
                         .logs = logs.data<T>(),
                         .scales = scales.data(),
                         .scale = scales.factor,
                         .dlogits = dx.data<T>()});
                    d.add(0, dx);
                  });
  });
}

Tensor soft_cross_entropy(const Tensor& logits, const Tensor& probabilities,
                          const CrossEntropyOptions& options) {
  check(logits.rank() >= 1 && logits.shape() == probabilities.shape() &&
            logits.dtype() == probabilities.dtype(),
        "soft_cross_entropy: logits {} {} and probabilities {} {}; they must be alike and have classes",
        name_of(logits.dtype()), logits.shape(), name_of(probabilities.dtype()), probabilities.shape());
  check_weight("soft_cross_entropy", logits, options.weight);
  detail::check_smoothing("soft_cross_entropy", options.label_smoothing);
  return with_compute_type("soft_cross_entropy", logits.dtype(), [&](auto type) {
    using T = decltype(type);
    const Tensor x = logits.dense(), q = probabilities.dense();
    const Tensor weight = options.weight.defined() ? options.weight.dense() : Tensor();
    const Tensor losses = x.new_empty(rows_of(x.shape()));
    const kernels::SoftCrossEntropyArgs<T> args{.rows = losses.numel(),
                                                .classes = x.dim(-1),
                                                .logits = x.data<T>(),
                                                .probabilities = q.data<T>(),
                                                .smoothing = options.label_smoothing,
                                                .weights = weight.defined() ? weight.data<T>() : nullptr,
                                                .losses = losses.data<T>()};
    detail::kernels_for<T>("soft_cross_entropy", x, q, weight).soft_cross_entropy(args);
    const double divisor = static_cast<double>(args.rows);
    return record(
        "soft_cross_entropy", reduced(losses, options.reduction, divisor), {logits},
        [x, q, weight, args, divisor, reduction = options.reduction](const Tensor& dy, Gradients& d) {
          const Scales<T> scales(dy, reduction, divisor);
          const Tensor dx = x.new_empty(x.shape());
          kernels::SoftCrossEntropyArgs<T> back = args;
          back.losses = nullptr;
          back.dlogits = dx.data<T>();
          back.scales = scales.data();
          back.scale = scales.factor;
          detail::kernels_for<T>(dx).soft_cross_entropy(back);
          d.add(0, dx);
        });
  });
}

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return pointwise({"mse_loss", kernels::PointwiseLoss::square}, x, target, reduction,
                   static_cast<double>(x.numel()));
}

Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return pointwise({"l1_loss", kernels::PointwiseLoss::absolute}, x, target, reduction,
                   static_cast<double>(x.numel()));
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, double beta, Reduction reduction) {
  check(beta > 0, "smooth_l1_loss: beta {} must be positive; use l1_loss for 0", beta);
  return pointwise({"smooth_l1_loss", kernels::PointwiseLoss::smooth, beta}, x, target, reduction,
                   static_cast<double>(x.numel()));
}

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target, Reduction reduction) {
  return pointwise({"binary_cross_entropy_with_logits", kernels::PointwiseLoss::binary}, logits, target,
                   reduction, static_cast<double>(logits.numel()));
}

Tensor kl_divergence(const Tensor& log_probabilities, const Tensor& target, Reduction reduction) {
  check(log_probabilities.rank() >= 1,
        "kl_divergence: a scalar has no rows; give a tensor of rank 1 or more");
  return pointwise({"kl_divergence", kernels::PointwiseLoss::divergence}, log_probabilities, target,
                   reduction, static_cast<double>(log_probabilities.dim(0)));
}

}  // namespace hodhod
