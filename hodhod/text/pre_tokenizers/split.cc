// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/split.h"

#include "hodhod/text/patterns/pattern.h"
#include "hodhod/text/pre_tokenizers/gpt2_pattern.h"
#include "hodhod/text/pre_tokenizers/split_pieces.h"

namespace hodhod::text {
namespace {

// Words between blanks, and line feeds.
constexpr std::string_view kBlankWords = R"([^ \t\r\n\x00]+|\n)";

// Calls report(begin, end) for each match of kBlankWords.
template <class Report>
void for_each_blank_word(std::string_view text, Report&& report) {
  const auto parts = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; };
  for (size_t at = 0; at < text.size();) {
    if (!parts(text[at])) {
      size_t end = at + 1;
      while (end < text.size() && !parts(text[end])) ++end;
      report(at, end);
      at = end;
    } else {
      if (text[at] == '\n') report(at, at + 1);
      ++at;
    }
  }
}

class SplitString : public PreTokenizer {
 public:
  SplitString(std::string_view text, SplitBehavior behavior, bool invert)
      : text_(text), behavior_(behavior), invert_(invert) {}

  void apply(SplitText& split) const override {
    split_pieces(split, behavior_, invert_, [&](std::string_view piece, uint32_t base, auto&& found) {
      if (text_.empty()) return;
      for (size_t at = 0; (at = piece.find(text_, at)) != piece.npos; at += text_.size()) {
        found(Range{static_cast<uint32_t>(base + at), static_cast<uint32_t>(base + at + text_.size())});
      }
    });
  }

  Json to_json() const override {
    return {{"type", "Split"},
            {"pattern", {{"String", text_}}},
            {"behavior", behavior_name(behavior_)},
            {"invert", invert_}};
  }

 private:
  std::string text_;
  SplitBehavior behavior_;
  bool invert_;
};

class SplitPattern : public PreTokenizer {
 public:
  SplitPattern(std::string_view pattern, SplitBehavior behavior, bool invert, const std::string& where)
      : pattern_(pattern, where),
        behavior_(behavior),
        invert_(invert),
        is_gpt2_(pattern == Gpt2Scanner::kPattern),
        is_blank_words_(pattern == kBlankWords) {}

  void apply(SplitText& split) const override {
    if (is_blank_words_ && invert_ && behavior_ == SplitBehavior::removed) return keep_words(split);
    split_pieces(split, behavior_, invert_, [&](std::string_view piece, uint32_t base, auto&& found) {
      const auto report = [&](size_t begin, size_t end) {
        found(Range{static_cast<uint32_t>(base + begin), static_cast<uint32_t>(base + end)});
      };
      if (is_gpt2_) {
        for (size_t at = 0, end; at < piece.size(); at = end) {
          end = scanner_.next(piece, at);
          report(at, end);
        }
        return;
      }
      if (is_blank_words_) return for_each_blank_word(piece, report);
      pattern_.for_each_match(piece, [&](Range match) { report(match.begin, match.end); });
    });
  }

  Json to_json() const override {
    return {{"type", "Split"},
            {"pattern", {{"Regex", pattern_.source()}}},
            {"behavior", behavior_name(behavior_)},
            {"invert", invert_}};
  }

 private:
  // The words are what is left.
  static void keep_words(SplitText& split) {
    std::vector<Piece> words;
    words.reserve(split.text.view().size() / 6 + 1);
    for (const Piece& piece : split.pieces) {
      if (piece.token >= 0) {
        words.push_back(piece);
        continue;
      }
      const uint32_t base = piece.range.begin;
      const std::string_view text = split.text.view().substr(base, piece.range.size());
      for_each_blank_word(text, [&](size_t begin, size_t end) {
        words.push_back({{static_cast<uint32_t>(base + begin), static_cast<uint32_t>(base + end)}});
      });
    }
    split.pieces = std::move(words);
  }

  Pattern pattern_;
  Gpt2Scanner scanner_;
  SplitBehavior behavior_;
  bool invert_;
  bool is_gpt2_, is_blank_words_;  // patterns that need no matcher
};

}  // namespace

PreTokenizerPtr make_split(std::string_view text, SplitBehavior behavior, bool invert) {
  return std::make_unique<SplitString>(text, behavior, invert);
}

PreTokenizerPtr make_split_pattern(std::string_view pattern, SplitBehavior behavior, bool invert,
                                   const std::string& where) {
  return std::make_unique<SplitPattern>(pattern, behavior, invert, where);
}

PreTokenizerPtr make_blank_split() { return make_split_pattern(kBlankWords, SplitBehavior::removed, true); }

}  // namespace hodhod::text
