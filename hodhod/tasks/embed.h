// SPDX-License-Identifier: Apache-2.0
// Texts as vectors: the hidden states of any encoder, pooled.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/tasks/text_model.h"

namespace hodhod {

// mean: over all tokens of the text, special ones included. cls: the first token's. last: the last token's,
// which of a decoder has seen the whole text.
enum class Pooling { mean, cls, last };
constexpr std::array<std::string_view, 3> names_of(Pooling) { return {"mean", "cls", "last"}; }

struct EmbedOptions {
  Pooling pooling = Pooling::mean;
  bool normalize = false;  // to length 1
  int64_t batch_tokens = 8192;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("pooling", pooling, "How the tokens' vectors become one: their mean, the first (cls) or the last");
    v("normalize", normalize, "Scale vectors to length 1");
  }
};

// Any model's directory: of an encoder–decoder, the encoder serves.
TextModel load_embedder(const std::string& directory);

struct Embedding {
  std::vector<float> vector;  // [C]
  int64_t tokens = 0;         // of the whole text; it was cut where the model takes fewer
  friend bool operator==(const Embedding&, const Embedding&) = default;
};

// Of each text; it does not depend on the others.
std::vector<Embedding> embed(const TextModel& embedder, std::span<const std::string> texts,
                             const EmbedOptions& options, Context& context);

struct SimilarityScores {
  int64_t pairs = 0;
  double pearson = 0, spearman = 0;  // of the cosine with the label
};

// Pairs of texts with a number that says how alike they are. Error for fewer than two pairs, and where all
// numbers are the same.
SimilarityScores score_similarity(const TextModel& embedder, std::span<const LabelledText> pairs,
                                  const EmbedOptions& options, Context& context);

}  // namespace hodhod
