// SPDX-License-Identifier: Apache-2.0
// The training workloads of versus_torch, by the names its peer knows them under.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace hodhod::bench {

class Workload {
 public:
  virtual ~Workload() = default;
  // One training step on a fixed batch; returns the loss before the update.
  virtual double step() = 0;
  virtual double parameters() const = 0;
  // Floating-point operations of the matrix products in one step, forward and backward.
  virtual double operations() const = 0;
};

std::unique_ptr<Workload> make_workload(const std::string& name);
std::vector<std::string> workload_names();

// Floating-point operations a second of the product kernel at (4096, 3072, 768), on the threads in force.
double product_speed();

}  // namespace hodhod::bench
