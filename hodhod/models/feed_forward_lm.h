// SPDX-License-Identifier: Apache-2.0
// The first neural language model (Bengio, Ducharme, Vincent and Jauvin 2003, "A neural probabilistic
// language model"): a perceptron that predicts the next token from the vectors of the last n. With e(w) the
// row of token w in the table,
//
//   x_t = [e(w_{t−n+1}); …; e(w_t)]      [B, T, n·C], zeros for places before the beginning
//   h_t = tanh(W x_t + b)                [B, T, H]; further layers read the one before them
//   logits = U h_t + c                   [B, T, V]
//
// Like an n-gram it sees n tokens and no more; unlike one it knows that tokens are alike whose vectors are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/special_ids.h"
#include "hodhod/nn/linear.h"

namespace hodhod {

struct FeedForwardLmOptions {
  int64_t vocabulary = 1;
  int64_t context = 8;        // n
  int64_t width = 24;         // C
  int64_t hidden = 128;       // H
  int64_t layers = 1;         // hidden layers
  int64_t max_length = 1024;  // longest text in tokens; no tensor of the model has this size
  double dropout = 0;         // on the vectors and on each layer's states
  SpecialIds special = {};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("vocabulary", vocabulary, "Number of tokens known", in(1, 1 << 26));
    v("context", context, "Number of tokens that a prediction is made from", in(1, 4096));
    v("width", width, "Channels C of a token's vector", in(1, 1 << 18));
    v("hidden", hidden, "Number of hidden units of a layer", in(1, 1 << 18));
    v("layers", layers, "Number of hidden layers", in(1, 1000));
    v("max_length", max_length, "Longest text in tokens", in(1, 1 << 24));
    v("dropout", dropout, "Dropout of the vectors and of each layer's states", at_least(0).below(1));
    special.visit(v);
  }
};

struct FeedForwardLmConfig final : ConfigOf<FeedForwardLmOptions> {
  FeedForwardLmConfig(const FeedForwardLmOptions& options = {});

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<FeedForwardLmConfig>(*this); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::language_model}; }
  std::string summary() const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;
};

class FeedForwardLm final : public Model, public LanguageModel {
 public:
  // Parameters without values.
  explicit FeedForwardLm(const FeedForwardLmConfig& config);

  // ---- Model ----
  const FeedForwardLmConfig& config() const override { return config_; }
  const LanguageModel* language_model() const override { return this; }
  const Head& head() const override { return head_; }
  Tensor embedding_table() const override { return embedding_; }
  void for_each_parameter(const ParameterFunction& f) override;
  // Vectors and output layer: normal with deviation 0.1. Layers: Xavier-uniform. Biases: 0.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  // ---- LanguageModel ----
  int64_t vocabulary() const override { return config_.vocabulary(); }
  int64_t max_length() const override { return config_.max_length(); }
  int64_t reach() const override { return config_.body.context; }
  std::unique_ptr<State> start(std::span<const Prompt> prompts, Context& context) const override;
  Tensor step(State& state, std::span<const int64_t> tokens, Context& context) const override;
  int64_t state_bytes(int64_t rows, int64_t length) const override;
  Tensor logits(const SequenceBatch& batch, Context& context) const override;
  Tensor loss(const SequenceBatch& batch, const Tensor& labels, const CrossEntropyOptions& options,
              Context& context) const override;

  template <class V>
  void visit(V& v) {
    v("embedding.weight", embedding_);
    v("decoder.layer", layers_);
    std::visit([&](auto& head) { head.visit(v); }, head_);
  }

 private:
  // The hidden states [B, T, H] of the last layer.
  Tensor read(const TokenBatch& tokens, Context& context) const;
  // From windows [B, T, n·C] to the last layer's states.
  Tensor hidden_layers(Tensor x, Context& context) const;
  const LanguageHead& language_head() const { return std::get<LanguageHead>(head_); }

  FeedForwardLmConfig config_;
  Tensor embedding_;            // [V, C]
  std::vector<Linear> layers_;  // [H, n·C], then [H, H]
  Head head_;
};

// The kind "nnlm", with the presets nnlm-tiny and nnlm-small.
const ModelType& feed_forward_lm_type();

}  // namespace hodhod
