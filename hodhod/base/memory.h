// SPDX-License-Identifier: Apache-2.0
// How much memory this process uses and may use.
#pragma once

#include <cstdint>

namespace hodhod {

// The most this process has had in main memory so far, in bytes.
uint64_t peak_memory();
// What it has now.
uint64_t current_memory();
// What the machine (or the control group this runs in) still has to give; 0 when the system does not say.
uint64_t available_memory();

}  // namespace hodhod
