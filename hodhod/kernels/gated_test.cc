// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/gated.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

constexpr Activation kGates[] = {Activation::sigmoid,   Activation::silu, Activation::gelu,
                                 Activation::gelu_tanh, Activation::relu, Activation::tanh,
                                 Activation::identity};

// Gate and value are the halves of one matrix; the results follow one another.
template <class T>
std::vector<T> everything(Activation activation, int64_t rows, int64_t columns) {
  const auto x = random_values<T>(rows * columns * 2, 1), dy = random_values<T>(rows * columns, 2);
  std::vector<T> y(rows * columns), dx(rows * columns * 2);
  cpu_kernels<T>().gated({.activation = activation,
                          .rows = rows,
                          .columns = columns,
                          .gate = x.data(),
                          .gate_stride = 2 * columns,
                          .value = x.data() + columns,
                          .value_stride = 2 * columns,
                          .y = y.data()});
  cpu_kernels<T>().gated_backward({.activation = activation,
                                   .rows = rows,
                                   .columns = columns,
                                   .gate = x.data(),
                                   .gate_stride = 2 * columns,
                                   .value = x.data() + columns,
                                   .value_stride = 2 * columns,
                                   .dy = dy.data(),
                                   .dgate = dx.data(),
                                   .dgate_stride = 2 * columns,
                                   .dvalue = dx.data() + columns,
                                   .dvalue_stride = 2 * columns});
  y.insert(y.end(), dx.begin(), dx.end());
  return y;
}

TEST(Gated, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (Activation activation : kGates) {
      for (int64_t columns : {0, 1, 3, 17, 100}) {
        expect_near(everything<float>(activation, 5, columns), everything<double>(activation, 5, columns),
                    3e-6, std::string(name_of(activation)) + " " + target);
      }
    }
  });
}

TEST(Gated, ThreadsDoNotChangeBits) {
  expect_threads_agree([] { return everything<float>(Activation::silu, 301, 333); });
}

}  // namespace
}  // namespace hodhod::kernels
