// SPDX-License-Identifier: Apache-2.0
// Topics by non-negative matrix factorisation (Lee & Seung 1999): the vector of a text is about a sum of
// topics with weights, x ≈ w H, where neither w nor H has a negative number. x_w = n_w idf_w, scaled to
// length 1; n_w counts the word in the text. train/factorisation.h fits H.
//
// Dimensions: K topics, V vocabulary.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model.h"
#include "hodhod/models/topics.h"

namespace hodhod {

struct NmfOptions {
  int64_t width = 10;  // K
  int64_t vocabulary = 0;
  int64_t max_length = 1 << 24;
  SpecialIds special = {.pad = -1};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("topics", width, "Number of topics", in(1, 1 << 12));
    v("vocabulary", vocabulary, "Number of words known", in(1, 1 << 26));
  }
};

struct NmfConfig final : ConfigOf<NmfOptions> {
  NmfConfig(const NmfOptions& options = {}) : ConfigOf(options) {}

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<NmfConfig>(*this); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::none}; }
  std::string summary() const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;
};

class Nmf final : public Model, public Topics {
 public:
  // Topics without words.
  explicit Nmf(const NmfConfig& config);

  const NmfConfig& config() const override { return config_; }
  const Topics* topics() const override { return this; }
  const Head& head() const override { return head_; }
  void for_each_parameter(const ParameterFunction& f) override;
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  // The rows of H, scaled to a sum of 1. A topic without any word is uniform.
  Tensor word_probabilities() const override;
  // The weights w ≥ 0 that minimise |x − w H|², by coordinate descent, scaled to a sum of 1. Uniform if no
  // topic has a word of the text.
  std::vector<double> mixture(std::span<const int64_t> words) const override;

 private:
  const std::vector<double>& gram() const;

  NmfConfig config_;
  Head head_ = NoHead{};
  Tensor idf_;         // [V] f64
  Tensor topic_word_;  // H [K, V] f64, rows of length 1
  mutable std::mutex gram_lock_;
  mutable std::vector<double> gram_;  // H Hᵀ [K, K], once it was needed
};

// The kind "nmf", with the preset of that name.
const ModelType& nmf_type();

}  // namespace hodhod
