// SPDX-License-Identifier: Apache-2.0
// A text beside its tokens: which part of the text each token stands for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/encoding.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::look {

struct SequenceToken {
  int64_t id = 0;
  std::optional<std::pair<size_t, size_t>> bytes = {};  // [begin, end) of the text; none of what is not in it
  bool special = false, unknown = false;
  std::optional<std::pair<int64_t, int64_t>> part = {};  // it is piece i, from 1, of n of one character
};

struct Cut {
  int64_t kept = 0, total = 0;  // tokens
  bool at_start = false;        // of the text is missing, rather than its end
};

struct Sequence {
  bool decoder = false;  // whose stack reads it
  std::string role = "text";
  std::string text = {};
  std::string normalized = {};  // where it differs; otherwise empty
  std::vector<SequenceToken> tokens = {};
  std::optional<Cut> cut = {};
  std::optional<int64_t> own_from = {};
  bool forced = false;

  std::vector<int64_t> ids() const;
  // Adds a token that stands for no text.
  void add_special(int64_t id) { tokens.push_back({.id = id, .special = true}); }
};

// Adds the tokens of an encoding of sequence.text. `offset` is where the encoded part begins in the text;
// those of the second of a pair are `second` bytes further on.
void add_tokens(Sequence& sequence, const text::Tokenizer& tokenizer, const text::Encoding& encoding,
                size_t offset = 0, size_t second = 0);
// Adds tokens that a model wrote after those that are there, and their text.
void add_written(Sequence& sequence, const text::Tokenizer& tokenizer, std::span<const int64_t> ids);
// Adds tokens that have no text at all.
void add_ids(Sequence& sequence, std::span<const int64_t> ids);

// The direction of a text's first strong letter (Unicode's bidi classes L, R, AL): true for right to left.
bool is_right_to_left(std::string_view text);
// For each byte of a text and its end, where it stands in UTF-16 code units; an ill-formed byte is one unit.
std::vector<int64_t> utf16_offsets(std::string_view text);

Json to_json(const Sequence& sequence);

}  // namespace hodhod::look
