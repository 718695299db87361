// SPDX-License-Identifier: Apache-2.0
// Dates in two calendars.
#pragma once

#include <cstdint>

namespace hodhod {

// The calendar in which dates are written. That of Iran, Jalali or Solar Hijri, begins the year at the spring
// equinox: six months of 31 days, five of 30, and one of 29, or 30 in leap years.
enum class Calendar { gregorian, jalali };

struct Date {
  int64_t year = 1970, month = 1, day = 1;  // from 1

  friend bool operator==(const Date&, const Date&) = default;
};

// Days since 1970-01-01 (Gregorian), and back.
//
// Jalali leap years are those with the rests 1, 5, 9, 13, 17, 22, 26 and 30 when divided by 33, which holds
// for the official calendar, by the equinox, from 1210 to 1634 (Borkowski 1996, "The Persian calendar for
// 3000 years").
int64_t days_of(const Date& date, Calendar calendar);
Date date_of(int64_t days, Calendar calendar);
int64_t days_in_month(int64_t year, int64_t month, Calendar calendar);

// Years that are taken for Jalali ones.
inline constexpr int64_t kFirstJalaliYear = 1250, kLastJalaliYear = 1500;

// a / b, rounded down.
constexpr int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace hodhod
