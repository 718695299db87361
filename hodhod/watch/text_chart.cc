// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/text_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hodhod/base/format.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

// The ends of an axis, and where a value stands between them, from 0 to 1.
struct Axis {
  double low = INFINITY, high = -INFINITY;
  bool logarithmic = false;

  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double place(double value) const {
    if (high <= low) return 0.5;
    return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  }
};

bool is_finite(const ChartPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

// A grid of characters, each of which holds 2 × 4 dots or a sign.
class Canvas {
 public:
  Canvas(int columns, int rows)
      : columns_(columns), rows_(rows), cells_(static_cast<size_t>(columns) * static_cast<size_t>(rows), 0) {}

  // A dot at a place from 0 to 1 each, y upwards.
  void dot(double x, double y) {
    const int column = at(x, 2 * columns_), row = 4 * rows_ - 1 - at(y, 4 * rows_);
    // Dots of Braille (U+2800): 1 to 3 and 7 go down the left side, 4 to 6 and 8 down the right one.
    constexpr std::array<std::array<uint32_t, 2>, 4> kBits = {
        {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
    char32_t& cell = cells_[index(column / 2, row / 4)];
    if (cell < kBraille + 256)
      cell = (cell == 0 ? kBraille : cell) |
             kBits[static_cast<size_t>(row % 4)][static_cast<size_t>(column % 2)];
  }
  void sign(double x, double y, char32_t code) {
    cells_[index(at(x, columns_), rows_ - 1 - at(y, rows_))] = code;
  }
  int dots_across() const { return 2 * columns_; }

  std::string row(int row) const {
    std::string text;
    for (int column = 0; column < columns_; ++column) {
      const char32_t cell = cells_[index(column, row)];
      append_utf8(text, cell == 0 ? U' ' : cell);
    }
    return text;
  }

 private:
  static constexpr char32_t kBraille = 0x2800;

  static int at(double place, int count) { return std::clamp(static_cast<int>(place * count), 0, count - 1); }
  size_t index(int column, int row) const {
    return static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column);
  }

  int columns_, rows_;
  std::vector<char32_t> cells_;
};

// For each column of dots the mean of its points, and straight lines between columns that follow each other.
void draw_line(Canvas& canvas, std::span<const ChartPoint> line, const Axis& x, const Axis& y) {
  const auto across = static_cast<size_t>(canvas.dots_across());
  std::vector<double> sums(across, 0), counts(across, 0);
  for (const ChartPoint& point : line) {
    if (!is_finite(point)) continue;
    const size_t column =
        std::min(static_cast<size_t>(x.place(point.x) * static_cast<double>(across)), across - 1);
    sums[column] += y.place(point.y);
    ++counts[column];
  }
  size_t before = across;
  for (size_t column = 0; column < across; ++column) {
    if (counts[column] == 0) continue;
    const double end = sums[column] / counts[column];
    const double begin = before == across ? end : sums[before] / counts[before];
    const size_t first = before == across ? column : before;
    for (size_t at = first; at <= column; ++at) {
      const double share =
          column == first ? 1 : static_cast<double>(at - first) / static_cast<double>(column - first);
      canvas.dot((static_cast<double>(at) + 0.5) / static_cast<double>(across),
                 begin + share * (end - begin));
    }
    before = column;
  }
}

}  // namespace

std::vector<std::string> text_chart(std::span<const ChartPoint> line, std::span<const ChartPoint> rings,
                                    int columns, int rows) {
  Axis x, y;
  for (const auto& points : {line, rings}) {
    for (const ChartPoint& point : points) {
      if (!is_finite(point)) continue;
      x.take(point.x);
      y.take(point.y);
    }
  }
  if (x.low > x.high) return {};
  y.logarithmic = y.low > 0 && y.high >= 3 * y.low;
  Canvas canvas(columns, rows);
  draw_line(canvas, line, x, y);
  double after = -1;  // the place from which on the next ring may stand: a few columns behind the last
  for (const ChartPoint& ring : rings) {
    if (!is_finite(ring) || x.place(ring.x) < after) continue;
    canvas.sign(x.place(ring.x), y.place(ring.y), U'○');
    after = x.place(ring.x) + 4.0 / columns;
  }
  std::vector<std::string> text;
  for (int row = 0; row < rows; ++row) {
    const std::string label = row == 0          ? fmt::format("{:.4g}", y.high)
                              : row == rows - 1 ? fmt::format("{:.4g}", y.low)
                                                : "";
    text.push_back(fmt::format("{:>9} │{}", label, canvas.row(row)));
  }
  const std::string left = with_commas(static_cast<int64_t>(x.low)),
                    right = with_commas(static_cast<int64_t>(x.high));
  const int gap = std::max(1, columns - static_cast<int>(left.size() + right.size()));
  std::string bar;
  for (int i = 0; i < columns; ++i) bar += "─";
  text.push_back(fmt::format("{:>9} └{}", "", bar));
  text.push_back(fmt::format("{:>9}  {}{:{}}{}", "step", left, "", gap, right));
  return text;
}

}  // namespace hodhod
