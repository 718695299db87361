// SPDX-License-Identifier: Apache-2.0
// Turns the pieces that a model found into tokens.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "hodhod/text/models/model.h"
#include "hodhod/text/models/vocabulary.h"

namespace hodhod::text {

// The id of a piece that is not in the vocabulary.
constexpr int32_t kUnknownPiece = -1;

// The treatment of unknown pieces.
class UnknownPieces {
 public:
  UnknownPieces() = default;
  // With `byte_fallback`, and all of <0x00> … <0xFF> in the vocabulary, one token for each byte; else `id`
  // once for a run of unknown pieces, or nothing if there is no such id.
  UnknownPieces(const Vocabulary& vocabulary, std::optional<int32_t> id, bool byte_fallback);

  std::optional<int32_t> id() const { return id_; }
  bool byte_fallback() const { return byte_fallback_; }
  bool as_bytes() const { return as_bytes_; }
  int32_t byte_id(unsigned char byte) const { return byte_ids_[byte]; }

 private:
  std::optional<int32_t> id_;
  bool byte_fallback_ = false;
  bool as_bytes_ = false;
  std::array<int32_t, 256> byte_ids_{};
};

// Appends the tokens of one text, left to right.
class PieceOutput {
 public:
  PieceOutput(const UnknownPieces& unknown, std::string_view text, std::vector<Token>& out)
      : unknown_(unknown), text_(text), out_(out) {}

  void add(int32_t id, uint32_t begin, uint32_t end) {
    if (id != kUnknownPiece) [[likely]] {
      out_.push_back({id, begin, end});
      after_unknown_ = false;
    } else {
      add_unknown(begin, end);
    }
  }

 private:
  void add_unknown(uint32_t begin, uint32_t end);

  const UnknownPieces& unknown_;
  std::string_view text_;
  std::vector<Token>& out_;
  bool after_unknown_ = false;
};

}  // namespace hodhod::text
