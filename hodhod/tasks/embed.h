// SPDX-License-Identifier: Apache-2.0
// Texts as vectors: the hidden states of any encoder, pooled.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
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
  bool normalize = false;             // to length 1
  std::optional<int64_t> layer = {};  // whose states are taken (states_of_layers); unset: the model's
  int64_t batch_tokens = 8192;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("pooling", pooling, "How the tokens' vectors become one: their mean, the first (cls) or the last");
    v("normalize", normalize, "Scale vectors to length 1");
    v("layer", layer,
      "Take the states of this layer, of a model that gives them: 0 for what the first layer reads",
      at_least(0));
  }
};

// How a directory says that texts become vectors, by the files of sentence-transformers: modules.json, the
// folders that it names, and sentence_bert_config.json. As usual where there are none.
struct SentenceSettings {
  EmbedOptions options = {};
  int64_t max_length = 0;                  // tokens of a text that are read; 0: as many as the model takes
  std::vector<std::string> warnings = {};  // a line each
};
// Error for a module or a pooling that is not known here, since other vectors would come out.
SentenceSettings sentence_settings_in(const std::string& directory);

// Loads any model's directory, with max_length of its settings. An encoder–decoder's encoder is used.
TextModel load_embedder(const ModelPath& path);

struct TextEmbedding {
  std::vector<float> vector = {};  // [C]
  int64_t tokens = 0;              // of the whole text, even if it was truncated
  friend bool operator==(const TextEmbedding&, const TextEmbedding&) = default;
};

// The embedding of each text. It does not depend on the other texts. Error for a layer that the model does
// not give.
std::vector<TextEmbedding> embed(const TextModel& embedder, std::span<const std::string> texts,
                                 const EmbedOptions& options, Context& context);

struct WordInText {
  std::string word;
  std::vector<float> vector;  // [C]
};

// The words of each text, which blanks separate, each with the mean of the states of its tokens; of a model
// with one vector for each word, that vector. Words beyond the model's greatest length are left out, as are
// those of which the tokenizer keeps nothing. The pooling has no meaning here.
std::vector<std::vector<WordInText>> embed_words(const TextModel& embedder,
                                                 std::span<const std::string> texts,
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
