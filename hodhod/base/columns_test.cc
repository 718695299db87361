// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/columns.h"

#include <gtest/gtest.h>

namespace hodhod {
namespace {

TEST(Columns, AreAsWideAsTheirWidestText) {
  EXPECT_EQ(in_columns({{"rung", "loss"}, {"می‌خوانم", "2.5"}}),
            "rung     loss\nمی‌خوانم   2.5\n");
  EXPECT_EQ(in_columns({}), "");
}

}  // namespace
}  // namespace hodhod
