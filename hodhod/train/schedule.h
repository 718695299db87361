// SPDX-License-Identifier: Apache-2.0
// The learning rate as a function of the step.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "hodhod/base/number_range.h"

namespace hodhod {

enum class ScheduleKind { noam, linear, cosine, constant, inverse_sqrt };
constexpr std::array<std::string_view, 5> names_of(ScheduleKind) {
  return {"noam", "linear", "cosine", "constant", "inverse-sqrt"};
}

// Whether the schedule has a use for the option of that name ("final_fraction").
constexpr bool has_use_for(ScheduleKind kind, std::string_view option) {
  if (option == "final_fraction") return kind == ScheduleKind::linear || kind == ScheduleKind::cosine;
  if (option == "width") return kind == ScheduleKind::noam;
  return true;
}

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::cosine;
  double rate = 1e-3;
  int64_t warmup = 0;
  double final_fraction = 0.0;
  int64_t width = 0;  // of noam, which needs it

  template <class Visitor>
  void visit(Visitor&& v) {
    v("kind", kind, "Shape of the learning rate after the warm-up");
    v("rate", rate, "Highest learning rate; for noam a factor, which is 1 in the paper", at_least(0));
    v("warmup", warmup, "Number of first steps in which the learning rate rises", at_least(0));
    v("final_fraction", final_fraction,
      "linear and cosine: share of the learning rate that is left at the last step", in(0, 1));
    v("width", width, "noam: width in its formula; 0 for that of the model", at_least(0));
  }
};

// The rate at `step`, counted from 1, of `steps` in all (w = warmup, r = rate, f = final_fraction, C =
// width):
//   noam          r · C^−½ · min(step^−½, step · w^−3/2)             (Attention Is All You Need, §5.3)
//   others        r · step / w  for step ≤ w, then, with p = (step − w) / (steps − w) held within [0, 1],
//     linear      r · (1 − (1 − f) p)
//     cosine      r · (f + (1 − f) (1 + cos πp) / 2)
//     constant    r
//     inverse-sqrt  r · √(w / step), with w at least 1
// Error for noam without a width.
double learning_rate(const ScheduleOptions& options, int64_t step, int64_t steps);

}  // namespace hodhod
