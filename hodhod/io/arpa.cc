// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/arpa.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

bool is_arpa_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The fields of a line. Other white space is part of a word.
void split_fields(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (size_t at = 0; at < line.size();) {
    if (is_arpa_blank(line[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < line.size() && !is_arpa_blank(line[end])) ++end;
    fields.push_back(line.substr(at, end - at));
    at = end;
  }
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_arpa_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_arpa_blank(line.back())) line.remove_suffix(1);
  return line;
}

// A line as a message shows it.
std::string cut_line(std::string_view line) {
  constexpr size_t kShown = 60;
  return line.size() <= kShown ? std::string(line) : std::string(line.substr(0, kShown)) + "…";
}

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size();
}

}  // namespace

// ---- reading ----

ArpaReader::ArpaReader(const std::string& path) : lines_(path) {
  while (const auto line = lines_.next()) {
    if (trimmed(*line) == "\\data\\") {
      read_counts();
      return;
    }
  }
  fail("{}: there is no line \\data\\; this is not an ARPA file", lines_.name());
}

// The next line that is not empty.
std::optional<std::string_view> ArpaReader::next_content() {
  while (const auto line = lines_.next()) {
    if (const std::string_view content = trimmed(*line); !content.empty()) return content;
  }
  return std::nullopt;
}

std::string_view ArpaReader::need_line(std::string_view what) {
  const auto line = next_content();
  check(line.has_value(), "{}: the file ends where {} should follow; it is incomplete", place(), what);
  return *line;
}

void ArpaReader::read_counts() {
  for (;;) {
    std::string_view line = need_line("\\1-grams:");
    if (!line.starts_with("ngram ")) {
      check(!counts_.empty(), "{}: '{}' stands where 'ngram 1=' and a number should", place(),
            cut_line(line));
      check(line == "\\1-grams:", "{}: '{}' stands where \\1-grams: should", place(), cut_line(line));
      section_ = 1;
      return;
    }
    line = trimmed(line.substr(6));
    const size_t equals = line.find('=');
    uint64_t order = 0, count = 0;
    check(equals != std::string_view::npos && parse_whole(trimmed(line.substr(0, equals)), order) &&
              parse_whole(trimmed(line.substr(equals + 1)), count),
          "{}: 'ngram {}' is not an order, '=' and a number", place(), cut_line(line));
    check(order == counts_.size() + 1, "{}: the count of order {} stands where that of order {} should",
          place(), order, counts_.size() + 1);
    counts_.push_back(count);
  }
}

void ArpaReader::begin_section() {
  ++section_;
  read_ = 0;
  const std::string wanted =
      section_ > counts_.size() ? std::string("\\end\\") : fmt::format("\\{}-grams:", section_);
  const std::string_view line = need_line(wanted);
  check(line == wanted, "{}: '{}' stands where {} should; \\data\\ promised {} n-grams of order {}", place(),
        cut_line(line), wanted, counts_[section_ - 2], section_ - 1);
  if (section_ <= counts_.size()) return;
  at_end_ = true;
  const auto more = next_content();
  check(!more.has_value(), "{}: there is more after \\end\\", place());
}

float ArpaReader::number(std::string_view field, std::string_view what) const {
  if (field.starts_with('+')) field.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  const bool whole = !field.empty() && end == field.data() + field.size();
  if (whole && problem == std::errc::result_out_of_range && field.find_first_of("eE") != field.npos &&
      field[field.find_first_of("eE") + 1] == '-')
    return 0;  // too small to be told from 0
  check(problem == std::errc() && whole, "{}: the {} '{}' is not a number", place(), what, cut_line(field));
  const auto single = static_cast<float>(value);
  check(std::isfinite(single), "{}: the {} is {}, which is not finite", place(), what, cut_line(field));
  return single;
}

std::optional<ArpaNgram> ArpaReader::next() {
  while (!at_end_ && read_ == counts_[section_ - 1]) begin_section();
  if (at_end_) return std::nullopt;
  const std::string_view line =
      need_line(fmt::format("{} n-grams of order {}", counts_[section_ - 1], section_));
  check(!line.starts_with('\\'),
        "{}: '{}' stands after {} n-grams of order {}, and \\data\\ promised {}; the file is damaged",
        place(), cut_line(line), read_, section_, counts_[section_ - 1]);
  split_fields(line, fields_);
  check(fields_.size() == section_ + 1 || fields_.size() == section_ + 2,
        "{}: the line has {} fields; an n-gram of order {} has a log probability, {} words{}", place(),
        fields_.size(), section_, section_, section_ == counts_.size() ? "" : " and possibly a backoff");
  ArpaNgram ngram{.words = std::span(fields_).subspan(1, section_),
                  .log10_probability = number(fields_[0], "log probability")};
  if (ngram.log10_probability > 0) {
    if (positive_++ == 0) first_positive_ = lines_.line_number();
    ngram.log10_probability = 0;
  }
  if (fields_.size() == section_ + 2) ngram.log10_backoff = number(fields_.back(), "backoff");
  check(section_ < counts_.size() || ngram.log10_backoff == 0,
        "{}: an n-gram of the highest order has the backoff {}; it can have none", place(),
        ngram.log10_backoff);
  ++read_;
  return ngram;
}

std::vector<std::string> ArpaReader::warnings() const {
  if (positive_ == 0) return {};
  return {fmt::format("{}:{}: {} log probabilities are above 0 (the first is here); they are taken as 0",
                      lines_.name(), first_positive_, positive_)};
}

bool is_arpa(const std::string& path) {
  constexpr int64_t kComments = 1000;
  LineReader lines(path);
  while (const auto line = lines.next()) {
    if (trimmed(*line) == "\\data\\") return true;
    if (lines.line_number() == kComments) break;
  }
  return false;
}

// ---- writing ----

ArpaWriter::ArpaWriter(const std::string& path, std::vector<uint64_t> counts)
    : path_(path), sink_(path), counts_(std::move(counts)) {
  check(!counts_.empty(), "{}: an n-gram model without n-grams", path);
  line_ = "\\data\\\n";
  for (size_t n = 0; n < counts_.size(); ++n) line_ += fmt::format("ngram {}={}\n", n + 1, counts_[n]);
  sink_.write(line_);
  begin_section();
}

void ArpaWriter::begin_section() {
  ++section_;
  written_ = 0;
  sink_.write(section_ > counts_.size() ? "\n\\end\\\n" : fmt::format("\n\\{}-grams:\n", section_));
}

void ArpaWriter::add(const ArpaNgram& ngram) {
  while (section_ <= counts_.size() && written_ == counts_[section_ - 1]) begin_section();
  check(section_ <= counts_.size() && ngram.words.size() == section_,
        "{}: an n-gram of order {} among those of order {}", path_, ngram.words.size(), section_);
  line_.clear();
  fmt::format_to(std::back_inserter(line_), "{}", ngram.log10_probability);
  char before = '\t';
  for (const std::string_view word : ngram.words) {
    line_ += before;
    line_ += word;
    before = ' ';
  }
  if (section_ < counts_.size()) fmt::format_to(std::back_inserter(line_), "\t{}", ngram.log10_backoff);
  line_ += '\n';
  sink_.write(line_);
  ++written_;
}

void ArpaWriter::finish() {
  while (section_ <= counts_.size() && written_ == counts_[section_ - 1]) begin_section();
  check(section_ > counts_.size(), "{}: {} n-grams of order {} instead of {}", path_, written_, section_,
        counts_[section_ - 1]);
  sink_.commit();
}

}  // namespace hodhod
