// SPDX-License-Identifier: Apache-2.0
// SentencePiece's kind of byte-pair encoding: over a whole sentence, join the two neighbours whose joined
// spelling is the piece with the highest score (leftmost among equals), until no two neighbours spell a
// piece.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hodhod/text/lookup/double_array.h"
#include "hodhod/text/models/model.h"
#include "hodhod/text/models/piece_output.h"
#include "hodhod/text/models/raw_words.h"
#include "hodhod/text/models/scored_piece.h"
#include "hodhod/text/models/vocabulary.h"
#include "hodhod/text/models/word_cut.h"

namespace hodhod::text {

// (left, right) symbols → the joined symbol.
class PieceMerges {
 public:
  struct Merge {
    uint64_t pair = kEmpty;
    int32_t joined = 0;
    uint32_t rank = 0;  // lower goes first
  };
  void reserve(size_t merges);
  void insert(int32_t left, int32_t right, int32_t joined, uint32_t rank);
  const Merge* find(int32_t left, int32_t right) const {
    if ((left | right) < 0) return nullptr;
    const uint64_t pair = key(left, right);
    for (size_t i = slot(pair);; i = (i + 1) & mask_) {
      if (slots_[i].pair == pair) return &slots_[i];
      if (slots_[i].pair == kEmpty) return nullptr;
    }
  }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;
  static uint64_t key(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }
  size_t slot(uint64_t pair) const { return (pair * 0x9E3779B97F4A7C15u >> 20) & mask_; }

  std::vector<Merge> slots_{Merge{}};
  size_t mask_ = 0;
  size_t count_ = 0;
};

class SentencePieceBpe final : public TokenizerModel {
 public:
  // pieces[i] has id i. `raw_words` belong to the normaliser before the model.
  SentencePieceBpe(const std::vector<ScoredPiece>& pieces, int32_t unknown_id, bool byte_fallback,
                   std::shared_ptr<const RawWords> raw_words, const std::string& where);

  std::string_view type() const override { return "BPE"; }
  std::unique_ptr<Scratch> make_scratch() const override;
  void encode(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const override;
  bool encode_raw(std::string_view text, Scratch& scratch, std::vector<int32_t>& ids) const override;
  int32_t vocab_size() const override { return vocabulary_.size(); }
  std::optional<int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::string_view id_to_token(int32_t id) const override { return vocabulary_.token(id); }
  std::optional<int32_t> unknown_id() const override { return unknown_.id(); }
  // As Hugging Face's BPE: every split of a piece into two pieces is a merge, in order of the piece's score.
  std::string to_json() const override;

 private:
  struct Symbol {
    int32_t id;      // −1: a character that no piece contains, or a piece without merges
    int32_t output;  // the piece, or kUnknownPiece
    uint32_t begin;
    int32_t previous, next;
  };
  struct Buffers;
  using PieceIds = std::vector<std::pair<std::string_view, int32_t>>;  // spelling and id

  void find_symbols(const PieceIds& pieces);
  void find_merges(const PieceIds& pieces);
  bool encode_raw_word(const WordKey& key, bool first, Buffers& buffers, std::vector<int32_t>& ids) const;
  void split(std::string_view word, std::vector<Symbol>& symbols) const;
  void merge_word(std::string_view word, Buffers& buffers, std::vector<Token>& found) const;
  void merge_few(std::vector<Symbol>& symbols, Buffers& buffers) const;
  void merge_many(std::vector<Symbol>& symbols, Buffers& buffers) const;
  void note_merge(const PieceMerges::Merge& merge, int32_t left, int32_t right, Buffers& buffers) const;
  void resegment(int32_t id, uint32_t begin, uint32_t end, const Buffers& buffers,
                 std::vector<Token>& found) const;

  Vocabulary vocabulary_;
  std::vector<float> scores_;
  std::vector<ScoredPiece::Type> types_;
  DoubleArray characters_;         // one-character strings → symbol
  DoubleArray user_defined_;       // → piece
  std::vector<int32_t> outputs_;   // of a symbol: the piece, or kUnknownPiece
  std::vector<uint32_t> lengths_;  // of a symbol, in bytes
  PieceMerges merges_;
  std::shared_ptr<const RawWords> raw_words_;
  UnknownPieces unknown_;
  bool has_user_defined_ = false;
  bool has_unused_ = false;
  WordCut cut_ = WordCut::none;
};

}  // namespace hodhod::text
