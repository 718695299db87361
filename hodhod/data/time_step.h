// SPDX-License-Identifier: Apache-2.0
// Times of a series, and the step from one row to the next. A time is civil time without a zone, in seconds
// since 1970-01-01 00:00:00.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "hodhod/data/calendar.h"

namespace hodhod {

// A time as it is written.
struct WrittenTime {
  Date date = {};
  int64_t second = 0;  // of the day
  bool month_by_name = false;

  // The time; nothing if the calendar has no such day.
  std::optional<int64_t> in(Calendar calendar) const;
};

// The time that a text gives: 2016-07-01, with 13:00 or 13:00:00 after a blank or a T, or with slashes;
// 2016-07 or 2016 alone; "Jul 1 2016"; with Persian digits too. Nothing for other texts, also for those with
// a time zone.
std::optional<WrittenTime> read_time(std::string_view text);
std::optional<int64_t> parse_time(std::string_view text, Calendar calendar = Calendar::gregorian);

// The distance between two rows: a number of seconds, or of months, whose lengths differ.
struct TimeStep {
  int64_t seconds = 0;    // 0 if the step is in months
  int64_t months = 0;     // 0 if it is in seconds
  bool last_day = false;  // of months: rows are at the ends of their months
  Calendar calendar = Calendar::gregorian;

  // The time that many steps after `time` (before it, if negative).
  int64_t after(int64_t time, int64_t steps) const;
  // The number of steps from one time to the other; nothing if it is not a whole one.
  std::optional<int64_t> between(int64_t from, int64_t to) const;
  // "1 hour", "15 minutes", "1 month", "1 month, last day", "1 day (jalali)".
  std::string text() const;
  // The time as short as the step allows: "1949-01", "2016-07-01", "2016-07-01 13:00:00".
  std::string format(int64_t time) const;
  // Rows in the cycle that is usual at this step: a day of seconds, minutes and hours, a week of days, a year
  // of weeks, months and quarters; 1 if there is none.
  int64_t season() const;

  // What text() gave; nothing for other texts.
  static std::optional<TimeStep> parse(std::string_view text);
  // The step of times in ascending order without repeats: the commonest distance (the median). At least two
  // times.
  static TimeStep of(std::span<const int64_t> times, Calendar calendar = Calendar::gregorian);

  friend bool operator==(const TimeStep&, const TimeStep&) = default;
};

// What a calendar says about a time before it comes: the hour of the day, the day of the week, the day of the
// month, the month of the year.
enum class CalendarPart { hour, weekday, day, month };
constexpr std::array<std::string_view, 4> names_of(CalendarPart) {
  return {"hour", "weekday", "day", "month"};
}
std::optional<CalendarPart> calendar_part_named(std::string_view name);

// The place of a time in the cycle of this part, from 0 to below 1: noon is 0.5 of the day, Monday 0 of the
// week.
double calendar_phase(int64_t time, CalendarPart part, Calendar calendar = Calendar::gregorian);

}  // namespace hodhod
