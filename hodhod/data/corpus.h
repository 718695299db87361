// SPDX-License-Identifier: Apache-2.0
// What the readers of corpora have in common: formats, the choice of columns, and what becomes of a bad line.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// text: a record is a line. tsv: tabs between columns, quotes mean nothing. csv: RFC 4180. jsonl: an object a
// line. conll: a token a line, columns between blanks or tabs, an empty line after each sentence. conllu:
// that of Universal Dependencies, with ten columns, comments, ranges of tokens and empty nodes.
enum class CorpusFormat { kAuto, kText, kTsv, kCsv, kJsonl, kConll, kConllu };
constexpr std::array<std::string_view, 7> names_of(CorpusFormat) {
  return {"auto", "text", "tsv", "csv", "jsonl", "conll", "conllu"};
}

// Whether the first line of a table names the columns. Automatic: yes if a column is asked for by name, or if
// the line reads like names (header.h).
enum class CorpusHeader { kAuto, kYes, kNo };
constexpr std::array<std::string_view, 3> names_of(CorpusHeader) { return {"auto", "yes", "no"}; }

struct CorpusOptions {
  CorpusFormat format = CorpusFormat::kAuto;
  std::vector<std::string> columns = {};
  CorpusHeader header = CorpusHeader::kAuto;
  bool skip_bad = false;
  // A line of a table with fewer columns is bad, so that the first good line tells how many there are.
  size_t least_columns = 1;
  // What is put between the members of a list of strings in jsonl; empty: lists are bad.
  std::string list_separator = {};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("format", format, "File format; auto: told by the file's name");
    v("columns", columns, "Columns to read, in this order: names, or numbers from 1 (-1 is the last)");
    v("header", header, "Whether the first line names the columns; auto: told by what stands in it");
    v("skip_bad", skip_bad, "Skip bad lines and count them, rather than stop at the first");
  }
};

// Without the blanks at both ends.
std::string_view without_outer_blanks(std::string_view text);

// By the file's name, .gz and .zst left aside: .tsv .csv .jsonl .ndjson .conll .conllu; anything else is
// text.
CorpusFormat format_of(const std::string& path);

// What a reader says of a first line that it took for names of columns without having been told so.
std::string note_of_header(const std::string& place, const std::vector<std::string>& names);

// A column: a name, or a number from 1 (from −1 backwards).
struct Column {
  std::string name;
  int64_t number = 0;  // 0: by name
};
std::vector<Column> parse_columns(const std::vector<std::string>& columns);

bool has_names(const std::vector<Column>& columns);

// Where the columns stand among `count` fields, from 0. The Error names the column, and the names there are.
std::vector<size_t> find_columns(const std::vector<Column>& columns, const std::vector<std::string>& names,
                                 size_t count, const std::string& place);

// Counts bad lines, and remembers the first few, or refuses them.
class BadLines {
 public:
  explicit BadLines(bool skip) : skip_(skip) {}
  // `message` is whole: "FILE:LINE: expected …, found …". An Error unless bad lines are skipped.
  void report(const std::string& message);
  int64_t count() const { return count_; }
  const std::vector<std::string>& examples() const { return examples_; }

 private:
  bool skip_;
  int64_t count_ = 0;
  std::vector<std::string> examples_;  // up to ten
};

// Text for messages: quoted, cut to a few dozen characters, without what would disturb a terminal.
std::string excerpt(std::string_view text);

}  // namespace hodhod
