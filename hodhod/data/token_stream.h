// SPDX-License-Identifier: Apache-2.0
// The tokens of a text that may be larger than memory, from its beginning to its end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/count_words.h"

namespace hodhod {

// Sequences of tokens, one after the other. ends[i] is where sequence i ends; there are none where the text
// is one sequence that goes on.
struct TokenBlock {
  std::vector<int32_t> tokens;
  std::vector<size_t> ends;
};

// Where a text has the symbol between blanks, from `from` on; npos if it has not.
size_t find_symbol(std::string_view text, std::string_view symbol, size_t from = 0);

struct TokenStreamOptions {
  // Each line is a sequence. Otherwise the text is one sequence, with the line breaks in it.
  bool lines = true;
  // The spellings of special tokens. A text that has one between blanks is refused, as nothing could tell it
  // from the token; see also skip_symbols().
  std::vector<std::string> symbols = {};
  size_t block = size_t{8} << 20;  // bytes of text that are read at once
};

// Encodes on several threads; the tokens do not depend on how many.
class TokenStream {
 public:
  // `open` gives the text from its first line. The tokenizer must outlive the stream.
  TokenStream(std::function<text::LineSource()> open, const text::Tokenizer& tokenizer,
              TokenStreamOptions options = {});

  // Takes symbols in the text as blanks, rather than refuse them.
  void skip_symbols(bool skips) { skips_symbols_ = skips; }
  // The next whole lines, of `block` bytes or a little more; false at the end. Error for a symbol in the
  // text, with the number of its line.
  bool next(TokenBlock& block);
  // The number of lines read.
  int64_t position() const { return lines_read_; }
  // Goes to the beginning, and past so many lines. Error when the text has fewer.
  void seek(int64_t lines);

 private:
  bool read_lines();
  void check_symbols(std::string& line) const;

  std::function<text::LineSource()> open_;
  const text::Tokenizer& tokenizer_;
  TokenStreamOptions options_;
  bool skips_symbols_ = false;
  text::LineSource source_;
  int64_t lines_read_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace hodhod
