// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/host_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

TEST(HostArray, IsMadeOfWholeNumbersOnTheHost) {
  const HostArray none, undefined = Tensor();
  EXPECT_FALSE(none.defined());
  EXPECT_FALSE(undefined.defined());
  EXPECT_EQ(none.data(), nullptr);

  const Tensor values = Tensor::from<int64_t>({1, 2, 3, 4, 5, 6}, {3, 2});
  const HostArray shared = values;
  EXPECT_EQ(shared.data(), values.data<int64_t>());
  EXPECT_EQ(shared.shape(), (Shape{3, 2}));
  EXPECT_EQ(shared[4], 5);

  const HostArray column = values.with_layout({3}, {2}, 1);
  EXPECT_EQ(column[2], 6);
  EXPECT_EQ(HostArray(values.converted(DType::i32))[5], 6);

  EXPECT_THAT(error_of([&] { HostArray(values.converted(DType::f32)); }), testing::HasSubstr("f32 [3, 2]"));
  EXPECT_THAT(error_of([&] { HostArray(values.to(Device::shapes)); }), testing::HasSubstr("not on shapes"));
}

}  // namespace
}  // namespace hodhod
