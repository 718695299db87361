// SPDX-License-Identifier: Apache-2.0
// SentencePiece's "precompiled charsmap": rewriting rules (usually NFKC and some white space) in one blob,
//
//   u32 trie bytes | u32 units of a Darts-clone double array | replacements, each ended by a zero byte
//
// all little-endian. A key of the trie is the text to be replaced; its value is where its replacement begins.
// Source: Kudo and Richardson 2018, "SentencePiece"; the unit layout is Darts-clone's.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::text {

class Charsmap {
 public:
  struct Match {
    size_t length = 0;             // bytes of the text that the rule replaces; 0 when no rule applies
    std::string_view replacement;  // valid while the Charsmap lives
  };

  // Without rules.
  Charsmap() = default;
  // Error, naming `name`: sizes that do not fit, a replacement that begins or ends outside the blob or is not
  // UTF-8, a trie with a cycle, or with more paths than a charsmap can have (either would make some text take
  // forever).
  Charsmap(std::string_view blob, std::string_view name);

  bool empty() const { return units_.empty(); }
  // The blob as given.
  const std::string& blob() const { return blob_; }

  // The rule with the longest key that `text` begins with, as in SentencePiece.
  Match longest(std::string_view text) const;
  // The rule with the shortest key that `text` begins with, as in Hugging Face's library.
  Match shortest(std::string_view text) const;

  // How many of the first bytes of `text` no rule changes, whatever follows. May be less than the most
  // possible.
  size_t untouched(std::string_view text) const;
  // Whether a rule replaces several characters of which one is a space: then text cannot be normalised word
  // by word.
  bool crosses_space() const { return crosses_space_; }

 private:
  template <class Hit>
  void walk(std::string_view text, Hit hit) const;
  std::string_view replacement(uint32_t offset) const;
  void check_trie(std::string_view name);
  void find_untouched();
  uint32_t node_after(std::string_view text, bool& leaf) const;

  std::string blob_;
  std::vector<uint32_t> units_;
  std::string_view replacements() const { return std::string_view(blob_).substr(replacements_begin_); }
  size_t replacements_begin_ = 0;
  bool crosses_space_ = false;
  std::array<bool, 128>
      plain_ascii_{};        // no rule is this character, nor begins with it and another ASCII one
  std::vector<bool> plain_;  // by code point up to U+FFFF: no rule begins with this character
};

}  // namespace hodhod::text
