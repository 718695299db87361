// SPDX-License-Identifier: Apache-2.0
// Latent Dirichlet allocation (Blei, Ng & Jordan 2003). Each text has its own mixture θ of topics, drawn from
// a symmetric Dirichlet distribution with parameter α; each topic a distribution φ over words, with parameter
// η. Every word of a text is drawn from a topic that is drawn from θ. The model keeps how many words each
// topic was given in training (train/gibbs.h).
//
// Dimensions: K topics, V vocabulary.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model.h"
#include "hodhod/models/topics.h"

namespace hodhod {

struct LdaOptions {
  int64_t width = 10;  // K
  double alpha = 0;    // 0: 5 / K
  double eta = 0.1;
  int64_t vocabulary = 0;
  int64_t max_length = 1 << 24;
  SpecialIds special = {.pad = -1};

  double alpha_or_usual() const { return alpha > 0 ? alpha : 5 / static_cast<double>(width); }

  template <class Visitor>
  void visit(Visitor&& v) {
    v("topics", width, "Number of topics", in(1, 1 << 16));
    v("alpha", alpha, "Words that a text has of every topic beforehand; 0 for 5 divided by the topics",
      in(0, 1e6));
    v("eta", eta, "Words that a topic has of every word beforehand", above(0).at_most(1e6));
    v("vocabulary", vocabulary, "Number of words known", in(1, 1 << 26));
  }
};

struct LdaConfig final : ConfigOf<LdaOptions> {
  LdaConfig(const LdaOptions& options = {}) : ConfigOf(options) {}

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<LdaConfig>(*this); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::none}; }
  std::string summary() const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;
};

class Lda final : public Model, public Topics {
 public:
  // Counts without values.
  explicit Lda(const LdaConfig& config);

  const LdaConfig& config() const override { return config_; }
  const Topics* topics() const override { return this; }
  const Head& head() const override { return head_; }
  void for_each_parameter(const ParameterFunction& f) override { f("topic_word", topic_word_); }
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  // φ_kw = (n_kw + η) / (n_k + V η)
  Tensor word_probabilities() const override;
  // The fixed point of θ with φ as it is (CVB0; Asuncion et al. 2009): every word shares itself among the
  // topics in proportion to φ_kw (n_k + α), where n_k are the shares of the other words.
  std::vector<double> mixture(std::span<const int64_t> words) const override;

  // n_kw, [K, V] f64: how many of the words w of the training texts were given to topic k.
  const Tensor& topic_word() const { return topic_word_; }

 private:
  LdaConfig config_;
  Head head_ = NoHead{};
  Tensor topic_word_;
};

// The kind "lda", with the preset of that name.
const ModelType& lda_type();

}  // namespace hodhod
