// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hodhod::kernels::reference {
namespace {

double log_sum_exp(const double* x, int64_t count) {
  double most = -std::numeric_limits<double>::infinity();
  for (int64_t c = 0; c < count; ++c) most = std::max(most, x[c]);
  double sum = 0;
  for (int64_t c = 0; c < count; ++c) sum += std::exp(x[c] - most);
  return most + std::log(sum);
}

double weight(const double* weights, int64_t c) { return weights ? weights[c] : 1; }

double derivative(const PointwiseLossArgs<double>& args, double x, double t) {
  const double d = x - t, sign = d > 0 ? 1 : d < 0 ? -1 : d;
  switch (args.loss) {
    case PointwiseLoss::square:
      return 2 * d;
    case PointwiseLoss::absolute:
      return sign;
    case PointwiseLoss::smooth:
      return std::fabs(d) < args.beta ? d / args.beta : sign;
    case PointwiseLoss::binary:
      return 1 / (1 + std::exp(-x)) - t;
    case PointwiseLoss::divergence:
      return -t;
  }
  return 0;
}

double value(const PointwiseLossArgs<double>& args, double x, double t) {
  const double d = std::fabs(x - t);
  switch (args.loss) {
    case PointwiseLoss::square:
      return d * d;
    case PointwiseLoss::absolute:
      return d;
    case PointwiseLoss::smooth:
      return d < args.beta ? d * d / (2 * args.beta) : d - args.beta / 2;
    case PointwiseLoss::binary:
      return std::max(x, 0.0) - x * t + std::log1p(std::exp(-std::fabs(x)));
    case PointwiseLoss::divergence:
      return t == 0 ? 0 : t * (std::log(t) - x);
  }
  return 0;
}

}  // namespace

void cross_entropy(const CrossEntropyArgs<double>& args) {
  const double share = args.smoothing / static_cast<double>(args.classes);
  for (int64_t i = 0; i < args.rows; ++i) {
    const double* x = args.logits + i * args.stride;
    const double log = log_sum_exp(x, args.classes);
    if (args.logs) args.logs[i] = log;
    double loss = 0;
    if (args.targets[i] != args.ignored) {
      const int64_t y = args.targets[i];
      loss = (1 - args.smoothing) * weight(args.weights, y) * (log - x[y]);
      for (int64_t c = 0; share != 0 && c < args.classes; ++c)
        loss += share * weight(args.weights, c) * (log - x[c]);
    }
    if (args.losses) args.losses[i] = loss;
    if (args.dlogits) {
      cross_entropy_backward({1, args.classes, x, args.stride, args.targets + i, args.ignored, args.smoothing,
                              args.weights, &log, nullptr, args.scale, args.dlogits + i * args.stride});
    }
  }
}

void cross_entropy_backward(const CrossEntropyBackwardArgs<double>& args) {
  const double share = args.smoothing / static_cast<double>(args.classes);
  double all = 0;
  for (int64_t c = 0; c < args.classes; ++c) all += weight(args.weights, c);
  for (int64_t i = 0; i < args.rows; ++i) {
    const double* x = args.logits + i * args.stride;
    double* dx = args.dlogits + i * args.stride;
    const int64_t y = args.targets[i];
    if (y == args.ignored) {
      std::fill_n(dx, args.classes, 0.0);
      continue;
    }
    const double scale = args.scale * (args.scales ? args.scales[i] : 1);
    const double hard = (1 - args.smoothing) * weight(args.weights, y);
    for (int64_t c = 0; c < args.classes; ++c) {
      dx[c] = scale * ((hard + share * all) * std::exp(x[c] - args.logs[i]) - (c == y ? hard : 0) -
                       share * weight(args.weights, c));
    }
  }
}

void soft_cross_entropy(const SoftCrossEntropyArgs<double>& args) {
  for (int64_t i = 0; i < args.rows; ++i) {
    const double* x = args.logits + i * args.classes;
    const double* q = args.probabilities + i * args.classes;
    const auto target = [&](int64_t c) {
      return weight(args.weights, c) *
             ((1 - args.smoothing) * q[c] + args.smoothing / static_cast<double>(args.classes));
    };
    const double log = log_sum_exp(x, args.classes);
    double loss = 0, mass = 0;
    for (int64_t c = 0; c < args.classes; ++c) {
      loss += target(c) * (log - x[c]);
      mass += target(c);
    }
    if (args.losses) args.losses[i] = loss;
    const double scale = args.scale * (args.scales ? args.scales[i] : 1);
    for (int64_t c = 0; args.dlogits && c < args.classes; ++c) {
      args.dlogits[i * args.classes + c] = scale * (mass * std::exp(x[c] - log) - target(c));
    }
  }
}

void pointwise_loss(const PointwiseLossArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    if (args.losses) args.losses[i] = value(args, args.x[i], args.target[i]);
    if (!args.dx) continue;
    const double scale = args.scale * (args.scales ? args.scales[i] : 1);
    args.dx[i] = scale * derivative(args, args.x[i], args.target[i]);
  }
}

}  // namespace hodhod::kernels::reference
