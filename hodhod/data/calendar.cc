// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/calendar.h"

#include <algorithm>
#include <array>

namespace hodhod {
namespace {

// ---- Gregorian: Hinnant, "chrono-compatible low-level date algorithms" ----

int64_t gregorian_days_of(const Date& date) {
  const int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const int64_t era = floor_divide(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

Date gregorian_date_of(int64_t days) {
  days += 719468;
  const int64_t era = floor_divide(days, 146097);
  const int64_t day = days - era * 146097;
  const int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  const int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * shifted + 2) / 5 + 1};
}

// ---- Jalali ----

// The day of 1 Farvardin of the year.
int64_t new_year(int64_t year) {
  constexpr std::array<int64_t, 8> kLeapRests = {1, 5, 9, 13, 17, 22, 26, 30};
  // Leap years before this one, counted from year 1.
  const int64_t cycles = floor_divide(year - 1, 33), rest = year - 1 - cycles * 33;
  const int64_t leap_years =
      cycles * std::ssize(kLeapRests) +
      (std::upper_bound(kLeapRests.begin(), kLeapRests.end(), rest) - kLeapRests.begin());
  constexpr int64_t kFirstDay = -492268;  // 1 Farvardin 1: 1 Farvardin 1403 was 2024-03-20
  return kFirstDay + 365 * (year - 1) + leap_years;
}

// Days of the year before the month.
int64_t days_before(int64_t month) { return month <= 7 ? 31 * (month - 1) : 186 + 30 * (month - 7); }

Date jalali_date_of(int64_t days) {
  int64_t year = floor_divide((days - new_year(1)) * 33, 33 * 365 + 8) + 1;
  while (new_year(year) > days) --year;
  while (new_year(year + 1) <= days) ++year;
  const int64_t day = days - new_year(year);
  const int64_t month = day < 186 ? day / 31 + 1 : (day - 186) / 30 + 7;
  return {year, month, day - days_before(month) + 1};
}

}  // namespace

int64_t days_of(const Date& date, Calendar calendar) {
  if (calendar == Calendar::gregorian) return gregorian_days_of(date);
  return new_year(date.year) + days_before(date.month) + date.day - 1;
}

Date date_of(int64_t days, Calendar calendar) {
  return calendar == Calendar::gregorian ? gregorian_date_of(days) : jalali_date_of(days);
}

int64_t days_in_month(int64_t year, int64_t month, Calendar calendar) {
  const Date next = month == 12 ? Date{year + 1, 1, 1} : Date{year, month + 1, 1};
  return days_of(next, calendar) - days_of({year, month, 1}, calendar);
}

}  // namespace hodhod
