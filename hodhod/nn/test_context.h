// SPDX-License-Identifier: Apache-2.0
// For tests: a context of a pass that is neither training nor looked at.
#pragma once

#include "hodhod/nn/context.h"

namespace hodhod {

inline Context& plain() {
  static thread_local Context context;
  context = {};
  return context;
}

}  // namespace hodhod
