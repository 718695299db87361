// SPDX-License-Identifier: Apache-2.0
// How fast this machine computes, measured in a moment: for saying how long a model would take.
#pragma once

namespace hodhod {

struct MachineSpeed {
  double flops = 0;  // operations a second, in products of many rows (training, reading a prompt)
  double bytes = 0;  // bytes of weights a second, in products of one row (writing token by token)
};

// Runs products for about `seconds`, on all threads.
MachineSpeed measure_speed(double seconds = 0.4);

}  // namespace hodhod
