// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hodhod/base/error.h"

namespace hodhod {

double learning_rate(const ScheduleOptions& options, int64_t step, int64_t steps) {
  check(step >= 1, "learning rate asked for step {}; steps count from 1", step);
  const auto t = static_cast<double>(step);
  const auto warmup = static_cast<double>(std::max<int64_t>(options.warmup, 1));
  if (options.kind == ScheduleKind::noam) {
    check(options.width > 0, "learning rate: noam needs a width; set it to that of the model");
    return options.rate / std::sqrt(static_cast<double>(options.width)) *
           std::min(1 / std::sqrt(t), t / (warmup * std::sqrt(warmup)));
  }
  if (step < options.warmup) return options.rate * t / warmup;
  const auto rest = static_cast<double>(std::max<int64_t>(steps - options.warmup, 1));
  const double progress = std::clamp(static_cast<double>(step - options.warmup) / rest, 0.0, 1.0);
  switch (options.kind) {
    case ScheduleKind::linear:
      return options.rate * (1 - (1 - options.final_fraction) * progress);
    case ScheduleKind::cosine:
      return options.rate * (options.final_fraction + (1 - options.final_fraction) * 0.5 *
                                                          (1 + std::cos(std::numbers::pi * progress)));
    case ScheduleKind::inverse_sqrt:
      return options.rate * std::sqrt(warmup / t);
    case ScheduleKind::constant:
    case ScheduleKind::noam:
      break;
  }
  return options.rate;
}

}  // namespace hodhod
