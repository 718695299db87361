// SPDX-License-Identifier: Apache-2.0
// Options for training a tokenizer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/added_tokens.h"

namespace hodhod::text {

// character is BPE without merges; word is WordLevel.
enum class ModelKind { bpe, wordpiece, unigram, word, character };

struct TokenizerTraining {
  ModelKind kind = ModelKind::bpe;
  int32_t vocabulary = 30000;              // special tokens, alphabet and bytes included
  int64_t min_frequency = 2;               // least count of a merge (BPE, WordPiece) or a word
  std::vector<AddedToken> special_tokens;  // get the first ids, in this order
  std::string unknown_token = "<unk>";     // used by WordPiece, Unigram, word, char, and BPE without bytes
  int64_t max_memory = int64_t{2} << 30;   // bytes; a corpus that would need more is sampled
  int max_token_length = 16;               // characters
  int32_t limit_alphabet = 0;              // keep only the most frequent characters; 0 is all
  double character_coverage = 0.9995;      // Unigram, BPE and fallback: share of characters kept
  std::vector<std::string> initial_alphabet;
  bool byte_level = false;  // the pre-tokeniser is ByteLevel: the alphabet is the 256 bytes
  bool split_scripts =
      true;  // Unigram and BPE, except byte-level: a token holds characters of one script only
  bool byte_fallback = false;                  // <0x00> … <0xFF> for characters outside the alphabet
  std::string continuing_subword_prefix = {};  // "##" for WordPiece
  std::string end_of_word_suffix = {};
  int32_t seed_size = 1000000;     // Unigram: pieces that EM starts from
  double shrinking_factor = 0.75;  // Unigram: kept at each pruning
  int em_iterations = 2;           // Unigram: between prunings
  uint64_t seed = 0;               // of the sample, if one is taken
  // Called from time to time with the current stage and its progress, in [0, 1].
  std::function<void(std::string_view stage, double done)> progress;
  // Called once before training starts, with the estimate of memory in bytes and the share of the corpus
  // used.
  std::function<void(int64_t bytes, double share)> plan;
};

}  // namespace hodhod::text
