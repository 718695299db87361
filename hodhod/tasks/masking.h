// SPDX-License-Identifier: Apache-2.0
// Corruption of text for masked-language modelling (Devlin et al. 2019, §3.1): some tokens are chosen for
// prediction; most of these are hidden, some are replaced, and some stay.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/base/rng.h"
#include "hodhod/ops/loss.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

struct MaskingOptions {
  double share = 0.15;       // of tokens to predict
  double hidden = 0.8;       // of these, replaced by [MASK]
  double replaced = 0.1;     // of these, by a random token; the rest stay
  bool whole_words = false;  // choose all pieces of a word together

  template <class Visitor>
  void visit(Visitor&& v) {
    v("share", share, "Share of the tokens to predict", above(0).below(1));
    v("hidden", hidden, "Share of those tokens that is hidden behind [MASK]", in(0, 1));
    v("replaced", replaced, "Share of those tokens that is replaced by any token; the rest stay as they are",
      in(0, 1));
    v("whole_words", whole_words, "Choose all pieces of a word together");
  }
};

struct MaskedTokens {
  std::vector<int64_t> ids;
  std::vector<int64_t> labels;  // original ids of the tokens to predict; kIgnoreIndex elsewhere
};

class Masking {
 public:
  // Error if the tokenizer has no mask token, a share is out of range, or hidden + replaced > 1.
  Masking(const MaskingOptions& options, const text::Tokenizer& tokenizer);

  int64_t mask() const { return mask_; }
  // Whether a token may be chosen: special ones may not.
  bool may_choose(int64_t id) const { return !special_[static_cast<size_t>(id)]; }
  // The draw for token t depends only on (rng, t).
  MaskedTokens operator()(const std::vector<int64_t>& ids, const Rng& rng) const;

 private:
  MaskingOptions options_;
  int64_t mask_ = 0;
  std::vector<bool> special_, goes_on_;  // by id: special tokens; pieces that continue a word
  std::vector<int64_t> ordinary_;        // ids that are not special
};

}  // namespace hodhod
