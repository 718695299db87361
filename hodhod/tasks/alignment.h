// SPDX-License-Identifier: Apache-2.0
// Which word of a text became which word of its translation, from the decoder's cross-attention.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/tasks/translate.h"

namespace hodhod {

// How much each token of a translation attends to each token of its source while it is chosen: the
// probabilities of a decoder layer's cross-attention, averaged over its heads. `inputs` are what the decoder
// reads: its start and all tokens but the last. Layer −1 is the last but one (or the only one), whose
// attention aligns best (Garg et al. 2019). [T, S] in f32; rows add up to 1.
Tensor cross_attention(const Model& model, const std::vector<int64_t>& source,
                       const std::vector<int64_t>& inputs, int64_t layer = -1);

struct Alignment {
  std::vector<std::string> source_tokens, target_tokens;  // with the end of sequence where there is one
  Tensor attention = {};                                  // [target tokens, source tokens]
  // (word of the source, word of the translation), counted from 0 between blanks, in this order: for each
  // word of the translation the word of the source that its tokens attend to most.
  std::vector<std::pair<int64_t, int64_t>> words = {};
};

// Of a text and one of its translations. It depends on nothing else, whatever batch they came from. Of a text
// that was translated in parts, each part is aligned with its own.
Alignment align(const Translator& translator, const std::string& text, const Translation& translation,
                int64_t layer = -1);

// Pharaoh's format: "0-0 1-2 2-1".
std::string pharaoh(const Alignment& alignment);

}  // namespace hodhod
