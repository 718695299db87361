// SPDX-License-Identifier: Apache-2.0
// Tagged sentences of conll, conllu, tsv and jsonl files, one at a time.
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
  // columns[c][i] is the field of token i in the chosen column c. All have the same length, at least 1.
  std::vector<std::vector<std::string>> columns;
  std::string file;
  std::vector<int64_t> lines;  // of each token
  std::string place() const { return place(0); }
  std::string place(size_t token) const { return file + ":" + std::to_string(lines[token]); }
};

// What is read if no columns are chosen: the words with their tags, or the words alone.
enum class TaggedColumns { words_and_tags, words };

// The columns chosen by default are the first (the token) and the last (its tag); of conllu FORM and UPOS; of
// jsonl the keys "tokens" and "tags".
//
// conll and tsv: one token per line; columns are separated by tabs if the line has one, else by blanks; a
// blank line ends a sentence. Lines that begin with -DOCSTART- are skipped, and so are comments: lines that
// begin with "# " and do not have as many columns as the tokens. Columns have numbers, or the names in the
// first line (CorpusOptions::header).
//
// conllu (universaldependencies.org/format.html): ten columns separated by tabs, with numbers or the names ID
// FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC. Comments (#), ranges of tokens (1-2) and empty nodes
// (1.1) are skipped. With the format auto, a file with another name is read in the same way if its first
// token has ten columns and the ID 1 (or 1-2).
//
// jsonl: one object per line; the chosen keys are lists of strings of the same length.
//
// A bad line makes its sentence bad: an Error or, with skip_bad, it is left out and counted once.
class TaggedReader {
 public:
  TaggedReader(std::vector<std::string> files, CorpusOptions options,
               TaggedColumns defaults = TaggedColumns::words_and_tags);

  std::optional<TaggedSentence> next();
  const BadLines& bad_lines() const { return bad_; }
  // What the reader assumed, one sentence each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void open_next_file();
  std::optional<TaggedSentence> next_conll();
  std::optional<TaggedSentence> next_jsonl();
  bool is_comment(std::string_view line, size_t fields) const;
  bool take_header(const std::vector<std::string_view>& fields);
  bool begin_columns(const std::vector<std::string_view>& fields, std::string_view line);
  bool add_token(std::string_view line, TaggedSentence& sentence);
  bool bad(const std::string& message);

  std::vector<std::string> files_;
  CorpusOptions options_;
  TaggedColumns defaults_;
  std::vector<Column> columns_;
  BadLines bad_;
  std::vector<std::string> notes_;
  size_t file_ = 0;
  std::unique_ptr<LineReader> reader_;
  CorpusFormat format_ = CorpusFormat::conll;  // of the file, once it is clear
  std::vector<std::string> names_;             // of its columns, where there are any
  size_t width_ = 0;                           // its columns; 0 until its first token
  std::vector<size_t> chosen_;
};

}  // namespace hodhod
