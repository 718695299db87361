// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>
#include <ctime>

#include "hodhod/base/error.h"
#include "hodhod/text/templates/functions.h"

namespace hodhod::text::templates {
namespace {

std::chrono::year_month_day read_date(const std::string& date) {
  int year = 0;
  unsigned month = 0, day = 0;
  const char *at = date.data(), *end = at + date.size();
  const auto part = [&](auto& number, bool last) {
    const auto read = std::from_chars(at, end, number);
    const bool good = read.ec == std::errc() && (last ? read.ptr == end : read.ptr < end && *read.ptr == '-');
    at = read.ptr + (good && !last ? 1 : 0);
    return good;
  };
  const bool whole = part(year, false) && part(month, false) && part(day, true) && year >= 1 && year <= 9999;
  const std::chrono::year_month_day read{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  check(whole && read.ok(), "\"{}\" is not a date; write it as 2026-03-21", date);
  return read;
}

}  // namespace

std::string formatted_date(const std::string& date, const std::string& format) {
  const auto read = read_date(date);
  const std::chrono::sys_days days = read;
  std::tm time{};
  time.tm_year = static_cast<int>(read.year()) - 1900;
  time.tm_mon = static_cast<int>(static_cast<unsigned>(read.month())) - 1;
  time.tm_mday = static_cast<int>(static_cast<unsigned>(read.day()));
  time.tm_wday = static_cast<int>(std::chrono::weekday(days).c_encoding());
  time.tm_yday = static_cast<int>((days - std::chrono::sys_days(read.year() / 1 / 1)).count());
  std::string out(1024, '\0');
  out.resize(std::strftime(out.data(), out.size(), format.c_str(), &time));
  return out;
}

}  // namespace hodhod::text::templates
