// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/corpus.h"
#include "hodhod/data/record_reader.h"

namespace hodhod {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();  // a number that is missing
constexpr const char* kFillWay = "give `fill` to mend this, or correct the file";

// A row as it was read.
struct SeriesRow {
  WrittenTime written;
  int64_t time = 0;  // once the calendar is known
  std::string place;
  std::vector<double> values;
};

bool is_missing(std::string_view text) {
  std::string small;
  for (const char c : text.substr(0, 5))
    small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small.empty() || small == "na" || small == "n/a" || small == "nan" || small == "null" ||
         small == "none";
}

// Which columns of a table are read, and the rows so far.
class SeriesTable {
 public:
  explicit SeriesTable(const SeriesColumns& options) : options_(options) {}

  void add(const Record& record, const std::vector<std::string>& names) {
    if (names_.empty()) choose(record, names);
    check(names == names_, "{}: expected the columns {} as in the first file, found {}", record.place(),
          fmt::join(names_, ", "), fmt::join(names, ", "));
    SeriesRow& row = rows.emplace_back();
    row.place = record.place();
    row.written = time_in(record);
    for (const size_t i : chosen_) row.values.push_back(number_in(record, i));
  }

  const std::string& time_name() const { return names_[time_]; }
  std::vector<std::string> column_names() const {
    std::vector<std::string> found;
    for (const size_t i : chosen_) found.push_back(names_[i]);
    return found;
  }

  std::vector<SeriesRow> rows;
  std::vector<std::string> notes;
  int64_t missing = 0;

 private:
  void choose(const Record& record, const std::vector<std::string>& names) {
    names_ = names;
    check_header(record.file);
    const auto indices = [&](const std::vector<std::string>& columns) {
      std::vector<Column> parsed = parse_columns(columns);
      for (Column& column : parsed) column.number = options_.by_name ? 0 : column.number;
      return find_columns(parsed, names_, names_.size(), record.file, ColumnNames::known);
    };
    time_ = options_.time.empty() ? 0 : indices({options_.time})[0];
    if (!options_.columns.empty()) {
      chosen_ = indices(options_.columns);
      check(std::find(chosen_.begin(), chosen_.end(), time_) == chosen_.end(),
            "{}: column {} holds the times; it cannot be one of the numbers too", record.file, names_[time_]);
    } else {
      choose_numbers(record);
    }
    check_names(record.file);
  }

  // A first row of data would be lost as names.
  void check_header(const std::string& file) const {
    const bool data = std::all_of(names_.begin(), names_.end(), [](const std::string& name) {
      return is_missing(name) || parse_number(name) || read_time(name);
    });
    check(!data, "{}: expected a first line with the names of the columns, found {}; put one before the rows",
          file, excerpt(fmt::format("{}", fmt::join(names_, ","))));
  }

  // A column is found again by its name.
  void check_names(const std::string& file) const {
    std::vector<size_t> used = chosen_;
    used.push_back(time_);
    for (const size_t i : used) {
      check(!names_[i].empty(), "{}: column {} has no name in the first line; give it one", file, i + 1);
      check(std::count(names_.begin(), names_.end(), names_[i]) == 1 &&
                std::count(used.begin(), used.end(), i) == 1,
            "{}: column {} is there twice; {}", file, names_[i],
            std::count(used.begin(), used.end(), i) > 1 ? "name it once"
                                                        : "give each column a name of its own");
    }
  }

  void choose_numbers(const Record& record) {
    std::vector<std::string> left_out;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (i == time_) continue;
      const std::string& field = record.fields[i];
      if (is_missing(field) || parse_number(field)) {
        chosen_.push_back(i);
      } else {
        left_out.push_back(names_[i]);
      }
    }
    check(!chosen_.empty(), "{}: there is no column of numbers beside {}", record.place(), names_[time_]);
    if (left_out.empty()) return;
    notes.push_back(
        fmt::format("{}: columns without numbers are left out: {}", record.file, fmt::join(left_out, ", ")));
  }

  WrittenTime time_in(const Record& record) const {
    const std::string_view text = without_outer_blanks(record.fields[time_]);
    const auto time = read_time(text);
    check(time.has_value(), "{}: expected a time such as 2016-07-01 13:00:00 in column {}, found {}{}",
          record.place(), names_[time_], excerpt(text),
          options_.by_name ? "" : "; `time` names another column");
    return *time;
  }

  double number_in(const Record& record, size_t i) {
    const std::string_view text = without_outer_blanks(record.fields[i]);
    if (const auto number = parse_number(text)) return *number;
    check(is_missing(text), "{}: expected a number in column {}, found {}", record.place(), names_[i],
          excerpt(text));
    check(options_.fill, "{}: column {} has no value; {}", record.place(), names_[i], kFillWay);
    ++missing;
    return kNone;
  }

  const SeriesColumns& options_;
  std::vector<std::string> names_;
  size_t time_ = 0;
  std::vector<size_t> chosen_;
};

std::string moment(int64_t time, Calendar calendar) {
  return TimeStep{.seconds = 1, .calendar = calendar}.format(time);
}

// The calendar that the rows are written in.
Calendar written_in(const std::vector<SeriesRow>& rows, SeriesCalendar wanted) {
  if (wanted != SeriesCalendar::automatic)
    return wanted == SeriesCalendar::jalali ? Calendar::jalali : Calendar::gregorian;
  const bool jalali = std::all_of(rows.begin(), rows.end(), [](const SeriesRow& row) {
    const int64_t year = row.written.date.year;
    return year >= kFirstJalaliYear && year <= kLastJalaliYear && !row.written.month_by_name;
  });
  return jalali ? Calendar::jalali : Calendar::gregorian;
}

void set_times(std::vector<SeriesRow>& rows, Calendar calendar) {
  for (SeriesRow& row : rows) {
    const auto time = row.written.in(calendar);
    const Date& date = row.written.date;
    check(time.has_value(),
          "{}: there is no {}-{:02}-{:02} in the {} calendar; correct it, or name another with `calendar`",
          row.place, date.year, date.month, date.day, calendar == Calendar::jalali ? "Jalali" : "Gregorian");
    row.time = *time;
  }
}

// Rows in order of time, each time once.
void put_in_order(std::vector<SeriesRow>& rows, bool fill, Calendar calendar,
                  std::vector<std::string>& notes) {
  for (size_t i = 1; i < rows.size() && !fill; ++i) {
    check(rows[i].time > rows[i - 1].time, "{}: the time {} {}; {}", rows[i].place,
          moment(rows[i].time, calendar),
          rows[i].time == rows[i - 1].time
              ? "is there twice"
              : fmt::format("comes after {}, the rows are not in order", moment(rows[i - 1].time, calendar)),
          kFillWay);
  }
  if (!fill) return;
  const auto earlier = [](const SeriesRow& a, const SeriesRow& b) { return a.time < b.time; };
  if (!std::is_sorted(rows.begin(), rows.end(), earlier)) {
    std::stable_sort(rows.begin(), rows.end(), earlier);
    notes.push_back("rows that were out of order are sorted");
  }
  const size_t before = rows.size();
  const auto same = [](const SeriesRow& a, const SeriesRow& b) { return a.time == b.time; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  if (rows.size() < before)
    notes.push_back(
        fmt::format("of rows with the same time the first is kept: {} left out",
                    before - rows.size() == 1 ? "1 is" : fmt::format("{} are", before - rows.size())));
}

// The values of all rows of the series, with those that are missing filled from before them.
class SeriesFiller {
 public:
  SeriesFiller(Series& series, const std::vector<SeriesRow>& rows, bool fill)
      : series_(series), rows_(rows), fill_(fill) {}

  void run() {
    for (const SeriesRow& row : rows_) {
      int64_t next = series_.time(count_);
      while (next < row.time) {
        check(fill_, "{}: the time {} follows {}, and rows are {} apart: {} is missing; {}", row.place,
              shown(row.time), shown(series_.time(count_ - 1)), series_.step.text(), shown(next), kFillWay);
        check(added_ < 10 * std::ssize(rows_) + 1000,
              "{}: the time {} is so far from the rows before it that more rows would be filled than there "
              "are; "
              "correct the file",
              row.place, shown(row.time));
        add_copy();
        ++added_;
        next = series_.time(count_);
      }
      check(next == row.time, "{}: the time {} lies between two rows, which are {} apart; correct the file",
            row.place, shown(row.time), series_.step.text());
      add(row);
    }
  }

  int64_t added() const { return added_; }

 private:
  std::string shown(int64_t time) const { return moment(time, series_.step.calendar); }

  void add_copy() {
    const auto columns = static_cast<int64_t>(series_.columns.size());
    for (int64_t i = 0; i < columns; ++i)
      series_.values.push_back(series_.values[static_cast<size_t>((count_ - 1) * columns + i)]);
    ++count_;
  }

  void add(const SeriesRow& row) {
    for (size_t i = 0; i < row.values.size(); ++i) {
      double value = row.values[i];
      if (std::isnan(value)) {
        check(count_ > 0, "{}: column {} has no value, and there is none before it; leave the row out",
              row.place, series_.columns[i]);
        value = series_.values[series_.values.size() - series_.columns.size()];
      }
      series_.values.push_back(value);
    }
    ++count_;
  }

  Series& series_;
  const std::vector<SeriesRow>& rows_;
  bool fill_;
  int64_t count_ = 0, added_ = 0;
};

}  // namespace

Series read_series(const std::vector<std::string>& files, const SeriesColumns& options) {
  for (const std::string& file : files) {
    if (file == "-" || !std::filesystem::is_regular_file(file)) continue;
    const CorpusFormat format = format_of(file);
    check(format == CorpusFormat::csv || format == CorpusFormat::tsv,
          "{}: a series is a table; its name must end in .csv or .tsv (.gz and .zst may follow)", file);
  }
  RecordReader reader(files, {.header = CorpusHeader::yes, .table = true});
  SeriesTable table(options);
  while (const auto record = reader.next()) table.add(*record, reader.names());
  std::vector<SeriesRow>& rows = table.rows;
  Series series{.notes = std::move(table.notes)};
  check(!rows.empty(), "{}: there is no row below the names of the columns", files[0]);
  const Calendar calendar = written_in(rows, options.calendar);
  set_times(rows, calendar);
  put_in_order(rows, options.fill, calendar, series.notes);
  check(rows.size() >= 2, "{}: a series needs two rows at least; there is one", files[0]);
  series.time_name = table.time_name();
  series.columns = table.column_names();
  series.start = rows[0].time;
  std::vector<int64_t> times;
  for (const SeriesRow& row : rows) times.push_back(row.time);
  series.step = TimeStep::of(times, calendar);
  if (calendar == Calendar::jalali && options.calendar == SeriesCalendar::automatic) {
    TimeStep gregorian = series.step;
    gregorian.calendar = Calendar::gregorian;
    series.notes.push_back(
        fmt::format("times are read in the calendar of Iran: {} is {}; `calendar` names another",
                    series.time_text(0), gregorian.format(series.start)));
  }
  SeriesFiller filler(series, rows, options.fill);
  filler.run();
  if (filler.added() > 0)
    series.notes.push_back(
        fmt::format("{} missing {} before", filler.added(),
                    filler.added() == 1 ? "row takes the values" : "rows take the values"));
  if (table.missing > 0)
    series.notes.push_back(
        fmt::format("{} missing {} before", table.missing,
                    table.missing == 1 ? "number takes the value" : "numbers take the values"));
  return series;
}

SeriesParts split_series(int64_t rows, const std::vector<double>& split) {
  check(split.size() == 2 || split.size() == 3,
        "`split` has {} numbers; give two or three: for training, validation and test", split.size());
  const double sum = std::accumulate(split.begin(), split.end(), 0.0);
  const bool shares = sum <= 1 + 1e-9;
  std::array<int64_t, 3> sizes{};
  for (size_t i = 0; i < split.size(); ++i) {
    check(split[i] >= 0 && (shares || split[i] == std::floor(split[i])),
          "`split` {}: give whole numbers of rows, or shares whose sum is at most 1", split[i]);
    // The last share has what is left, so that shares of 1 in all leave no row over.
    const double all = static_cast<double>(rows) * split[i];
    sizes[i] = static_cast<int64_t>(shares ? std::floor(all + 1e-9) : split[i]);
  }
  if (shares && sum >= 1 - 1e-9) sizes[split.size() - 1] += rows - sizes[0] - sizes[1] - sizes[2];
  check(sizes[0] > 0, "`split`: there are no rows to train on");
  const int64_t all = sizes[0] + sizes[1] + sizes[2];
  check(all <= rows, "`split`: the parts have {} rows, and the series {}", with_commas(all),
        with_commas(rows));
  return {{0, sizes[0]}, {sizes[0], sizes[0] + sizes[1]}, {sizes[0] + sizes[1], all}};
}

std::vector<int64_t> forecast_origins(const SeriesPart& part, int64_t context, int64_t horizon,
                                      int64_t stride) {
  std::vector<int64_t> origins;
  for (int64_t at = std::max(part.begin, context); at + horizon <= part.end; at += stride)
    origins.push_back(at);
  return origins;
}

std::vector<float> calendar_of(const Series& series, std::span<const CalendarPart> parts, int64_t begin,
                               int64_t count) {
  std::vector<float> values;
  for (int64_t row = begin; row < begin + count; ++row) {
    const int64_t time = series.time(row);
    for (const CalendarPart part : parts) {
      const double angle = 2 * std::numbers::pi * calendar_phase(time, part, series.step.calendar);
      values.push_back(static_cast<float>(std::sin(angle)));
      values.push_back(static_cast<float>(std::cos(angle)));
    }
  }
  return values;
}

}  // namespace hodhod
