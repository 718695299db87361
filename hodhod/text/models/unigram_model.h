// SPDX-License-Identifier: Apache-2.0
// The Unigram model, as Hugging Face runs it on words and as SentencePiece runs it on whole sentences.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/text/models/model.h"
#include "hodhod/text/models/piece_output.h"
#include "hodhod/text/models/raw_words.h"
#include "hodhod/text/models/unigram_lattice.h"
#include "hodhod/text/models/vocabulary.h"
#include "hodhod/text/models/word_cache.h"
#include "hodhod/text/models/word_cut.h"

namespace hodhod::text {

struct UnigramOptions {
  bool byte_fallback = false;
  // As in SentencePiece: a piece given to encode is a sentence, and sums are rounded to float from its
  // beginning.
  bool sentences = false;
  // Which pieces may be used (empty: all), and their scores in the search (empty: their own).
  std::vector<uint8_t> used = {};
  std::vector<double> used_scores = {};
  std::shared_ptr<const RawWords> raw_words = {};  // of the normaliser, with `sentences`
  std::optional<double> unknown_score = {};        // if absent, the lowest score − 10
};

class UnigramModel final : public TokenizerModel {
 public:
  UnigramModel(std::vector<std::pair<std::string, double>> pieces, std::optional<int32_t> unk_id,
               UnigramOptions options, const std::string& where);

  std::string_view type() const override { return "Unigram"; }
  std::unique_ptr<Scratch> make_scratch() const override;
  void encode(std::string_view piece, Scratch& scratch, std::vector<Token>& out) const override;
  bool encode_raw(std::string_view text, Scratch& scratch, std::vector<int32_t>& ids) const override;
  int32_t vocab_size() const override { return vocabulary_.size(); }
  std::optional<int32_t> token_to_id(std::string_view token) const override { return vocabulary_.id(token); }
  std::string_view id_to_token(int32_t id) const override { return vocabulary_.token(id); }
  std::optional<int32_t> unknown_id() const override { return unknown_.id(); }
  std::string to_json() const override;

  const UnigramTable& table() const { return table_; }
  double score(int32_t id) const { return scores_[static_cast<size_t>(id)]; }
  // Replaces unknown pieces with the unknown id or with bytes, as encode does.
  std::vector<Token> finish(std::string_view text, const std::vector<Token>& found) const;

 private:
  struct Buffers;
  struct RawSum;
  double score_of(int32_t piece) const {
    return piece == kUnknownPiece ? table_.unknown_score : table_.scores[static_cast<size_t>(piece)];
  }
  const WordCache::Entry* lookup(std::string_view word, Buffers& buffers) const;
  void encode_sentence(std::string_view text, Buffers& buffers, PieceOutput& output) const;
  bool encode_raw_word(const WordKey& key, bool first, RawSum& sum, Buffers& buffers,
                       std::vector<int32_t>& ids) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;  // as in the file
  UnigramTable table_;
  std::shared_ptr<const RawWords> raw_words_;
  UnknownPieces unknown_;
  bool sentences_ = false;
  WordCut cut_ = WordCut::none;
};

}  // namespace hodhod::text
