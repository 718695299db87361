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

// mean: the mean over all tokens, special ones included. cls: the first token. last: the last token, the only
// one that sees the whole text in a decoder.
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

// Loads any model's directory. An encoder–decoder's encoder is used.
TextModel load_embedder(const std::string& directory);

struct Embedding {
  std::vector<float> vector = {};  // [C]
  int64_t tokens = 0;              // of the whole text, even if it was truncated
  friend bool operator==(const Embedding&, const Embedding&) = default;
};

// The embedding of each text. It does not depend on the other texts.
std::vector<Embedding> embed(const TextModel& embedder, std::span<const std::string> texts,
                             const EmbedOptions& options, Context& context);

struct SimilarityScores {
  int64_t pairs = 0;
  double pearson = 0, spearman = 0;  // correlation of the cosine with the label
};

// The label of each pair is a number for how similar its texts are. Error for fewer than two pairs, or if all
// numbers are equal.
SimilarityScores score_similarity(const TextModel& embedder, std::span<const LabelledText> pairs,
                                  const EmbedOptions& options, Context& context);

}  // namespace hodhod
