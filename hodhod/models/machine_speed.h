// SPDX-License-Identifier: Apache-2.0
// Measures how fast this machine computes, to estimate how long a model would take.
#pragma once

namespace hodhod {

struct MachineSpeed {
  double flops = 0;  // operations per second in products of many rows (training, reading a prompt)
  double bytes = 0;  // bytes of weights per second in products of one row (generating tokens)
};

// Runs products for about `seconds`, on all threads.
MachineSpeed measure_speed(double seconds = 0.4);

}  // namespace hodhod
