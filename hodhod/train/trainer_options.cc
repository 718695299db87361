// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

bool is_validation_step(int64_t step, int64_t every, double growth) {
  if (every == 0 || growth == 0) return every > 0 && step % every == 0;
  int64_t next = every;
  while (next < step) next += std::max(every, static_cast<int64_t>(growth * static_cast<double>(next)));
  return next == step;
}

void TrainerOptions::validate() const {
  check_fields(fields_of(const_cast<TrainerOptions&>(*this)), "training");  // only read
  check(schedule.kind != ScheduleKind::noam || schedule.width > 0,
        "training: schedule.width is 0, and a noam schedule needs it; set it to the width of the model");
  check(average == 0 || average_last == 0,
        "training: average {} and average_last {} are both given; the model can be one of them", average,
        average_last);
}

}  // namespace hodhod
