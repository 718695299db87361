// SPDX-License-Identifier: Apache-2.0
// Time series: tables with a time in each row, rows at equal distances, and a number in each column.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/data/time_step.h"

namespace hodhod {

// In which calendar the times of a table are read; automatic: Jalali if all years lie between
// kFirstJalaliYear and kLastJalaliYear and no month has a Gregorian name, otherwise Gregorian.
enum class SeriesCalendar { automatic, gregorian, jalali };
constexpr std::array<std::string_view, 3> names_of(SeriesCalendar) { return {"auto", "gregorian", "jalali"}; }

// What is read of a table.
struct SeriesColumns {
  std::string time = {};                  // the column of times; empty: the first one
  std::vector<std::string> columns = {};  // of numbers; empty: all others that hold numbers
  bool fill = false;
  SeriesCalendar calendar = SeriesCalendar::automatic;
  bool by_name = false;  // numbers are names, too: of a model's columns, which were found before

  template <class Visitor>
  void visit(Visitor&& v) {
    v("time", time, "Column with the time of each row, a name or a number; the first one if it is not given");
    v("columns", columns, "Columns of numbers, names or numbers from 1; all others if none is given");
    v("fill", fill,
      "Sort rows that are out of order, keep the first of rows with the same time, and give rows and numbers "
      "that are missing the value before them");
    v("calendar", calendar,
      "Calendar of the times; auto: that of Iran if all years lie between 1250 and 1500, otherwise "
      "Gregorian");
  }
};

struct Series {
  std::string time_name = {};
  std::vector<std::string> columns = {};
  TimeStep step = {};
  int64_t start = 0;                // the time of row 0
  std::vector<double> values = {};  // [rows, columns], row-major
  std::vector<std::string> notes = {};

  int64_t rows() const { return columns.empty() ? 0 : std::ssize(values) / std::ssize(columns); }
  int64_t time(int64_t row) const { return step.after(start, row); }
  // The time of a row as text.
  std::string time_text(int64_t row) const { return step.format(time(row)); }
};

// Reads tables with a header (tsv or csv, .gz and .zst too; of standard input and pipes the first line says
// which), one after the other. Error where the first line holds no names, and where a column that is read has
// none, or one that another has too. Error, with file and line, for a time or a number that cannot be read,
// rows that are not in order of time, two rows of one time, a missing row, a missing number, or a time
// between two rows of the series. With `fill`, the middle four are mended, and notes count them; a value is
// only ever filled from before it, so that filling tells nothing of the future.
Series read_series(const std::vector<std::string>& files, const SeriesColumns& options);

// Rows begin, …, end - 1 of a series.
struct SeriesPart {
  int64_t begin = 0, end = 0;
  int64_t rows() const { return end - begin; }
  friend bool operator==(const SeriesPart&, const SeriesPart&) = default;
};

// The parts for training, validation and test, in this order of time. `split` holds two or three numbers:
// rows (8640,2880,2880), or, if their sum is at most 1, shares of all rows. Rows beyond the parts are not
// used. Error when they are more than there are.
struct SeriesParts {
  SeriesPart train, validation, test;
};
SeriesParts split_series(int64_t rows, const std::vector<double>& split);

// The rows at which windows begin to forecast: the `horizon` rows from there lie in the part, and `context`
// rows lie before, be it in the part or before it. Thus no target leaves its part.
std::vector<int64_t> forecast_origins(const SeriesPart& part, int64_t context, int64_t horizon,
                                      int64_t stride = 1);

// The calendar of rows begin, …, begin + count - 1 (which may lie beyond the end): for each part sine and
// cosine of its phase, [count, 2 · parts].
std::vector<float> calendar_of(const Series& series, std::span<const CalendarPart> parts, int64_t begin,
                               int64_t count);

}  // namespace hodhod
