// SPDX-License-Identifier: Apache-2.0
// The contents of a SentencePiece `.model` file (sentencepiece_model.proto of SentencePiece 0.1.97), with
// reading and writing. Defaults are those of the schema.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/models/scored_piece.h"

namespace hodhod::text {

struct SentencePieceProto {
  using Piece = ScoredPiece;
  using PieceType = ScoredPiece::Type;
  enum class ModelType : uint8_t { unigram = 1, bpe = 2, word = 3, character = 4 };

  struct Normalizer {
    std::string name;
    std::string precompiled_charsmap;
    bool add_dummy_prefix = true;
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
  };
  struct Sample {
    std::string input;
    std::string expected;  // the pieces, with a space between them
  };

  std::vector<Piece> pieces;

  ModelType model_type = ModelType::unigram;
  bool treat_whitespace_as_suffix = false;
  bool byte_fallback = false;
  int32_t unk_id = 0;
  int32_t bos_id = 1;
  int32_t eos_id = 2;
  int32_t pad_id = -1;
  std::string unk_surface = " \xE2\x81\x87 ";

  Normalizer normalizer;
  Normalizer denormalizer;  // its charsmap is empty when decoding changes nothing
  std::vector<Sample> samples;

  // Error, naming the file and byte: damaged or truncated wire format, no pieces, no trainer or normaliser
  // settings, an empty piece, a score that is not finite, an unknown piece type or model type, pieces that
  // are defined twice, no or two unknown pieces, byte pieces without byte fallback, or byte fallback without
  // its 256 pieces.
  static SentencePieceProto parse(std::string_view bytes, std::string_view name);
  // A file that SentencePiece reads.
  std::string serialize() const;

  // The id of the one unknown piece (parse checks that there is one).
  int32_t unknown_piece() const;
};

}  // namespace hodhod::text
