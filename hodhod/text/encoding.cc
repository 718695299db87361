// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/encoding.h"

#include <algorithm>

#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

template <class T>
void append_to(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class T>
std::vector<T> slice_of(const std::vector<T>& from, size_t begin, size_t end) {
  return {from.begin() + static_cast<std::ptrdiff_t>(begin), from.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace

void Encoding::reserve(size_t n) {
  ids.reserve(n);
  type_ids.reserve(n);
  attention_mask.reserve(n);
  special_tokens_mask.reserve(n);
  bytes.reserve(n);
  characters.reserve(n);
  words.reserve(n);
  sequences.reserve(n);
}

void Encoding::push(int32_t id, int32_t type_id, Range byte_range, Range character_range, int32_t word) {
  ids.push_back(id);
  type_ids.push_back(type_id);
  attention_mask.push_back(1);
  special_tokens_mask.push_back(0);
  bytes.push_back(byte_range);
  characters.push_back(character_range);
  words.push_back(word);
  sequences.push_back(0);
}

void Encoding::push_special(int32_t id, int32_t type_id) {
  push(id, type_id, {}, {}, -1);
  special_tokens_mask.back() = 1;
  sequences.back() = -1;
}

void Encoding::append(const Encoding& other) {
  append_to(ids, other.ids);
  append_to(type_ids, other.type_ids);
  append_to(attention_mask, other.attention_mask);
  append_to(special_tokens_mask, other.special_tokens_mask);
  append_to(bytes, other.bytes);
  append_to(characters, other.characters);
  append_to(words, other.words);
  append_to(sequences, other.sequences);
}

void Encoding::set_type_ids(int32_t type_id) {
  std::fill(type_ids.begin(), type_ids.end(), type_id);
  for (Encoding& part : overflow) part.set_type_ids(type_id);
}

Encoding Encoding::slice(size_t begin, size_t end) const {
  return {.ids = slice_of(ids, begin, end),
          .type_ids = slice_of(type_ids, begin, end),
          .attention_mask = slice_of(attention_mask, begin, end),
          .special_tokens_mask = slice_of(special_tokens_mask, begin, end),
          .bytes = slice_of(bytes, begin, end),
          .characters = slice_of(characters, begin, end),
          .words = slice_of(words, begin, end),
          .sequences = slice_of(sequences, begin, end),
          .overflow = {}};
}

Range CharacterRanges::operator()(Range range) {
  if (range.begin < begin_.byte) begin_ = {};
  advance(begin_, range.begin);
  if (range.end <= range.begin) return {begin_.count, begin_.count};
  // Many tokens of one long segment share its end, so that has a place of its own.
  if (range.end - 1 < last_.byte || last_.byte < begin_.byte) last_ = begin_;
  advance(last_, range.end - 1);
  return {begin_.count, last_.count + 1};
}

// Moves to the character that contains byte `to`.
void CharacterRanges::advance(Place& place, uint32_t to) const {
  while (place.byte < to) {
    const uint32_t size = read_character(text_, place.byte).size;
    if (place.byte + size > to) break;
    place.byte += size;
    ++place.count;
  }
}

}  // namespace hodhod::text
