// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

// Three figures or so: 1.23, 12.3, 123.
std::string short_number(double value) {
  if (value < 9.995) return fmt::format("{:.2f}", value);
  if (value < 99.95) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

bool is_invisible(uint32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x64B && c <= 0x65F) || c == 0x670 ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xFEFF;
}

std::optional<double> parse_ascii_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::string with_ascii_digits(std::string_view text) {
  std::string ascii;
  for (size_t i = 0; i < text.size();) {
    const Character c = read_character(text, i);
    if (c.code >= U'۰' && c.code <= U'۹') {
      ascii += static_cast<char>('0' + (c.code - U'۰'));
    } else if (c.code >= U'٠' && c.code <= U'٩') {
      ascii += static_cast<char>('0' + (c.code - U'٠'));
    } else if (c.code == U'٫') {
      ascii += '.';
    } else if (c.code == U'\u2212') {
      ascii += '-';
    } else {
      ascii.append(text.substr(i, static_cast<size_t>(c.size)));
    }
    i += static_cast<size_t>(c.size);
  }
  return ascii;
}

std::optional<double> parse_number(std::string_view text) {
  const bool ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? parse_ascii_number(text) : parse_ascii_number(with_ascii_digits(text));
}

std::string format_bytes(uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  const std::array<const char*, 5> units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  size_t unit = 0;
  value /= 1024;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{} {}", short_number(value), units[unit]);
}

std::string format_count(double count) {
  if (std::abs(count) < 1000) {
    return count == std::floor(count) ? fmt::format("{:.0f}", count) : short_number(count);
  }
  const std::array<const char*, 6> units = {"k", "M", "G", "T", "P", "E"};
  size_t unit = 0;
  count /= 1000;
  while (std::abs(count) >= 999.5 && unit + 1 < units.size()) {
    count /= 1000;
    ++unit;
  }
  return std::abs(count) < 99.95 ? fmt::format("{:.1f}{}", count, units[unit])
                                 : fmt::format("{:.0f}{}", count, units[unit]);
}

std::string format_duration(double seconds) {
  if (!(seconds >= 0) || seconds > 1e12) return "?";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  const int64_t minutes = whole / 60 % 60, hours = whole / 3600 % 24, days = whole / 86400;
  if (days > 0) return fmt::format("{} d {:02}:{:02}:{:02}", days, hours, minutes, whole % 60);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string with_commas(int64_t number) {
  const std::string digits = fmt::format("{}", number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string noun_for(int64_t count, std::string_view noun, std::string_view several) {
  if (count == 1) return std::string(noun);
  return several.empty() ? fmt::format("{}s", noun) : std::string(several);
}

std::string count_of(int64_t count, std::string_view noun, std::string_view several) {
  return fmt::format("{} {}", count, noun_for(count, noun, several));
}

int64_t display_width(std::string_view utf8) {
  int64_t width = 0;
  for (size_t i = 0; i < utf8.size();) {
    const Character c = read_character(utf8, i);
    if (!is_invisible(c.code)) ++width;
    i += c.size;
  }
  return width;
}

}  // namespace hodhod
