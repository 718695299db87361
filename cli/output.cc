// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <regex>

namespace hodhod::cli {
namespace {

// The line break at the beginning of `text`; empty if there is none.
std::string_view line_end(std::string_view text) {
  constexpr std::array<std::string_view, 11> kEnds = {
      "\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
  for (const std::string_view end : kEnds) {
    if (text.starts_with(end)) return end;
  }
  return {};
}

// A word, quoted for a shell if needed.
std::string shell_word(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::string_view end = line_end(text);
    if (end.empty()) {
      line.push_back(text[0]);
      text.remove_prefix(1);
    } else {
      line.push_back(' ');
      text.remove_prefix(end.size());
    }
  }
  return line;
}

std::string with_dashes(std::string_view message) {
  static const std::regex kOption("`([a-z][a-z0-9_.-]*)( [a-z0-9_.]+)?`");
  std::string out;
  const char* done = message.data();
  const char* const end = done + message.size();
  for (std::cregex_iterator match(done, end, kOption), last; match != last; ++match) {
    out.append(done, (*match)[0].first).append("--");
    for (const char c : (*match)[1].str()) out += c == '_' || c == '.' ? '-' : c;
    out += (*match)[2].str();
    done = (*match)[0].second;
  }
  return out.append(done, end);
}

void tell(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "note: {}\n", with_dashes(note));
}

void tell_bad_lines(const BadLines& bad) {
  if (bad.count() == 0) return;
  fmt::print(stderr, "{} skipped, the first: {}\n",
             bad.count() == 1 ? "1 bad line was" : fmt::format("{} bad lines were", bad.count()),
             bad.examples()[0]);
}

}  // namespace hodhod::cli
