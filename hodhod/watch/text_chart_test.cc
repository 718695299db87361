// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/text_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(TextChart, ALineIsDrawnInDots) {
  // Four dots up and two across a character: a diagonal of 4 × 2 characters.
  const std::vector<ChartPoint> line = {{0, 0}, {1, 1}};
  EXPECT_THAT(text_chart(line, {}, 4, 2),
              ElementsAre("        1 │  ⡠⠊", "        0 │⡠⠊  ", "          └────", "     step  0  1"));
}

TEST(TextChart, RingsStandOverTheLine) {
  const std::vector<ChartPoint> line = {{0, 1}, {3, 1}}, rings = {{0, 1}, {3, 100}};
  const auto chart = text_chart(line, rings, 4, 2);
  EXPECT_EQ(chart[0], "      100 │   ○");
  EXPECT_EQ(chart[1], "        1 │○⣀⣀⣀");
}

TEST(TextChart, ManyRingsDoNotHideTheLine) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 1000; ++i) points.push_back({static_cast<double>(i), static_cast<double>(i)});
  for (const std::string& row : text_chart(points, points, 12, 12)) {
    const size_t first = row.find("○");
    EXPECT_TRUE(first == std::string::npos || row.find("○", first + 1) == std::string::npos) << row;
  }
}

TEST(TextChart, NothingToDrawIsNothing) {
  EXPECT_TRUE(text_chart({}, {}).empty());
  const std::vector<ChartPoint> line = {{0, std::nan("")}, {1, INFINITY}};
  EXPECT_TRUE(text_chart(line, {}).empty());
}

TEST(TextChart, AConstantLiesInTheMiddle) {
  const std::vector<ChartPoint> line = {{0, 2}, {10, 2}};
  const auto chart = text_chart(line, {}, 3, 3);
  EXPECT_EQ(chart[1].substr(chart[1].find("│")), "│⠒⠒⠒");
}

}  // namespace
}  // namespace hodhod
