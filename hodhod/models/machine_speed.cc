// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/machine_speed.h"

#include <chrono>
#include <cstdint>

#include "hodhod/ops/linear.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {
namespace {

// How many times per second x·Wᵀ is computed, with x [rows, width] and W [width, width].
double products_per_second(int64_t rows, int64_t width, double seconds) {
  using Clock = std::chrono::steady_clock;
  const Tensor x = Tensor::full({rows, width}, 0.5), w = Tensor::full({width, width}, 0.5);
  linear(x, w);  // touches the memory first
  const auto begin = Clock::now();
  for (int count = 1;; ++count) {
    linear(x, w);
    const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
    if (passed >= seconds) return count / passed;
  }
}

}  // namespace

MachineSpeed measure_speed(double seconds) {
  const NoGrad off;
  constexpr int64_t kRows = 1024, kWidth = 1024, kLarge = 4096;  // 64 MiB: larger than a cache
  return {.flops = 2.0 * kRows * kWidth * kWidth * products_per_second(kRows, kWidth, seconds / 2),
          .bytes = 4.0 * kLarge * kLarge * products_per_second(1, kLarge, seconds / 2)};
}

}  // namespace hodhod
