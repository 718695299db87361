// SPDX-License-Identifier: Apache-2.0
// How an n-gram model reads tokens, and scores a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "hodhod/models/language_model.h"
#include "hodhod/models/ngram_config.h"
#include "hodhod/models/ngram_trie.h"

namespace hodhod {

// A row begins at the beginning of a line (unit line) or with an empty context (stream). The token that ends
// a line, and the one that begins it, lead to the beginning of a line.
class NgramReader {
 public:
  // Both must outlive it.
  NgramReader(const NgramTrie& ngrams, const NgramConfig& config);

  const NgramTrie& ngrams() const { return ngrams_; }
  const NgramConfig& config() const { return config_; }
  NgramContext beginning() const { return config_.reads_lines() ? line_start_ : NgramContext(); }
  const NgramContext& line_start() const { return line_start_; }
  bool is_boundary(int64_t token) const {
    return token >= 0 && (token == config_.special.bos || token == config_.special.eos);
  }
  void read(NgramContext& context, int64_t token) const;

 private:
  const NgramTrie& ngrams_;
  const NgramConfig& config_;
  NgramContext line_start_;  // after <s>
};

// Calls put(t, score) with the score of each labels[t] after tokens[0 … t], as LanguageModel::score gives it,
// in no order and from several threads. Tokens and labels must be in the vocabulary; nothing is said of
// labels that are kIgnoreIndex.
//
// A text is scored in many places side by side, since most of the time goes into waiting for memory: while
// one place waits, the others are at work. This is possible because what stands order − 1 tokens before
// decides nothing. The scores do not depend on where a text is parted.
void score_text_of_ngrams(const NgramReader& reader, std::span<const int64_t> tokens,
                          std::span<const int64_t> labels,
                          const std::function<void(size_t, const TokenScore&)>& put);

}  // namespace hodhod
