// SPDX-License-Identifier: Apache-2.0
// Tagged sentences of conll and jsonl files, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/line_reader.h"
#include "hodhod/data/corpus.h"

namespace hodhod {

struct TaggedSentence {
  // columns[c][i] is what column c, as chosen, says of token i. All are of one length, at least 1.
  std::vector<std::vector<std::string>> columns;
  std::string file;
  int64_t line = 0;  // of the first token
  std::string place() const { return file + ":" + std::to_string(line); }
};

// The columns chosen by default are the first (the token) and the last (its tag).
//
// conll: a token a line; columns between tabs if the line has one, else between blanks; an empty line, or one
// of blanks, ends a sentence. Lines that begin with -DOCSTART- are skipped, and comments: lines that begin
// with "# " and have not as many columns as the tokens. Columns have numbers only. jsonl: an object a line,
// the chosen keys being lists of strings of one length ("tokens", "tags").
//
// A bad line makes its sentence bad: an Error or, with skip_bad, it is left out and counted once.
class TaggedReader {
 public:
  TaggedReader(std::vector<std::string> files, CorpusOptions options);

  std::optional<TaggedSentence> next();
  const BadLines& bad_lines() const { return bad_; }

 private:
  std::optional<TaggedSentence> next_conll();
  std::optional<TaggedSentence> next_jsonl();
  bool add_token(std::string_view line, TaggedSentence& sentence);

  std::vector<std::string> files_;
  CorpusOptions options_;
  std::vector<Column> columns_;
  BadLines bad_;
  size_t file_ = 0;
  std::unique_ptr<LineReader> reader_;
  bool is_jsonl_ = false;
  size_t width_ = 0;  // columns of the file; 0 until its first token
  std::vector<size_t> chosen_;
};

}  // namespace hodhod
