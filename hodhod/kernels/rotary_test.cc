// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/rotary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels {
namespace {

struct Sizes {
  int64_t batch, times, heads, head_size, rotated;
};

template <class T>
struct RotaryProblem {
  std::vector<T> x, y, cosines, sines;
  std::vector<int64_t> position{5, 0, 2, 9, 1, 7}, offset{3, 1};
  RotaryArgs<T> args;

  RotaryProblem(const Sizes& s, bool interleaved) {
    Rng rng(7);
    for (int64_t i = 0; i < s.batch * s.times * s.heads * s.head_size; ++i) {
      x.push_back(static_cast<T>(static_cast<float>(rng.normal())));
    }
    for (int64_t i = 0; i < 10 * s.rotated / 2; ++i) {
      const double angle = 6 * rng.uniform_double();
      cosines.push_back(static_cast<T>(static_cast<float>(std::cos(angle))));
      sines.push_back(static_cast<T>(static_cast<float>(std::sin(angle))));
    }
    y.assign(x.size(), 0);
    args.batch = s.batch, args.times = s.times, args.heads = s.heads, args.head_size = s.head_size;
    args.rotated = s.rotated;
    args.interleaved = interleaved;
    args.x = x.data(), args.y = y.data();
    args.x_strides = args.y_strides = {s.times * s.heads * s.head_size, s.heads * s.head_size, s.head_size};
    args.cosines = cosines.data(), args.sines = sines.data();
  }
};

TEST(Rotary, MatchesTheReferenceOnEveryTarget) {
  cpu::for_each_target([](const char* target) {
    for (const Sizes& s :
         {Sizes{2, 3, 3, 8, 8}, {2, 3, 1, 20, 6}, {2, 3, 2, 64, 64}, {2, 3, 2, 70, 50}, {2, 0, 2, 8, 8}}) {
      for (int bits = 0; bits < 8; ++bits) {
        RotaryProblem<float> fast(s, bits & 1);
        RotaryProblem<double> exact(s, bits & 1);
        fast.args.inverse = exact.args.inverse = bits & 2;
        if (bits & 4) {
          fast.args.position = fast.position.data(), exact.args.position = exact.position.data();
        } else {
          fast.args.offset = fast.offset.data(), exact.args.offset = exact.offset.data();
        }
        cpu::rotary(fast.args);
        reference::rotary(exact.args);
        for (size_t i = 0; i < fast.y.size(); ++i) ASSERT_NEAR(fast.y[i], exact.y[i], 1e-6) << target;
      }
    }
  });
}

TEST(Rotary, TurningBackInPlaceGivesTheInput) {
  for (bool interleaved : {false, true}) {
    RotaryProblem<double> problem({2, 3, 2, 12, 10}, interleaved);
    for (size_t i = 0; i < problem.cosines.size(); ++i) {  // true angles, not rounded to float
      const double angle = std::atan2(problem.sines[i], problem.cosines[i]);
      problem.cosines[i] = std::cos(angle);
      problem.sines[i] = std::sin(angle);
    }
    reference::rotary(problem.args);
    problem.args.x = problem.y.data();
    problem.args.inverse = true;
    reference::rotary(problem.args);
    for (size_t i = 0; i < problem.x.size(); ++i) EXPECT_NEAR(problem.y[i], problem.x[i], 1e-14);
  }
}

}  // namespace
}  // namespace hodhod::kernels
