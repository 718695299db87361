// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/number_range.h"

#include <gtest/gtest.h>

#include <cmath>

namespace hodhod {
namespace {

TEST(NumberRange, HoldsItsEndsUnlessTheyAreOutside) {
  EXPECT_TRUE(in(0, 1).holds(0) && in(0, 1).holds(1));
  EXPECT_FALSE(in(0, 1).holds(-1e-9) || in(0, 1).holds(1.0000001));
  EXPECT_FALSE(above(0).holds(0));
  EXPECT_TRUE(above(0).holds(1e-300));
  EXPECT_TRUE(at_least(0).below(1).holds(0));
  EXPECT_FALSE(at_least(0).below(1).holds(1));
  EXPECT_TRUE(above(0).at_most(1).holds(1));
}

TEST(NumberRange, NeverHoldsWhatIsNotFinite) {
  for (const NumberRange range : {NumberRange(), at_least(0), NumberRange().at_most(0), in(-1, 1)}) {
    EXPECT_FALSE(range.holds(NAN));
    EXPECT_FALSE(range.holds(INFINITY));
    EXPECT_FALSE(range.holds(-INFINITY));
  }
}

TEST(NumberRange, Text) {
  EXPECT_EQ(NumberRange().text(), "");
  EXPECT_EQ(at_least(1).text(), "at least 1");
  EXPECT_EQ(above(0).text(), "above 0");
  EXPECT_EQ(in(0, 1e6).text(), "from 0 to 1000000");
  EXPECT_EQ(at_least(0).below(1).text(), "from 0 to below 1");
  EXPECT_EQ(above(0).at_most(1).text(), "above 0 and at most 1");
  EXPECT_EQ(above(0).below(0.5).text(), "above 0 and below 0.5");
  EXPECT_EQ(NumberRange().at_most(3).text(), "at most 3");
}

}  // namespace
}  // namespace hodhod
