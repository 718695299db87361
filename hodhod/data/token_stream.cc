// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/token_stream.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr size_t kStreamPiece = 256;  // lines that a thread encodes at once

bool parts_words(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; }

}  // namespace

size_t find_symbol(std::string_view text, std::string_view symbol, size_t from) {
  for (size_t at = text.find(symbol, from); at != std::string_view::npos; at = text.find(symbol, at + 1)) {
    const size_t end = at + symbol.size();
    if ((at == 0 || parts_words(text[at - 1])) && (end == text.size() || parts_words(text[end]))) return at;
  }
  return std::string_view::npos;
}

TokenStream::TokenStream(std::function<text::LineSource()> open, const text::Tokenizer& tokenizer,
                         TokenStreamOptions options)
    : open_(std::move(open)), tokenizer_(tokenizer), options_(std::move(options)), source_(open_()) {}

void TokenStream::seek(int64_t lines) {
  source_ = open_();
  std::string line;
  for (lines_read_ = 0; lines_read_ < lines; ++lines_read_)
    check(source_(line), "the text ends after {} lines; {} were read of it before", lines_read_, lines);
}

void TokenStream::check_symbols(std::string& line) const {
  for (const std::string& symbol : options_.symbols) {
    for (size_t at = find_symbol(line, symbol); at != std::string::npos;
         at = find_symbol(line, symbol, at + 1)) {
      check(skips_symbols_,
            "line {} of the text has {}, which is a special token; with `model` skip_symbols=yes it is taken "
            "as a "
            "blank",
            lines_read_, symbol);
      std::fill_n(line.begin() + static_cast<std::ptrdiff_t>(at), symbol.size(), ' ');
    }
  }
}

bool TokenStream::read_lines() {
  size_t count = 0, bytes = 0;
  for (; bytes < options_.block; ++count) {
    if (count == lines_.size()) lines_.emplace_back();
    std::string& line = lines_[count];
    if (!source_(line)) break;
    ++lines_read_;
    check_symbols(line);
    bytes += line.size() + 1;
  }
  lines_.resize(count);
  return count > 0;
}

bool TokenStream::next(TokenBlock& block) {
  block.tokens.clear();
  block.ends.clear();
  if (!read_lines()) return false;
  struct Piece {
    std::vector<int32_t> tokens;
    std::vector<size_t> ends;
  };
  std::vector<Piece> pieces((lines_.size() + kStreamPiece - 1) / kStreamPiece);
  parallel_for(std::ssize(pieces), 1, [&](int64_t begin, int64_t end) {
    std::string text;
    for (auto p = static_cast<size_t>(begin); p < static_cast<size_t>(end); ++p) {
      const size_t first = p * kStreamPiece, last = std::min(first + kStreamPiece, lines_.size());
      text.clear();
      for (size_t i = first; i < last; ++i) {
        if (options_.lines) {
          tokenizer_.encode_ids(lines_[i], pieces[p].tokens);
          pieces[p].ends.push_back(pieces[p].tokens.size());
        } else {
          text.append(lines_[i]).push_back('\n');
        }
      }
      if (!options_.lines) tokenizer_.encode_ids(text, pieces[p].tokens);
    }
  });
  for (const Piece& piece : pieces) {
    for (const size_t end : piece.ends) block.ends.push_back(block.tokens.size() + end);
    block.tokens.insert(block.tokens.end(), piece.tokens.begin(), piece.tokens.end());
  }
  return true;
}

}  // namespace hodhod
