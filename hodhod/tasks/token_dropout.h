// SPDX-License-Identifier: Apache-2.0
// Hides tokens in training, so that a model does not lean on single ones. The draw for a token depends only
// on (seed, epoch, example, place).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

class TokenDropout {
 public:
  // Each token that is not special becomes [MASK] (the unknown token if there is no mask) with this
  // probability. Error if there is neither.
  static TokenDropout of_words(double probability, uint64_t seed, const text::Tokenizer& tokenizer);
  // Each token that is not special becomes the unknown one with this probability. Error if there is none.
  static TokenDropout to_unknown(double probability, uint64_t seed, const text::Tokenizer& tokenizer);
  // Each token that occurs once in `texts` becomes the unknown token with this probability, so that the
  // model learns what to make of words that it has never seen.
  static TokenDropout of_singletons(double probability, uint64_t seed, const text::Tokenizer& tokenizer,
                                    std::span<const EncodedText* const> texts);

  void operator()(std::span<int64_t> ids, int64_t epoch, int64_t example) const;

 private:
  TokenDropout(double probability, const Rng& rng, int64_t replacement, std::vector<bool> may_hide);

  double probability_;
  Rng rng_;
  int64_t replacement_;
  std::vector<bool> may_hide_;  // by token
};

}  // namespace hodhod
