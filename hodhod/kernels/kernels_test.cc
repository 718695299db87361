// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/kernels.h"

#include <gtest/gtest.h>

#include "hodhod/base/testing.h"

namespace hodhod::kernels {
namespace {

TEST(Kernels, AnEmptySlotIsAnErrorWithItsNameAndDevice) {
  const Kernels<float> table{Device::shapes};
  EXPECT_EQ(error_of([&] { table.masked_fill({}); }), "masked_fill: no shapes kernel");
  const MovingKernels moving{Device::cpu};
  EXPECT_EQ(error_of([&] { moving.gather({}); }), "gather: no cpu kernel");
}

TEST(Kernels, EachDeviceHasItsTable) {
  EXPECT_EQ(kernels_of<float>(Device::cpu).device, Device::cpu);
  EXPECT_EQ(kernels_of<double>(Device::shapes).device, Device::shapes);
  EXPECT_EQ(moving_kernels_of(Device::shapes).device, Device::shapes);
}

}  // namespace
}  // namespace hodhod::kernels
