// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/calendar.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace hodhod {
namespace {

// Days of which history knows both dates.
TEST(Calendar, JalaliDatesAreThoseOfHistory) {
  const std::pair<Date, Date> days[] = {
      {{1304, 9, 21}, {1925, 12, 12}}, {{1329, 12, 29}, {1951, 3, 20}}, {{1332, 5, 28}, {1953, 8, 19}},
      {{1357, 11, 22}, {1979, 2, 11}}, {{1376, 3, 2}, {1997, 5, 23}},   {{1399, 12, 30}, {2021, 3, 20}},
      {{1400, 1, 1}, {2021, 3, 21}},   {{1403, 12, 30}, {2025, 3, 20}}, {{1404, 7, 1}, {2025, 9, 23}}};
  for (const auto& [jalali, gregorian] : days) {
    EXPECT_EQ(days_of(jalali, Calendar::jalali), days_of(gregorian, Calendar::gregorian)) << jalali.year;
    EXPECT_EQ(date_of(days_of(gregorian, Calendar::gregorian), Calendar::jalali), jalali) << jalali.year;
  }
}

TEST(Calendar, JalaliLeapYearsAreThoseOfTheOfficialCalendar) {
  const std::set<int64_t> leap_years = {1342, 1346, 1350, 1354, 1358, 1362, 1366, 1370, 1375,
                                        1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408};
  for (int64_t year = 1338; year <= 1411; ++year)
    EXPECT_EQ(days_in_month(year, 12, Calendar::jalali), leap_years.contains(year) ? 30 : 29) << year;
}

TEST(Calendar, EveryDayIsFoundAgain) {
  for (const Calendar calendar : {Calendar::gregorian, Calendar::jalali}) {
    Date before = date_of(-800'001, calendar);
    for (int64_t day = -800'000; day < 60'000; ++day) {
      const Date date = date_of(day, calendar);
      ASSERT_EQ(days_of(date, calendar), day);
      // The next day of the month, or the first of another.
      ASSERT_EQ(date.day, date.month == before.month ? before.day + 1 : 1);
      before = date;
    }
  }
}

}  // namespace
}  // namespace hodhod
