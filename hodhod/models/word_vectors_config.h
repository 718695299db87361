// SPDX-License-Identifier: Apache-2.0
// The configuration of word vectors. Their directory is one of model2vec (class StaticModel): `embeddings`
// holds the vectors of the tokenizer's tokens; what training further and unseen words need stands beside it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/special_ids.h"

namespace hodhod {

// How the vectors came about. other: they were read from a file that does not say it.
enum class VectorAlgorithm { skipgram, cbow, glove, other };
constexpr std::array<std::string_view, 4> names_of(VectorAlgorithm) {
  return {"skipgram", "cbow", "glove", "other"};
}

struct WordVectorsOptions {
  VectorAlgorithm algorithm = VectorAlgorithm::skipgram;
  int64_t vocabulary = 0;
  int64_t width = 100;  // C
  int64_t min_n = 3;    // characters of a subword, brackets included
  int64_t max_n = 0;    // 0: no subwords
  int64_t buckets = 0;  // rows for subwords; 0 for a new model: as many as its words need
  bool output = false;  // whether the output rows are kept: of a word as a neighbour
  bool counts = false;  // whether the words' counts are kept
  int64_t max_length = 1 << 24;
  SpecialIds special = {.pad = -1, .decoder_start = 0};

  bool has_subwords() const { return max_n > 0; }
  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("algorithm", algorithm, "How vectors are trained: skipgram, cbow or glove");
    v("vocabulary", vocabulary, "Number of words known", in(1, 1 << 26));
    v("width", width, "Numbers C of a vector", in(1, 1 << 18));
    v("min_n", min_n, "Characters of the shortest subword", in(1, 1000));
    v("max_n", max_n, "Characters of the longest subword; 0 for no subwords", in(0, 1000));
    v("buckets", buckets, "Rows for subwords; 0 for as many as the words have subwords, up to 2 million",
      in(0, 1 << 30));
    v("output", output, "Keep the output vectors, which training further and fastText's .bin need");
    v("counts", counts, "Keep the counts of the words");
  }
};

struct WordVectorsConfig final : ConfigOf<WordVectorsOptions> {
  WordVectorsConfig(const WordVectorsOptions& options = {}) : ConfigOf(options) {}

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<WordVectorsConfig>(*this); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::none}; }
  std::string summary() const override;
  std::string why_useless(std::string_view option) const override;
  void validate() const override { body.validate(); }
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;
};

// The kind "model2vec", with the presets word2vec, fasttext-vectors and glove.
const ModelType& word_vectors_type();

}  // namespace hodhod
