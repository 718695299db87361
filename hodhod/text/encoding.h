// SPDX-License-Identifier: Apache-2.0
// The result of encoding a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

// Every vector has one entry for each token. Offsets refer to the text given to encode, before any
// normalisation, in bytes and in characters (code points; an ill-formed byte counts as one). A token that
// covers part of a character has that part as its bytes and the whole character as its character range. Added
// tokens (special, padding) have [0, 0).
struct Encoding {
  std::vector<int32_t> ids;
  std::vector<int32_t> type_ids;
  std::vector<uint8_t> attention_mask;       // 0 on padding
  std::vector<uint8_t> special_tokens_mask;  // 1 on tokens that the post-processor or padding added
  std::vector<Range> bytes;
  std::vector<Range> characters;
  std::vector<int32_t> words;      // number of the pre-token in its text; −1 for added tokens
  std::vector<int32_t> sequences;  // 0 or 1: which text of the pair; −1 for added tokens
  std::vector<Encoding> overflow;  // what truncation cut off, in parts of the same length

  size_t size() const { return ids.size(); }
  bool empty() const { return ids.empty(); }
  void reserve(size_t n);
  // A token from the text.
  void push(int32_t id, int32_t type_id, Range byte_range, Range character_range, int32_t word);
  // A token that is not in the text.
  void push_special(int32_t id, int32_t type_id);
  void append(const Encoding& other);
  // Also in `overflow`.
  void set_type_ids(int32_t type_id);
  // Tokens [begin, end), without the overflow.
  Encoding slice(size_t begin, size_t end) const;
};

// Bytes of a text → characters, for ranges asked in almost increasing order.
class CharacterRanges {
 public:
  explicit CharacterRanges(std::string_view text) : text_(text) {}

  // The characters that bytes [range.begin, range.end) touch.
  Range operator()(Range range);

 private:
  // Where a character begins, and how many characters are before it.
  struct Place {
    uint32_t byte = 0;
    uint32_t count = 0;
  };
  void advance(Place& place, uint32_t to) const;

  std::string_view text_;
  Place begin_, last_;
};

}  // namespace hodhod::text
