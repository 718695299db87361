// SPDX-License-Identifier: Apache-2.0
// Word alignment of a text with its translation, from the decoder's cross-attention.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/tasks/translate.h"

namespace hodhod {

// How much each target token, while it is predicted, attends to each source token: the cross-attention
// probabilities of one decoder layer, averaged over its heads. [T, S] in f32; each row sums to 1. `inputs`
// are the decoder's inputs: the start token and all target tokens but the last. Layers are numbered from 0;
// −1 is the last. Without a layer it is `alignment_layer` of the decoder.
Tensor cross_attention(const Model& model, const std::vector<int64_t>& source,
                       const std::vector<int64_t>& inputs, std::optional<int64_t> layer = {});

// The layer whose attention aligns best in a decoder of so many: the last one of up to 3, and the last but
// one of deeper ones, where the last already looks ahead (Garg et al. 2019, of 6 layers).
int64_t alignment_layer(int64_t layers);

struct Alignment {
  std::vector<std::string> source_tokens, target_tokens;  // with the end of sequence, if any
  Tensor attention = {};                                  // [target tokens, source tokens]
  // Sorted pairs (source word, target word), numbered from 0; blanks separate words. Each target word is
  // paired with the source word that its tokens attend to most.
  std::vector<std::pair<int64_t, int64_t>> words = {};
};

// Aligns a text with one of its translations. The result does not depend on the batch that they came from. If
// the text was translated in parts, each part is aligned with its own translation.
Alignment align(const Translator& translator, const std::string& text, const Translation& translation,
                std::optional<int64_t> layer = {});

// Pharaoh's format: "0-0 1-2 2-1".
std::string pharaoh(const Alignment& alignment);

}  // namespace hodhod
