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

struct Date {
  int64_t year = 1970, month = 1, day = 1;  // from 1
};

// Days since 1970-01-01 in the Gregorian calendar, and back (Hinnant, "chrono-compatible low-level date
// algorithms").
int64_t days_of(const Date& date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

Date date_of(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day = days - era * 146097;
  const int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  const int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * shifted + 2) / 5 + 1};
}

int64_t days_in_month(int64_t year, int64_t month) {
  const Date next = month == 12 ? Date{year + 1, 1, 1} : Date{year, month + 1, 1};
  return days_of(next) - days_of({year, month, 1});
}

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
Date date_at(int64_t time) { return date_of(floor_divide(time, kDay)); }
int64_t second_of_day(int64_t time) { return time - floor_divide(time, kDay) * kDay; }
int64_t month_number(int64_t time) {
  const Date date = date_at(time);
  return date.year * 12 + date.month - 1;
}
bool is_last_day(int64_t time) { return date_at(time + kDay).day == 1; }

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

std::optional<int64_t> parse_time(std::string_view text) {
  TimeReader reader(text);
  const auto date = read_date(reader);
  if (!date || date->day > days_in_month(date->year, date->month)) return std::nullopt;
  const auto seconds = read_clock(reader);
  if (!seconds || !reader.at_end()) return std::nullopt;
  return days_of(*date) * kDay + *seconds;
}

int64_t TimeStep::after(int64_t time, int64_t steps) const {
  if (months == 0) return time + steps * seconds;
  const int64_t month = month_number(time) + steps * months;
  const int64_t year = floor_divide(month, 12), in_year = month - year * 12 + 1;
  const int64_t days = days_in_month(year, in_year);
  const int64_t day = last_day ? days : std::min(date_at(time).day, days);
  return days_of({year, in_year, day}) * kDay + second_of_day(time);
}

std::optional<int64_t> TimeStep::between(int64_t from, int64_t to) const {
  const int64_t steps = months > 0    ? floor_divide(month_number(to) - month_number(from), months)
                        : seconds > 0 ? floor_divide(to - from, seconds)
                                      : 0;
  return after(from, steps) == to ? std::optional(steps) : std::nullopt;
}

std::string TimeStep::text() const {
  if (months > 0) return count_of(months, "month") + (last_day ? ", last day" : "");
  for (const Unit& unit : kUnits) {
    if (seconds % unit.seconds == 0) return count_of(seconds / unit.seconds, unit.name);
  }
  return "";
}

std::optional<TimeStep> TimeStep::parse(std::string_view text) {
  TimeStep step;
  constexpr std::string_view kLastDay = ", last day";
  if (text.ends_with(kLastDay)) {
    step.last_day = true;
    text.remove_suffix(kLastDay.size());
  }
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

TimeStep TimeStep::of(std::span<const int64_t> times) {
  const int64_t seconds = median_distance(times);
  const auto same = [&](auto&& f) {
    return std::all_of(times.begin(), times.end(), [&](int64_t time) { return f(time) == f(times[0]); });
  };
  const bool same_day = same([](int64_t time) { return date_at(time).day; });
  const bool last_day = std::all_of(times.begin(), times.end(), is_last_day);
  if (seconds < 28 * kDay || !same(second_of_day) || !(same_day || last_day)) return {.seconds = seconds};
  std::vector<int64_t> months;
  for (const int64_t time : times) months.push_back(month_number(time));
  return {.months = std::max<int64_t>(1, median_distance(months)), .last_day = !same_day};
}

std::string TimeStep::format(int64_t time) const {
  const Date date = date_at(time);
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

double calendar_phase(int64_t time, CalendarPart part) {
  const Date date = date_at(time);
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
      return share(date.day - 1, days_in_month(date.year, date.month));
    case CalendarPart::month:
      break;
  }
  return share(date.month - 1, 12);
}

}  // namespace hodhod
