// SPDX-License-Identifier: Apache-2.0
// Records of text, tsv, csv and jsonl files, and of parallel text, one at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/line_reader.h"
#include "hodhod/data/corpus.h"

namespace hodhod {

// The chosen columns of one record.
struct Record {
  std::vector<std::string> fields;
  std::string file;
  int64_t line = 0;
  std::string place() const { return file + ":" + std::to_string(line); }
};

// Reads files one after the other ("-" is standard input), compressed ones as they are. Text must be UTF-8.
//
// Every record of a file must have as many columns as its first line (jsonl: the chosen keys, each a string,
// a number, true or false, or a list of strings if list_separator is given). Empty lines are skipped, except
// in text, where they are records. A bad line is an Error or, with skip_bad, is counted.
class RecordReader {
 public:
  // If no columns are chosen, records have all of them (for jsonl, they must be chosen).
  RecordReader(std::vector<std::string> files, CorpusOptions options);
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;
  RecordReader& operator=(RecordReader&&) noexcept;

  // Nothing at the end.
  std::optional<Record> next();
  // Reports a record that the caller cannot use as a bad line.
  void report(const std::string& message) { bad_.report(message); }
  const BadLines& bad_lines() const { return bad_; }
  // The names of the columns in the file of the last record; empty if no line names them.
  const std::vector<std::string>& names() const;
  // "FILE:LINE" of the line that names them.
  std::string place_of_names() const;
  // What the reader assumed, one sentence each.
  const std::vector<std::string>& notes() const { return notes_; }
  // Share of the stored bytes that has been read, 0 to 1; 0 when unknown. For a progress bar.
  double progress() const;

 private:
  struct Table;
  void open_next_file();
  void read_header();
  std::optional<Record> read_record();
  bool read_object(std::string_view line, Record& record);
  bool split_csv(std::string_view first_line);

  std::vector<std::string> files_;
  CorpusOptions options_;
  std::vector<Column> columns_;
  BadLines bad_;
  std::vector<std::string> notes_;
  size_t file_ = 0;  // of the next to open
  std::unique_ptr<Table> table_;
};

// Parallel files: line n of each is record n, empty lines included. Several files of a side are read one
// after the other. An Error that names both sides if one ends before the other.
class ParallelReader {
 public:
  // sides[i] are the files of side i; as many records as sides.
  explicit ParallelReader(std::vector<std::vector<std::string>> sides, bool skip_bad = false);

  // One field per side; file and line are those of the first side.
  std::optional<Record> next();
  const BadLines& bad_lines() const { return bad_; }
  double progress() const;

 private:
  struct Side {
    std::vector<std::string> files;
    size_t file = 0;
    std::optional<LineReader> reader;
  };
  static std::optional<std::string_view> next_line(Side& side);

  std::vector<Side> sides_;
  BadLines bad_;
};

}  // namespace hodhod
