// SPDX-License-Identifier: Apache-2.0
// How much memory this process uses and may use.
#pragma once

#include <cstdint>

namespace hodhod {

// The largest amount of main memory that this process has used so far, in bytes.
uint64_t peak_memory();
// The amount that it uses now.
uint64_t current_memory();
// All memory of the machine (or what this process's control group may use of it); 0 if unknown.
uint64_t total_memory();
// The memory that is still available on the machine (or in this process's control group); 0 if unknown.
uint64_t available_memory();

}  // namespace hodhod
