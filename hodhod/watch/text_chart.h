// SPDX-License-Identifier: Apache-2.0
// A small chart of a curve for a terminal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hodhod {

struct ChartPoint {
  double x = 0, y = 0;
};

// Rows of text, one below the other: the line as dots of Braille, the `rings` as ○ over it (where they
// are close, not all of them), the values at the
// top and the bottom at its left, those of x below it. The axis of y is logarithmic where all values are
// above 0 and the largest is at least three times the smallest. Points that are not finite are left out.
// Empty when no point is left.
std::vector<std::string> text_chart(std::span<const ChartPoint> line, std::span<const ChartPoint> rings,
                                    int columns = 56, int rows = 8);

}  // namespace hodhod
