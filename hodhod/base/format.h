// SPDX-License-Identifier: Apache-2.0
// Numbers in readable form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hodhod {

std::string format_bytes(uint64_t bytes);     // "812 B", "1.5 KiB", "2.31 GiB"
std::string format_count(double count);       // "812", "65.1k", "124.4M", "1.76T"
std::string format_duration(double seconds);  // "0.4 s", "42 s", "3:05", "2:03:05", "4 d 02:03:05"
std::string with_commas(int64_t number);      // "124,439,808"
// "1 row", "1200 rows": the noun in the plural but for 1, with an s unless `several` is given. And the noun
// alone, for a number that is written in another way.
std::string count_of(int64_t count, std::string_view noun, std::string_view several = {});
std::string noun_for(int64_t count, std::string_view noun, std::string_view several = {});

// Persian and Arabic digits, decimal points and minus signs in ASCII; the rest as it is.
std::string with_ascii_digits(std::string_view text);
// The finite number that is the whole of `text` ("-2", "3.5e-4", "۲٫۵"); nothing if it is not one.
std::optional<double> parse_number(std::string_view text);
// Columns that a text takes on a terminal: its characters, without combining marks and joiners.
int64_t display_width(std::string_view utf8);

}  // namespace hodhod
