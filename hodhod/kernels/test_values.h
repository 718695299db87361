// SPDX-License-Identifier: Apache-2.0
// For kernel tests: values to compute with, and comparisons of float results with double ones.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels {

// Values between −2.5 and 2.5 that floats hold exactly, so that both precisions start from the same.
template <class T>
std::vector<T> random_values(int64_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>((rng.uniform() - 0.5f) * 5.0f);
  return values;
}

// |got − want| ≤ tolerance · max(1, |want|), NaN and infinities in the same places.
inline void expect_near(const std::vector<float>& got, const std::vector<double>& want, double tolerance,
                        const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      ASSERT_TRUE(std::isnan(got[i])) << what << ": element " << i << " is " << got[i];
    } else if (std::isinf(want[i])) {
      ASSERT_EQ(got[i], static_cast<float>(want[i])) << what << ": element " << i;
    } else {
      ASSERT_NEAR(got[i], want[i], tolerance * std::max(1.0, std::fabs(want[i])))
          << what << ": element " << i;
    }
  }
}

inline void expect_same_bits(const std::vector<float>& got, const std::vector<float>& want,
                             const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(got[i]), std::bit_cast<uint32_t>(want[i])) << what << ": element " << i;
  }
}

// make() gives the same bits with 1, 2, 4 and 8 threads.
template <class Make>
void expect_threads_agree(const Make& make) {
  const int before = thread_count();
  set_thread_count(1);
  const std::vector<float> want = make();
  for (int threads : {2, 4, 8}) {
    set_thread_count(threads);
    expect_same_bits(make(), want, std::to_string(threads) + " threads");
  }
  set_thread_count(before);
}

}  // namespace hodhod::kernels
