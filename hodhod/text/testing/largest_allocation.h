// SPDX-License-Identifier: Apache-2.0
// For tests: how much memory code asks for at once.
#pragma once

#include <cstddef>

namespace hodhod::text {

// The largest single request to operator new on this thread since the object was made.
class LargestAllocation {
 public:
  LargestAllocation();
  size_t bytes() const;
};

}  // namespace hodhod::text
