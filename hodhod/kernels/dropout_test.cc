// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/dropout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

template <class T>
std::vector<T> drop(int64_t rows, int64_t columns, double probability, bool fused,
                    uint64_t stream = 0x123456789abcdef0) {
  const auto x = random_values<T>(rows * columns, 1), residual = random_values<T>(rows * columns, 2);
  const auto bias = random_values<T>(columns, 3);
  std::vector<T> y(rows * columns);
  cpu_kernels<T>().dropout({.rows = rows,
                            .columns = columns,
                            .probability = probability,
                            .seed = 0xfedcba9876543210,
                            .stream = stream,
                            .x = x.data(),
                            .bias = fused ? bias.data() : nullptr,
                            .residual = fused ? residual.data() : nullptr,
                            .y = y.data()});
  return y;
}

TEST(Dropout, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {0, 1, 3, 17, 64, 1000}) {
      for (int64_t rows : {0, 1, 3, 17}) {
        for (double probability : {0.0, 0.1, 0.5, 0.999}) {
          for (bool fused : {false, true}) {
            expect_near(drop<float>(rows, columns, probability, fused),
                        drop<double>(rows, columns, probability, fused), 1e-6,
                        std::to_string(rows) + "×" + std::to_string(columns) + " " + target);
          }
        }
      }
    }
  });
}

TEST(Dropout, DropsTheShareAskedForAndKeepsTheMean) {
  const int64_t n = 400'000;
  const std::vector<float> ones(n, 1.0f);
  for (double probability : {0.1, 0.5}) {
    std::vector<float> y(n);
    cpu::dropout({.rows = 1,
                  .columns = n,
                  .probability = probability,
                  .seed = 7,
                  .stream = 3,
                  .x = ones.data(),
                  .y = y.data()});
    int64_t dropped = 0;
    double sum = 0;
    for (float value : y) dropped += value == 0, sum += value;
    // Five standard deviations.
    const double sd = std::sqrt(probability * (1 - probability) / n);
    EXPECT_NEAR(static_cast<double>(dropped) / n, probability, 5 * sd);
    EXPECT_NEAR(sum / n, 1.0, 5 * sd / (1 - probability));
  }
}

TEST(Dropout, StreamsDiffer) {
  EXPECT_NE(drop<float>(1, 1000, 0.5, false, 1), drop<float>(1, 1000, 0.5, false, 2));
}

TEST(Dropout, ThreadsDoNotChangeBits) {
  expect_threads_agree([] { return drop<float>(123, 457, 0.1, true); });
}

}  // namespace
}  // namespace hodhod::kernels
