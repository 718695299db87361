// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/series.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

TEST(TimeStep, TimesAreReadAndWritten) {
  EXPECT_EQ(parse_time("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(parse_time("1970-01-02"), 86400);
  EXPECT_EQ(parse_time("1969-12-31T23:59:59"), -1);
  EXPECT_EQ(parse_time("2000-03-01 12:30"), 951913800);  // as `date -u -d … +%s` says
  EXPECT_EQ(parse_time("2016/7/1 5:04:03.000"), 1467349443);
  EXPECT_EQ(parse_time("Jan 1 2000"), 946684800);
  EXPECT_EQ(parse_time("1949-02"), -660009600);
  EXPECT_EQ(parse_time("1949"), parse_time("1949-01-01"));
  EXPECT_EQ(parse_time("۲۰۱۶/۷/۱ ۵:۰۴:۰۳"), 1467349443);
  EXPECT_EQ(parse_time("1402/02/31", Calendar::jalali), parse_time("2023-05-21"));
  EXPECT_EQ(parse_time("1402/07/31", Calendar::jalali), std::nullopt);
  for (const char* wrong :
       {"", "x", "2016-13-01", "2016-02-30", "2016-01-01 24:00", "2016-01-01 00:00:00+03:30", "2016-01-01 ",
        "20160101", "2016-01-01 00", "2016-01-01 00:00:00.5", "99999-01-01"})
    EXPECT_EQ(parse_time(wrong), std::nullopt) << wrong;
}

TEST(TimeStep, IsTheCommonestDistance) {
  const auto step_of = [](const std::vector<std::string>& texts) {
    std::vector<int64_t> times;
    for (const std::string& text : texts) times.push_back(*parse_time(text));
    return TimeStep::of(times).text();
  };
  EXPECT_EQ(step_of({"2016-07-01 00:00", "2016-07-01 01:00", "2016-07-01 04:00", "2016-07-01 05:00"}),
            "1 hour");
  EXPECT_EQ(step_of({"2016-07-01 00:00", "2016-07-01 00:15"}), "15 minutes");
  EXPECT_EQ(step_of({"1949-01", "1949-02", "1949-03", "1949-04"}), "1 month");
  EXPECT_EQ(step_of({"1949-01", "1949-04", "1949-07", "1949-10", "1950-01"}), "3 months");
  EXPECT_EQ(step_of({"2021-01-31", "2021-02-28", "2021-03-31", "2021-04-30"}), "1 month, last day");
  EXPECT_EQ(step_of({"2020-01-01", "2021-01-01", "2022-01-01"}), "12 months");
  EXPECT_EQ(step_of({"2021-01-01", "2021-01-08", "2021-01-15"}), "1 week");
}

TEST(TimeStep, GoesForthAndBack) {
  const int64_t january = *parse_time("2021-01-31");
  for (const char* text : {"1 hour", "15 minutes", "7 days", "1 week", "1 month", "1 month, last day",
                           "12 months", "1 day (jalali)", "1 month (jalali)", "1 month, last day (jalali)"}) {
    const auto step = TimeStep::parse(text);
    ASSERT_TRUE(step.has_value()) << text;
    if (std::string(text) != "7 days") {
      EXPECT_EQ(step->text(), text);
    }
    const int64_t start = step->months == 0 ? january
                          : !step->last_day
                              ? *parse_time(step->calendar == Calendar::jalali ? "2021-04-21" : "2021-01-01")
                          : step->calendar == Calendar::jalali ? *parse_time("2021-04-20")
                                                               : january;
    for (int64_t n = -30; n <= 30; ++n) EXPECT_EQ(step->between(start, step->after(start, n)), n) << text;
  }
  const TimeStep last{.months = 1, .last_day = true};
  EXPECT_EQ(last.format(last.after(january, 1)), "2021-02-28");
  EXPECT_EQ(last.format(last.after(january, 2)), "2021-03-31");
  EXPECT_EQ(TimeStep{.seconds = 3600}.between(0, 1800), std::nullopt);
  EXPECT_EQ(TimeStep{.seconds = 3600}.season(), 24);
  EXPECT_EQ(TimeStep{.seconds = 86400}.season(), 7);
  EXPECT_EQ(TimeStep{.months = 1}.season(), 12);
  EXPECT_EQ(TimeStep{.months = 5}.season(), 1);
  for (const char* wrong : {"", "1", "hour", "0 hours", "-1 hours", "1 hour ", "1 hour, last day"})
    EXPECT_EQ(TimeStep::parse(wrong), std::nullopt) << wrong;
}

TEST(TimeStep, TheCalendarTurns) {
  const int64_t monday_noon = *parse_time("2016-07-04 12:00");
  EXPECT_DOUBLE_EQ(calendar_phase(monday_noon, CalendarPart::hour), 0.5);
  EXPECT_DOUBLE_EQ(calendar_phase(monday_noon, CalendarPart::weekday), 0);
  EXPECT_DOUBLE_EQ(calendar_phase(*parse_time("1960-01-03"), CalendarPart::weekday), 6.0 / 7);  // a Sunday
  EXPECT_DOUBLE_EQ(calendar_phase(monday_noon, CalendarPart::day), 3.0 / 31);
  EXPECT_DOUBLE_EQ(calendar_phase(monday_noon, CalendarPart::month), 0.5);
  const int64_t new_year = *parse_time("2021-03-21");
  EXPECT_DOUBLE_EQ(calendar_phase(new_year, CalendarPart::month, Calendar::jalali), 0);
  EXPECT_DOUBLE_EQ(calendar_phase(new_year, CalendarPart::day, Calendar::jalali), 0);
}

Series series_of(const std::string& text, const SeriesColumns& options = {},
                 const std::string& name = "s.csv") {
  const TemporaryDirectory directory;
  return read_series({directory.put(name, text)}, options);
}

TEST(Series, IsReadWithItsTimes) {
  const Series series =
      series_of("when,\"a, b\",word,c\n2020-01-01,1,x,2\n2020-01-02,3,y,4.5\n2020-01-03,-5,z,6e2\n");
  EXPECT_EQ(series.time_name, "when");
  EXPECT_EQ(series.columns, (std::vector<std::string>{"a, b", "c"}));
  EXPECT_EQ(series.values, (std::vector<double>{1, 2, 3, 4.5, -5, 600}));
  EXPECT_EQ(series.step.text(), "1 day");
  EXPECT_EQ(series.time_text(4), "2020-01-05");
  ASSERT_EQ(series.notes.size(), 1U);
  EXPECT_NE(series.notes[0].find("word"), std::string::npos);
  const Series chosen =
      series_of("x\tt\ty\n1\t2020-01\t2\n3\t2020-02\t4\n", {.time = "t", .columns = {"y", "1"}}, "s.tsv");
  EXPECT_EQ(chosen.columns, (std::vector<std::string>{"y", "x"}));
  EXPECT_EQ(chosen.values, (std::vector<double>{2, 1, 4, 3}));
  EXPECT_EQ(chosen.time_text(0), "2020-01");
}

TEST(Series, TimesMayBeInTheCalendarOfIran) {
  const Series days = series_of("روز,x\n۱۴۰۲/۰۲/۳۰,۱\n۱۴۰۲/۰۲/۳۱,۲٫۵\n۱۴۰۲/۰۳/۰۱,۳\n");
  EXPECT_EQ(days.step.text(), "1 day (jalali)");
  EXPECT_EQ(days.values, (std::vector<double>{1, 2.5, 3}));
  EXPECT_EQ(days.start, parse_time("2023-05-20"));
  EXPECT_EQ(days.time_text(31), "1402-03-30");
  ASSERT_EQ(days.notes.size(), 1U);
  EXPECT_NE(days.notes[0].find("1402-02-30 is 2023-05-20;"), std::string::npos) << days.notes[0];
  const Series months = series_of("t,x\n1402-10-29,1\n1402-11-29,2\n1402-12-29,3\n1403-01-29,4\n");
  EXPECT_EQ(months.step.text(), "1 month (jalali)");
  EXPECT_EQ(months.time_text(4), "1403-02-29");
  // Old Gregorian years: those that reach further, and those that are named so.
  EXPECT_EQ(series_of("t,x\n1499,1\n1500,2\n1501,3\n").step.text(), "12 months");
  const Series named =
      series_of("t,x\n1402-01-31,1\n1402-02-28,2\n", {.calendar = SeriesCalendar::gregorian});
  EXPECT_EQ(named.step.text(), "1 month, last day");
  const std::string wrong = error_of([] { series_of("t,x\n1402-01-30,1\n1402-01-31,2\n1402-01-32,3\n"); });
  EXPECT_NE(wrong.find("expected a time"), std::string::npos) << wrong;
  const std::string gregorian = error_of(
      [] { series_of("t,x\n1402-02-30,1\n1402-02-31,2\n", {.calendar = SeriesCalendar::gregorian}); });
  EXPECT_NE(gregorian.find("there is no 1402-02-30 in the Gregorian calendar"), std::string::npos)
      << gregorian;
}

// What a file with two columns is refused for.
TEST(Series, BadFilesAreRefusedWithTheirRows) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "is empty"},
      {"t,x\n", "no row"},
      {"t,x\n2020-01-01,1\n", "two rows at least"},
      {"t\n2020-01-01\n2020-01-02\n", "no column of numbers"},
      {"t,x\nnow,1\nthen,2\n", "s.csv:2: expected a time such as"},
      {"t,x\n2020-01-01,a\n2020-01-02,b\n", "s.csv:2: there is no column of numbers"},
      {"t,x\n2020-01-01,1\n2020-01-02,b\n", "s.csv:3: expected a number in column x, found \"b\""},
      {"t,x\n2020-01-01,1\n2020-01-02,1e999\n", "s.csv:3: expected a number in column x"},
      {"t,x\n2020-01-01,1\n2020-01-02,inf\n", "s.csv:3: expected a number in column x"},
      {"t,x\n2020-01-01,1\n2020-01-02,\n", "s.csv:3: column x has no value; give `fill`"},
      {"t,x\n2020-01-01,1\n2020-01-02\n", "s.csv:3: expected 2 columns"},
      {"t,x\n2020-01-02,1\n2020-01-01,2\n", "s.csv:3: the time 2020-01-01 00:00:00 comes after"},
      {"t,x\n2020-01-01,1\n2020-01-02,2\n2020-01-02,2\n",
       "s.csv:4: the time 2020-01-02 00:00:00 is there twice"},
      {"t,x\n2020-01-01,1\n2020-01-02,2\n2020-01-03,2\n2020-01-05,3\n",
       "s.csv:5: the time 2020-01-05 00:00:00 follows"},
      {"t,x\n2020-01-01,1\n2020-01-02,2\n2020-01-03,2\n2020-01-03 12:00,3\n", "s.csv:5: the time"},
  };
  for (const auto& each : cases) expect_error([&] { series_of(each.first); }, each.second);
  expect_error([] { series_of("t,x\n1,2\n", {}, "s.txt"); }, "must end in .csv or .tsv");
  expect_error([] { series_of("t,x\n2020-01-01,1\n2020-01-02,2\n", {.time = "z"}); },
               "there is no column \"z\"");
  expect_error([] { series_of("t,x\n2020-01-01,1\n2020-01-02,2\n", {.columns = {"t"}}); }, "holds the times");
}

// A column is found again by its name, so each needs one of its own.
TEST(Series, ColumnsAreTheirNames) {
  const std::string rows = "2020-01-01,1,2\n2020-01-02,3,4\n";
  const Series years = series_of("t,2019,2020\n" + rows, {.columns = {"2020"}});
  EXPECT_EQ(years.columns, (std::vector<std::string>{"2020"}));
  EXPECT_EQ(years.values, (std::vector<double>{2, 4}));
  const Series swapped = series_of("t,3,2\n" + rows, {.columns = {"3", "2"}});  // names before numbers
  EXPECT_EQ(swapped.values, (std::vector<double>{1, 2, 3, 4}));
  const Series third = series_of("t,a,b\n" + rows, {.columns = {"3"}});
  EXPECT_EQ(third.columns, (std::vector<std::string>{"b"}));
  expect_error([&] { series_of("t,a,b\n" + rows, {.columns = {"3"}, .by_name = true}); },
               "there is no column \"3\"");
  expect_error([&] { series_of("t,a,a\n" + rows); }, "column a is there twice");
  expect_error([&] { series_of("t,a,b\n" + rows, {.columns = {"a", "a"}}); }, "name it once");
  expect_error([&] { series_of("t,a,t\n" + rows); }, "column t is there twice");
  expect_error([&] { series_of(",a,b\n" + rows); }, "column 1 has no name");
  expect_error([&] { series_of("t,,b\n" + rows); }, "column 2 has no name");
  EXPECT_EQ(series_of("t,,b\n" + rows, {.columns = {"b"}}).values, (std::vector<double>{2, 4}));
}

TEST(Series, AFirstRowOfDataIsNotTakenForNames) {
  for (const char* first : {"2020-01-01,1,2", "2020,1,", "1,2,3"}) {
    expect_error([&] { series_of(std::string(first) + "\n2020-01-02,3,4\n2020-01-03,5,6\n"); },
                 "expected a first line with the names of the columns");
  }
}

TEST(Series, IsMendedFromBeforeOnly) {
  const std::string text =
      "t,x\n2020-01-03,3\n2020-01-01,1\n2020-01-02,NA\n2020-01-03,33\n2020-01-04,4\n2020-01-07,7\n2020-01-08,"
      "8\n";
  const Series series = series_of(text, {.fill = true});
  EXPECT_EQ(series.values, (std::vector<double>{1, 1, 3, 4, 4, 4, 7, 8}));
  EXPECT_EQ(series.notes.size(), 4U);
  expect_error([] { series_of("t,x\n2020-01-01,\n2020-01-02,2\n", {.fill = true}); },
               "there is none before it");
  expect_error(
      [] { series_of("t,x\n2020-01-01,1\n2020-01-02,1\n2020-01-03,1\n9999-01-02,2\n", {.fill = true}); },
      "so far from the rows before it");
}

TEST(Series, DamagedFilesAreReadOrRefused) {
  std::string good = "t,x,y\n";
  for (int day = 1; day <= 20; ++day)
    good += "2020-01-" + std::to_string(10 + day) + "," + std::to_string(day) + ",-1.5e3\n";
  Rng rng(2, 3);
  constexpr char kBytes[] = "\0\n\r\",.-:0919eE\xff\xd9 NaT/";
  const std::string_view bytes(kBytes, sizeof kBytes - 1);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string bad = good;
    for (int change = 0; change < 3; ++change) {
      const size_t at = rng.below(bad.size());
      const char c = bytes[rng.below(bytes.size())];
      switch (rng.below(3)) {
        case 0:
          bad[at] = c;
          break;
        case 1:
          bad.insert(at, 1, c);
          break;
        default:
          bad.erase(at, 1 + rng.below(30));
      }
    }
    try {
      const Series series = series_of(bad, {.fill = i % 2 == 1});
      EXPECT_EQ(series.rows() * std::ssize(series.columns), std::ssize(series.values));
    } catch (const Error& error) {
      ++refused;
      EXPECT_NE(std::string(error.what()).find("s.csv"), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Series, IsSplitInOrderOfTime) {
  const SeriesParts rows = split_series(17420, {8640, 2880, 2880});
  EXPECT_EQ(rows.train, (SeriesPart{0, 8640}));
  EXPECT_EQ(rows.validation, (SeriesPart{8640, 11520}));
  EXPECT_EQ(rows.test, (SeriesPart{11520, 14400}));
  const SeriesParts shares = split_series(11, {0.7, 0.1, 0.2});
  EXPECT_EQ(shares.train, (SeriesPart{0, 7}));
  EXPECT_EQ(shares.validation, (SeriesPart{7, 8}));
  EXPECT_EQ(shares.test, (SeriesPart{8, 11}));
  EXPECT_EQ(split_series(144, {108, 0, 36}).test, (SeriesPart{108, 144}));
  EXPECT_EQ(split_series(10, {0.5, 0.5}).test.rows(), 0);
  expect_error([] { split_series(10, {8, 2, 1}); }, "the parts have 11 rows, and the series 10");
  expect_error([] { split_series(10, {0, 5, 5}); }, "no rows to train on");
  expect_error([] { split_series(10, {5}); }, "give two or three");
  expect_error([] { split_series(10, {2.5, 2.5}); }, "whole numbers of rows");
}

TEST(Series, NoTargetLeavesItsPart) {
  const SeriesPart test = split_series(17420, {8640, 2880, 2880}).test;
  for (const auto& [horizon, windows] : {std::pair{96, 2785}, {192, 2689}, {336, 2545}, {720, 2161}}) {
    const auto origins = forecast_origins(test, 336, horizon);
    EXPECT_EQ(std::ssize(origins), windows);
    EXPECT_EQ(origins.front(), test.begin);
    EXPECT_EQ(origins.back() + horizon, test.end);
  }
  EXPECT_EQ(forecast_origins({0, 10}, 4, 3), (std::vector<int64_t>{4, 5, 6, 7}));
  EXPECT_EQ(forecast_origins({0, 10}, 4, 3, 2), (std::vector<int64_t>{4, 6}));
  EXPECT_TRUE(forecast_origins({0, 6}, 4, 3).empty());
}

}  // namespace
}  // namespace hodhod
