// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/corpus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/utf8.h"
#include "hodhod/data/header.h"

namespace hodhod {

std::string_view without_outer_blanks(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

CorpusFormat format_of(const std::string& path) {
  std::string_view name = path;
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  if (name.ends_with(".tsv")) return CorpusFormat::tsv;
  if (name.ends_with(".csv")) return CorpusFormat::csv;
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return CorpusFormat::jsonl;
  if (name.ends_with(".conll")) return CorpusFormat::conll;
  if (name.ends_with(".conllu")) return CorpusFormat::conllu;
  return CorpusFormat::text;
}

std::string note_of_header(const std::string& place, const std::vector<std::string>& names) {
  return fmt::format("{} is read as the names of the columns ({}); if it is data, say `header no`", place,
                     fmt::join(names, ", "));
}

bool has_names(const std::vector<Column>& columns) {
  return std::any_of(columns.begin(), columns.end(), [](const Column& c) { return c.number == 0; });
}

std::vector<Column> parse_columns(const std::vector<std::string>& columns) {
  std::vector<Column> parsed;
  for (const std::string& text : columns) {
    check(!text.empty(), "columns: an empty name; give numbers from 1 or names, with commas between");
    Column& column = parsed.emplace_back(Column{text});
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, column.number);
    if (problem == std::errc() && stop == end) {
      check(column.number != 0,
            "columns: there is no column 0; columns are numbered from 1, and from -1 backwards");
    } else {
      column.number = 0;
    }
  }
  return parsed;
}

namespace {

// What to do when none of these names of columns is the one that was asked for.
std::string advice_about(const std::vector<std::string>& names, ColumnNames kind) {
  if (names.empty())
    return ": the file has no header that names columns; give the column's number, such as 2";
  const std::string list = fmt::format("{}", fmt::join(names, ", "));
  if (kind == ColumnNames::known || reads_like_names(names)) return "; there are " + list;
  return fmt::format(
      "; the first line, which should name the columns, has {}: if that is data, the file has no header; "
      "give the "
      "column's number, such as 2",
      list);
}

}  // namespace

std::vector<size_t> find_columns(const std::vector<Column>& columns, const std::vector<std::string>& names,
                                 size_t count, const std::string& place, ColumnNames kind) {
  std::vector<size_t> found;
  if (columns.empty()) {
    for (size_t i = 0; i < count; ++i) found.push_back(i);
  }
  for (const Column& column : columns) {
    const auto name = column.name.empty() ? names.end() : std::find(names.begin(), names.end(), column.name);
    if (column.number == 0 || name != names.end()) {
      check(name != names.end(), "{}: there is no column \"{}\"{}", place, column.name,
            advice_about(names, kind));
      const auto index = static_cast<size_t>(name - names.begin());
      check(index < count,
            "{}: the column \"{}\" is number {} of the header, and here {}; give the header and "
            "the lines the same columns",
            place, column.name, index + 1,
            count == 1 ? "is one column" : fmt::format("are {} columns", count));
      found.push_back(index);
    } else {
      const int64_t index =
          column.number > 0 ? column.number - 1 : static_cast<int64_t>(count) + column.number;
      check(index >= 0 && index < static_cast<int64_t>(count), "{}: expected a column {}, found {}", place,
            column.number, count_of(static_cast<int64_t>(count), "column"));
      found.push_back(static_cast<size_t>(index));
    }
  }
  return found;
}

void BadLines::report(const std::string& message) {
  if (!skip_)
    throw Error(message + "; correct the line" + (can_skip_ ? ", or skip bad lines with `skip_bad`" : ""));
  ++count_;
  if (examples_.size() < 10) examples_.push_back(message);
}

void BadLines::add(const BadLines& others) {
  count_ += others.count_;
  for (const std::string& example : others.examples_) {
    if (examples_.size() < 10) examples_.push_back(example);
  }
}

std::string excerpt(std::string_view text) {
  constexpr size_t kShown = 60;
  std::string shown = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i >= kShown && !is_continuation(text[i])) return shown + "...\"";
    shown += c < 0x20 || c == 0x7F ? fmt::format("\\x{:02x}", c) : std::string(1, text[i]);
  }
  return is_utf8(text) ? shown + "\"" : fmt::format("{} bytes that are not UTF-8", text.size());
}

}  // namespace hodhod
