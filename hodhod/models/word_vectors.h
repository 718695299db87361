// SPDX-License-Identifier: Apache-2.0
// Word vectors: a table with a row for each word and, if there are subwords, rows for those. A word's vector
// is the mean of its own row and the rows of its subwords (Bojanowski et al. 2017); a word that is not in the
// vocabulary has those of its subwords alone. Which row belongs to which subword is as in fastText
// (io/fasttext_hash.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/model.h"
#include "hodhod/models/vectors.h"
#include "hodhod/models/word_vectors_config.h"

namespace hodhod {

// The subword rows of a word, from 0 to buckets − 1, in the order in which they are added up. As in fastText,
// the line end </s> has none.
std::vector<int32_t> subword_rows(std::string_view word, const WordVectorsOptions& options);

class WordVectors final : public Model, public Encoder, public Vectors {
 public:
  // Tables without values.
  explicit WordVectors(const WordVectorsConfig& config);

  // ---- Model ----
  const WordVectorsConfig& config() const override { return config_; }
  const Encoder* encoder() const override { return this; }
  const Vectors* vectors() const override { return this; }
  const Head& head() const override { return head_; }
  Tensor embedding_table() const override { return embeddings_; }
  void for_each_parameter(const ParameterFunction& f) override;
  // Rows: uniform between ±1/C. Output rows and counts: 0.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  // ---- roles ----
  // The vectors of the tokens, each by itself.
  HiddenStates encode(const TokenBatch& tokens, Context& context) const override;
  Tensor matrix() const override { return embeddings_; }
  std::optional<std::vector<float>> unseen(std::string_view word) const override;

  // ---- tables ----
  // Without subwords, `words` and `embeddings` are one.
  const Tensor& words() const { return config_.body.has_subwords() ? words_ : embeddings_; }  // [V, C]
  const Tensor& subwords() const { return subwords_; }                                        // [buckets, C]
  const Tensor& output() const { return output_; }                                            // [V, C]
  const Tensor& counts() const { return counts_; }                                            // [V] f64
  // Computes the embeddings from words() and subwords(); `spelling[i]` is the word of row i. An empty one has
  // no subwords.
  void compose(std::span<const std::string> spelling);

 private:
  WordVectorsConfig config_;
  Head head_ = NoHead{};
  Tensor embeddings_, words_, subwords_, output_, counts_;
};

}  // namespace hodhod
