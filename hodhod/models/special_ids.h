// SPDX-License-Identifier: Apache-2.0
// The special tokens of a vocabulary: tokens that are not text.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/base/number_range.h"

namespace hodhod {

// Their ids; −1: there is no such token.
struct SpecialIds {
  int64_t pad = 0;                      // fills rows up to the same length
  int64_t bos = -1;                     // first token of a sequence
  int64_t eos = -1;                     // last token of a sequence
  int64_t decoder_start = 0;            // first token of a sequence-to-sequence model's target
  std::vector<int64_t> other_eos = {};  // further tokens that end a sequence

  // All tokens that end a sequence, `eos` first.
  std::vector<int64_t> ends() const {
    std::vector<int64_t> all;
    if (eos >= 0) all.push_back(eos);
    all.insert(all.end(), other_eos.begin(), other_eos.end());
    return all;
  }
  // A token to fill rows with: padding, or token 0 if there is no padding token.
  int64_t filler() const { return pad >= 0 ? pad : 0; }

  template <class Visitor>
  void visit(Visitor&& v) {
    constexpr NumberRange kToken = in(-1, 1 << 26);
    v("pad", pad, "Id of the padding token", kToken);
    v("bos", bos, "Id of the first token of a sequence; -1 for none", kToken);
    v("eos", eos, "Id of the last token of a sequence; -1 for none", kToken);
    v("other_eos", other_eos, "Ids of further tokens that end a sequence", in(0, 1 << 26));
    v("decoder_start", decoder_start, "Id of the token that the decoder starts from", in(0, 1 << 26));
  }
  friend bool operator==(const SpecialIds&, const SpecialIds&) = default;
};

}  // namespace hodhod
