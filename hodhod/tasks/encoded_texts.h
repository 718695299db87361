// SPDX-License-Identifier: Apache-2.0
// Texts as an encoder takes them: ids with special tokens around, in batches of like lengths.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/models/transformer.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

// One text, or two that belong together.
using Texts = std::vector<std::string>;

struct EncodedText {
  std::vector<int64_t> ids, types;  // of one length; types tell the second of two texts from the first

  int64_t length() const { return static_cast<int64_t>(ids.size()); }
};

// In parallel, each as it would be alone. Error for more than two texts.
std::vector<EncodedText> encode_texts(const text::Tokenizer& tokenizer, std::span<const Texts> texts);

std::vector<int64_t> lengths_of(std::span<const EncodedText> texts);

// Rows of `texts`, filled up with `pad`.
TokenBatch batch_of(std::span<const EncodedText> texts, std::span<const int64_t> rows, int64_t pad);

// All examples once, those of like lengths together, in batches of at most `max_tokens` with padding (or one
// example).
std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths, int64_t max_tokens);

// In place of each token but the special ones, with this probability, `replacement`: a way to make little
// data go further. What is drawn for a token is a function of (rng, place) alone.
void drop_words(EncodedText& text, const text::Tokenizer& tokenizer, double probability, int64_t replacement,
                const Rng& rng);

}  // namespace hodhod
