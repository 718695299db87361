// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/time_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "hodhod/base/format.h"
#include "hodhod/base/names.h"

namespace hodhod {
namespace {

constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86400, kWeek = 7 * kDay;

Date date_at(int64_t time, Calendar calendar) { return date_of(floor_divide(time, kDay), calendar); }
int64_t second_of_day(int64_t time) { return time - floor_divide(time, kDay) * kDay; }
int64_t month_number(int64_t time, Calendar calendar) {
  const Date date = date_at(time, calendar);
  return date.year * 12 + date.month - 1;
}

// Reads a time from left to right; each function leaves the text as it is if it finds nothing.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_any(std::string_view characters) {
    return std::any_of(characters.begin(), characters.end(), [&](char c) { return take(c); });
  }
  std::optional<int64_t> number(size_t most_digits, int64_t least, int64_t most) {
    int64_t value = 0;
    size_t digits = 0;
    while (digits < text_.size() && digits <= most_digits &&
           std::isdigit(static_cast<unsigned char>(text_[digits])))
      value = value * 10 + (text_[digits++] - '0');
    if (digits == 0 || digits > most_digits || value < least || value > most) return std::nullopt;
    text_.remove_prefix(digits);
    return value;
  }
  // A month by its first three letters; further letters are passed over.
  std::optional<int64_t> month_name() {
    static constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (text_.size() < 3) return std::nullopt;
    std::string letters;
    for (const char c : text_.substr(0, 3))
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const size_t at = kMonths.find(letters);
    if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
    while (!text_.empty() && std::isalpha(static_cast<unsigned char>(text_[0]))) text_.remove_prefix(1);
    return static_cast<int64_t>(at / 3 + 1);
  }

 private:
  std::string_view text_;
};

std::optional<Date> read_date(TimeReader& reader) {
  if (const auto month = reader.month_name()) {
    reader.take('.');
    if (!reader.take(' ')) return std::nullopt;
    const auto day = reader.number(2, 1, 31);
    reader.take(',');
    if (!day || !reader.take(' ')) return std::nullopt;
    const auto year = reader.number(4, 1, 9999);
    return year ? std::optional<Date>({*year, *month, *day}) : std::nullopt;
  }
  const auto year = reader.number(4, 1, 9999);
  if (!year) return std::nullopt;
  if (!reader.take_any("-/")) return Date{*year, 1, 1};
  const auto month = reader.number(2, 1, 12);
  if (!month) return std::nullopt;
  if (!reader.take_any("-/")) return Date{*year, *month, 1};
  const auto day = reader.number(2, 1, 31);
  return day ? std::optional<Date>({*year, *month, *day}) : std::nullopt;
}

// The seconds of the day; 0 if nothing follows the date.
std::optional<int64_t> read_clock(TimeReader& reader) {
  if (reader.at_end()) return 0;
  if (!reader.take_any(" T")) return std::nullopt;
  const auto hour = reader.number(2, 0, 23);
  if (!hour || !reader.take(':')) return std::nullopt;
  const auto minute = reader.number(2, 0, 59);
  if (!minute) return std::nullopt;
  std::optional<int64_t> second = 0;
  if (reader.take(':')) second = reader.number(2, 0, 59);
  if (!second) return std::nullopt;
  // Fractions of seconds are read only if they are zero.
  if (reader.take('.')) {
    if (!reader.take('0')) return std::nullopt;
    while (reader.take('0')) {
    }
  }
  reader.take('Z');
  return *hour * kHour + *minute * kMinute + *second;
}

struct Unit {
  int64_t seconds;
  std::string_view name;
};
constexpr std::string_view kLastDay = ", last day", kJalali = " (jalali)";  // behind a step
constexpr Unit kUnits[] = {
    {kWeek, "week"}, {kDay, "day"}, {kHour, "hour"}, {kMinute, "minute"}, {1, "second"}};

int64_t median_distance(std::span<const int64_t> values) {
  std::vector<int64_t> distances;
  for (size_t i = 1; i < values.size(); ++i) distances.push_back(values[i] - values[i - 1]);
  const auto middle = distances.begin() + std::ssize(distances) / 2;
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

}  // namespace

std::optional<int64_t> WrittenTime::in(Calendar calendar) const {
  if (date.day > days_in_month(date.year, date.month, calendar)) return std::nullopt;
  return days_of(date, calendar) * kDay + second;
}

std::optional<WrittenTime> read_time(std::string_view text) {
  const std::string ascii = with_ascii_digits(text);
  TimeReader reader(ascii);
  WrittenTime time{.month_by_name =
                       !ascii.empty() && std::isalpha(static_cast<unsigned char>(ascii[0])) != 0};
  const auto date = read_date(reader);
  const auto second = date ? read_clock(reader) : std::nullopt;
  if (!second || !reader.at_end()) return std::nullopt;
  time.date = *date;
  time.second = *second;
  return time;
}

std::optional<int64_t> parse_time(std::string_view text, Calendar calendar) {
  const auto time = read_time(text);
  return time ? time->in(calendar) : std::nullopt;
}

int64_t TimeStep::after(int64_t time, int64_t steps) const {
  if (months == 0) return time + steps * seconds;
  const int64_t month = month_number(time, calendar) + steps * months;
  const int64_t year = floor_divide(month, 12), in_year = month - year * 12 + 1;
  const int64_t days = days_in_month(year, in_year, calendar);
  const int64_t day = last_day ? days : std::min(date_at(time, calendar).day, days);
  return days_of({year, in_year, day}, calendar) * kDay + second_of_day(time);
}

std::optional<int64_t> TimeStep::between(int64_t from, int64_t to) const {
  const int64_t steps = months > 0
                            ? floor_divide(month_number(to, calendar) - month_number(from, calendar), months)
                        : seconds > 0 ? floor_divide(to - from, seconds)
                                      : 0;
  return after(from, steps) == to ? std::optional(steps) : std::nullopt;
}

std::string TimeStep::text() const {
  const std::string written = calendar == Calendar::jalali ? std::string(kJalali) : "";
  if (months > 0) return count_of(months, "month") + (last_day ? std::string(kLastDay) : "") + written;
  for (const Unit& unit : kUnits) {
    if (seconds % unit.seconds == 0) return count_of(seconds / unit.seconds, unit.name) + written;
  }
  return "";
}

std::optional<TimeStep> TimeStep::parse(std::string_view text) {
  TimeStep step;
  const auto ends_with = [&text](std::string_view ending) {
    if (!text.ends_with(ending)) return false;
    text.remove_suffix(ending.size());
    return true;
  };
  if (ends_with(kJalali)) step.calendar = Calendar::jalali;
  step.last_day = ends_with(kLastDay);
  TimeReader reader(text);
  const auto count = reader.number(9, 1, 999'999'999);
  if (!count || !reader.take(' ')) return std::nullopt;
  const std::string_view unit = text.substr(text.find(' ') + 1);
  if (unit == "month" || unit == "months") {
    step.months = *count;
    return step;
  }
  for (const Unit& known : kUnits) {
    if (unit != known.name && unit != std::string(known.name) + "s") continue;
    step.seconds = *count * known.seconds;
    return step.last_day ? std::nullopt : std::optional(step);
  }
  return std::nullopt;
}

TimeStep TimeStep::of(std::span<const int64_t> times, Calendar calendar) {
  const int64_t seconds = median_distance(times);
  const auto same = [&](auto&& f) {
    return std::all_of(times.begin(), times.end(), [&](int64_t time) { return f(time) == f(times[0]); });
  };
  const bool same_day = same([&](int64_t time) { return date_at(time, calendar).day; });
  const bool last_day = std::all_of(times.begin(), times.end(),
                                    [&](int64_t time) { return date_at(time + kDay, calendar).day == 1; });
  if (seconds < 28 * kDay || !same(second_of_day) || !(same_day || last_day))
    return {.seconds = seconds, .calendar = calendar};
  std::vector<int64_t> months;
  for (const int64_t time : times) months.push_back(month_number(time, calendar));
  return {
      .months = std::max<int64_t>(1, median_distance(months)), .last_day = !same_day, .calendar = calendar};
}

std::string TimeStep::format(int64_t time) const {
  const Date date = date_at(time, calendar);
  const int64_t clock = second_of_day(time);
  const bool in_days = clock == 0 && (months > 0 || seconds % kDay == 0);
  if (in_days && months > 0 && date.day == 1) return fmt::format("{:04}-{:02}", date.year, date.month);
  const std::string day = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
  if (in_days) return day;
  return fmt::format("{} {:02}:{:02}:{:02}", day, clock / kHour, clock % kHour / kMinute, clock % kMinute);
}

int64_t TimeStep::season() const {
  if (months > 0) return 12 % months == 0 ? 12 / months : 1;
  const int64_t cycle = seconds < kDay ? kDay : seconds < kWeek ? kWeek : 52 * kWeek;
  return seconds > 0 && seconds <= cycle && cycle % seconds == 0 ? cycle / seconds : 1;
}

std::optional<CalendarPart> calendar_part_named(std::string_view name) {
  const auto names = names_of(CalendarPart{});
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<CalendarPart>(found - names.begin());
}

double calendar_phase(int64_t time, CalendarPart part, Calendar calendar) {
  const Date date = date_at(time, calendar);
  const auto share = [](int64_t of, int64_t whole) {
    return static_cast<double>(of) / static_cast<double>(whole);
  };
  const int64_t clock = second_of_day(time);
  switch (part) {
    case CalendarPart::hour:
      return share(clock, kDay);
    case CalendarPart::weekday: {
      const int64_t since_thursday = floor_divide(time, kDay);  // 1970-01-01 was a Thursday
      const int64_t since_monday = since_thursday + 3;
      return share(since_monday - floor_divide(since_monday, 7) * 7, 7);
    }
    case CalendarPart::day:
      return share(date.day - 1, days_in_month(date.year, date.month, calendar));
    case CalendarPart::month:
      break;
  }
  return share(date.month - 1, 12);
}

}  // namespace hodhod
