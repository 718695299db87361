// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/growing_array.h"

#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

TEST(GrowingArray, KeepsWhatIsThereWhileItGrows) {
  const TemporaryDirectory directory;
  for (const std::string& where : {std::string(), directory.path()}) {
    GrowingArray<uint32_t> array(where);
    for (uint32_t i = 0; i < 1'000'000; ++i) array.push_back(i * 7);
    array.resize(1'000'500);
    GrowingArray<uint32_t> moved = std::move(array);
    ASSERT_EQ(moved.size(), 1'000'500U);
    for (uint32_t i = 0; i < 1'000'000; ++i) ASSERT_EQ(moved[i], i * 7);
    EXPECT_EQ(moved.back(), 0U);
  }
  EXPECT_TRUE(list_directory(directory.path()).empty());
}

TEST(GrowingArray, NamesADirectoryThatIsNotThere) {
  expect_error([] { GrowingArray<int> array("/not/there"); }, "/not/there");
}

}  // namespace
}  // namespace hodhod
