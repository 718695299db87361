// SPDX-License-Identifier: Apache-2.0
// For tests: runs a body once under every SIMD target of this binary that the machine has.
#pragma once

#include "hodhod/kernels/cpu/targets.h"
// Before Highway's, which reads it.
#include <hwy/targets.h>

#include <cstdint>

namespace hodhod::kernels::cpu {

// Calls body(name) with kernels dispatched to each target in turn, from the best to the baseline, and then
// gives the choice back to the machine. Not to be called while kernels run on other threads.
template <class Body>
void for_each_target(Body&& body) {
  for (int64_t targets = hwy::SupportedTargets() & HWY_TARGETS; targets != 0; targets &= targets - 1) {
    const int64_t target = targets & -targets;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(0);
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace hodhod::kernels::cpu
