// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/optimizer.h"

#include <algorithm>
#include <cmath>

namespace hodhod::kernels::reference {

void sgd(const SgdArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    double g = args.scale * args.gradient[i] + args.weight_decay * args.value[i];
    if (args.velocity) {
      double& b = args.velocity[i];
      b = args.first_step ? g : args.momentum * b + (1 - args.dampening) * g;
      g = args.nesterov ? g + args.momentum * b : b;
    }
    args.value[i] -= args.rate * g;
  }
}

void adam(const AdamArgs<double>& args) {
  const double mean_correction = 1 - std::pow(args.beta1, static_cast<double>(args.step));
  const double square_correction = 1 - std::pow(args.beta2, static_cast<double>(args.step));
  for (int64_t i = 0; i < args.count; ++i) {
    double& p = args.value[i];
    double g = args.scale * args.gradient[i];
    if (args.decoupled) {
      p -= args.rate * args.weight_decay * p;
    } else {
      g += args.weight_decay * p;
    }
    args.mean[i] = args.beta1 * args.mean[i] + (1 - args.beta1) * g;
    args.square[i] = args.beta2 * args.square[i] + (1 - args.beta2) * g * g;
    double v = args.square[i];
    if (args.largest_square) v = args.largest_square[i] = std::max(args.largest_square[i], v);
    p -= args.rate / mean_correction * args.mean[i] / (std::sqrt(v / square_correction) + args.epsilon);
  }
}

void adagrad(const AdagradArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    const double g = args.scale * args.gradient[i] + args.weight_decay * args.value[i];
    args.square_sum[i] += g * g;
    args.value[i] -= args.rate * g / (std::sqrt(args.square_sum[i]) + args.epsilon);
  }
}

void rmsprop(const RmspropArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    const double g = args.scale * args.gradient[i] + args.weight_decay * args.value[i];
    args.square[i] = args.alpha * args.square[i] + (1 - args.alpha) * g * g;
    double v = args.square[i];
    if (args.mean) {
      double& a = args.mean[i];
      a = args.alpha * a + (1 - args.alpha) * g;
      v -= a * a;
    }
    double d = g / (std::sqrt(v) + args.epsilon);
    if (args.velocity) d = args.velocity[i] = args.momentum * args.velocity[i] + d;
    args.value[i] -= args.rate * d;
  }
}

double sum_squares(const SumSquaresArgs<double>& args) {
  double sum = 0;
  for (int64_t i = 0; i < args.count; ++i) sum += args.x[i] * args.x[i];
  return sum;
}

}  // namespace hodhod::kernels::reference
