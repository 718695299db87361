// SPDX-License-Identifier: Apache-2.0
// What the readers of corpora share: formats, the choice of columns, and the treatment of bad lines.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// text: each line is a record. tsv: columns separated by tabs, quotes have no meaning. csv: RFC 4180. jsonl:
// one object per line. conll: one token per line, columns separated by blanks or tabs, an empty line after
// each sentence. conllu: the format of Universal Dependencies, with ten columns, comments, ranges of tokens
// and empty nodes. fasttext: a text on each line, among whose words those that begin with __label__ are its
// labels. libsvm: a label on each line, then NUMBER:VALUE for each feature in ascending order, and after # a
// comment.
enum class CorpusFormat { automatic, text, tsv, csv, jsonl, conll, conllu, fasttext, libsvm };
constexpr std::array<std::string_view, 9> names_of(CorpusFormat) {
  return {"auto", "text", "tsv", "csv", "jsonl", "conll", "conllu", "fasttext", "libsvm"};
}

// Whether the first line of a table names the columns. Automatic: yes if a column is asked for by name, or if
// the line reads like names (header.h).
enum class CorpusHeader { automatic, yes, no };
constexpr std::array<std::string_view, 3> names_of(CorpusHeader) { return {"auto", "yes", "no"}; }

inline constexpr const char* kSkipBadHelp = "Skip bad lines and count them, rather than stop at the first";

struct CorpusOptions {
  CorpusFormat format = CorpusFormat::automatic;
  std::vector<std::string> columns = {};
  CorpusHeader header = CorpusHeader::automatic;
  bool skip_bad = false;
  // A line of a table with fewer columns is bad, so that the first good line determines the number of
  // columns.
  size_t least_columns = 1;
  // Joins the members of a list of strings in jsonl; if it is empty, lists are bad.
  std::string list_separator = {};
  // The options by which the keys of jsonl are named, for messages.
  std::string key_options = "`columns`";
  // A line of jsonl may lack the keys of this many last columns: their fields are empty.
  size_t optional_columns = 0;
  // A file whose name does not say its format (standard input, a pipe) is a table: tsv if its first line has
  // a tab, else csv. Every line of it counts: none can be skipped.
  bool table = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("format", format, "File format; auto: told by the file's name");
    v("columns", columns, "Columns to read, in this order: names, or numbers from 1 (-1 is the last)");
    v("header", header, "Whether the first line names the columns; auto: decided by its contents");
    v("skip_bad", skip_bad, kSkipBadHelp);
  }
};

// Without the blanks at both ends.
std::string_view without_outer_blanks(std::string_view text);

// The format by the file's name, without .gz and .zst: .tsv .csv .jsonl .ndjson .conll .conllu; anything else
// is text.
CorpusFormat format_of(const std::string& path);

// The note of a reader that took a first line for names of columns without being told so.
std::string note_of_header(const std::string& place, const std::vector<std::string>& names);

// A column: a name, or a number from 1 (from −1 backwards).
struct Column {
  std::string name;    // as it was given, a number too: a header may have it as a name ("2019")
  int64_t number = 0;  // 0: by name
};
std::vector<Column> parse_columns(const std::vector<std::string>& columns);

bool has_names(const std::vector<Column>& columns);

// The indices of the columns among `count` fields. A number that is one of the names is that name. An Error
// names the column, and the names that exist. If the names are `taken` for such, and do not read like names,
// it says that they may be data.
enum class ColumnNames { known, taken };
std::vector<size_t> find_columns(const std::vector<Column>& columns, const std::vector<std::string>& names,
                                 size_t count, const std::string& place,
                                 ColumnNames kind = ColumnNames::taken);

// Counts bad lines and remembers the first few, or throws.
class BadLines {
 public:
  // `can_skip`: whether the reader of the message can ask for that.
  explicit BadLines(bool skip, bool can_skip = true) : skip_(skip), can_skip_(can_skip) {}
  // `message` is complete: "FILE:LINE: expected …, found …". Throws it as an Error unless bad lines are
  // skipped.
  void report(const std::string& message);
  // Counts those of another reader, too.
  void add(const BadLines& others);
  int64_t count() const { return count_; }
  const std::vector<std::string>& examples() const { return examples_; }

 private:
  bool skip_, can_skip_;
  int64_t count_ = 0;
  std::vector<std::string> examples_;  // up to ten
};

// Text for messages: quoted, truncated to a few dozen characters, control characters escaped.
std::string excerpt(std::string_view text);

}  // namespace hodhod
