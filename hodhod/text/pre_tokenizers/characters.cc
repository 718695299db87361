// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/characters.h"

#include <algorithm>

#include "hodhod/text/patterns/json_pattern.h"
#include "hodhod/text/pre_tokenizers/split_pieces.h"
#include "hodhod/text/unicode/character_classes.h"
#include "hodhod/text/unicode/scripts.h"

namespace hodhod::text {
namespace {

// Each character for which is_delimiter(code) holds is a delimiter.
template <class IsDelimiter>
void split_characters(SplitText& split, SplitBehavior behavior, IsDelimiter&& is_delimiter) {
  split_pieces(split, behavior, false, [&](std::string_view piece, uint32_t base, auto&& found) {
    for (size_t i = 0; i < piece.size();) {
      const Character c = read_character(piece, i);
      const auto at = static_cast<uint32_t>(base + i);
      if (is_delimiter(c.code)) found(Range{at, at + c.size});
      i += c.size;
    }
  });
}

class Whitespace : public PreTokenizer {
 public:
  void apply(SplitText& split) const override {
    // The pattern \w+|[^\w\s]+: runs of word characters and runs of what is neither word nor space.
    const auto kind = [&](char32_t c) { return classes_(c) & (kWord | kSpace); };
    split_pieces(split, SplitBehavior::removed, true,
                 [&](std::string_view piece, uint32_t base, auto&& found) {
                   for (size_t i = 0; i < piece.size();) {
                     Character c = read_character(piece, i);
                     const auto run = kind(c.code);
                     const size_t begin = i;
                     i += c.size;
                     if (run & kSpace) continue;
                     while (i < piece.size()) {
                       c = read_character(piece, i);
                       if (kind(c.code) != run) break;
                       i += c.size;
                     }
                     found(Range{static_cast<uint32_t>(base + begin), static_cast<uint32_t>(base + i)});
                   }
                 });
  }
  Json to_json() const override { return {{"type", "Whitespace"}}; }

 private:
  CharacterClasses classes_;
};

class WhitespaceSplit : public PreTokenizer {
 public:
  void apply(SplitText& split) const override {
    split_characters(split, SplitBehavior::removed, [&](char32_t c) { return classes_.is(c, kSpace); });
  }
  Json to_json() const override { return {{"type", "WhitespaceSplit"}}; }

 private:
  CharacterClasses classes_;
};

class BertPreTokenizer : public PreTokenizer {
 public:
  void apply(SplitText& split) const override {
    std::vector<Piece> pieces;
    for (const Piece& piece : split.pieces) {
      piece.token >= 0 ? pieces.push_back(piece) : cut(split.text.view(), piece.range, pieces);
    }
    split.pieces = std::move(pieces);
  }
  Json to_json() const override { return {{"type", "BertPreTokenizer"}}; }

 private:
  void cut(std::string_view text, Range range, std::vector<Piece>& out) const {
    uint32_t word = range.begin;
    for (uint32_t i = range.begin; i < range.end;) {
      const Character c = read_character(text.data() + i, text.data() + range.end);
      const uint8_t classes = classes_(c.code);
      if (classes & (kSpace | kPunctuation)) {
        if (i > word) out.push_back({{word, i}});
        if (!(classes & kSpace)) out.push_back({{i, i + c.size}});
        word = i + c.size;
      }
      i += c.size;
    }
    if (range.end > word) out.push_back({{word, range.end}});
  }

  CharacterClasses classes_;
};

class Punctuation : public PreTokenizer {
 public:
  explicit Punctuation(SplitBehavior behavior) : behavior_(behavior) {}
  void apply(SplitText& split) const override {
    split_characters(split, behavior_, [&](char32_t c) { return classes_.is(c, kPunctuation); });
  }
  Json to_json() const override { return {{"type", "Punctuation"}, {"behavior", behavior_name(behavior_)}}; }

 private:
  CharacterClasses classes_;
  SplitBehavior behavior_;
};

class Digits : public PreTokenizer {
 public:
  explicit Digits(bool individual) : individual_(individual) {}
  void apply(SplitText& split) const override {
    split_characters(split, individual_ ? SplitBehavior::isolated : SplitBehavior::contiguous,
                     [&](char32_t c) { return classes_.is(c, kNumber); });
  }
  Json to_json() const override { return {{"type", "Digits"}, {"individual_digits", individual_}}; }

 private:
  CharacterClasses classes_;
  bool individual_;
};

class CharDelimiterSplit : public PreTokenizer {
 public:
  explicit CharDelimiterSplit(std::string_view delimiter) : delimiter_(delimiter) {}
  void apply(SplitText& split) const override {
    const char32_t delimiter = read_character(delimiter_).code;
    split_characters(split, SplitBehavior::removed, [&](char32_t c) { return c == delimiter; });
  }
  Json to_json() const override { return {{"type", "CharDelimiterSplit"}, {"delimiter", delimiter_}}; }

 private:
  std::string delimiter_;
};

class UnicodeScripts : public PreTokenizer {
 public:
  void apply(SplitText& split) const override {
    // What precedes the first character of a script is dropped, as Hugging Face's does.
    split_pieces(
        split, SplitBehavior::removed, true, [](std::string_view piece, uint32_t base, auto&& found) {
          Script last = Script::unknown;
          size_t begin = 0;
          for (size_t i = 0; i < piece.size();) {
            const Character c = read_character(piece, i);
            const Script script = c.code == U' '         ? Script::unknown
                                  : c.code == kIllFormed ? Script::common
                                                         : joined_script_of(c.code);
            if (script != Script::unknown && script != last) {
              if (last != Script::unknown)
                found(Range{static_cast<uint32_t>(base + begin), static_cast<uint32_t>(base + i)});
              begin = i;
              last = script;
            }
            i += c.size;
          }
          if (last == Script::unknown) return;
          found(Range{static_cast<uint32_t>(base + begin), static_cast<uint32_t>(base + piece.size())});
        });
  }
  Json to_json() const override { return {{"type", "UnicodeScripts"}}; }
};

class FixedLength : public PreTokenizer {
 public:
  explicit FixedLength(int64_t length) : length_(length) {}
  void apply(SplitText& split) const override {
    split_pieces(split, SplitBehavior::isolated, false,
                 [&](std::string_view piece, uint32_t base, auto&& found) {
                   for (size_t i = 0; i < piece.size();) {
                     const size_t begin = i;
                     for (int64_t n = 0; n < length_ && i < piece.size(); ++n)
                       i += read_character(piece, i).size;
                     found(Range{static_cast<uint32_t>(base + begin), static_cast<uint32_t>(base + i)});
                   }
                 });
  }
  Json to_json() const override { return {{"type", "FixedLength"}, {"length", length_}}; }

 private:
  int64_t length_;
};

}  // namespace

PreTokenizerPtr make_whitespace() { return std::make_unique<Whitespace>(); }
PreTokenizerPtr make_whitespace_split() { return std::make_unique<WhitespaceSplit>(); }
PreTokenizerPtr make_bert_pre_tokenizer() { return std::make_unique<BertPreTokenizer>(); }
PreTokenizerPtr make_punctuation(SplitBehavior behavior) { return std::make_unique<Punctuation>(behavior); }
PreTokenizerPtr make_digits(bool individual) { return std::make_unique<Digits>(individual); }
PreTokenizerPtr make_char_delimiter_split(std::string_view delimiter) {
  return std::make_unique<CharDelimiterSplit>(delimiter);
}
PreTokenizerPtr make_unicode_scripts() { return std::make_unique<UnicodeScripts>(); }
PreTokenizerPtr make_fixed_length(int64_t characters) { return std::make_unique<FixedLength>(characters); }

}  // namespace hodhod::text
