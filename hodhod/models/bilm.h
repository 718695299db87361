// SPDX-License-Identifier: Apache-2.0
// Vectors of words in context from two language models (ELMo: Peters et al. 2018, "Deep contextualized word
// representations", section 3). One reads each text from left to right, the other from right to left; both
// have the same embedding E and the same output layer W.
//
//   x_t = E[token t]                                                                [C / 2]
//   →h_t^j, ←h_t^j: layer j of the forward network after x_1 … x_t, of the backward one after x_n … x_t
//   h_t^0 = [x_t; x_t],  h_t^j = [→h_t^j; ←h_t^j]  for j from 1 to L                [C]
//   p(x_{t+1} | x_1 … x_t) = softmax(W →h_t^L),  p(x_{t−1} | x_n … x_t) = softmax(W ←h_t^L)
//   states of a classifier or tagger: γ Σ_j softmax(s)_j h_t^j, with s and γ learned by the task
//
// Without a head, all layers have the same share in the states. A text begins with states of zero, so that it
// has the same vectors whenever it is read and whatever is read with it. The original's characters,
// projection and residual connections are left out.
#pragma once

#include <optional>
#include <vector>

#include "hodhod/models/bidirectional_language_model.h"
#include "hodhod/models/bilm_config.h"
#include "hodhod/models/model.h"
#include "hodhod/nn/recurrent.h"

namespace hodhod {

// γ Σ_j softmax(s)_j h^j of n layers.
struct LayerMix {
  Tensor weights;  // s [n]
  Tensor scale;    // γ [1]

  // softmax(s): the share of each layer [n].
  Tensor shares() const;
  // Layers [B, T, C] → [B, T, C].
  Tensor operator()(const std::vector<Tensor>& layers) const;

  template <class V>
  void visit(V& v) {
    v("weights", weights);
    v("scale", scale);
  }
};

class BilmModel final : public Model, public Encoder, public BidirectionalLanguageModel {
 public:
  // Parameters without values.
  explicit BilmModel(const BilmConfig& config);

  // ---- Model ----
  const BilmConfig& config() const override { return config_; }
  const Encoder* encoder() const override { return this; }
  // Null under a head, which takes the output layer's place.
  const BidirectionalLanguageModel* bidirectional_language_model() const override {
    return output_.defined() ? this : nullptr;
  }
  const Head& head() const override { return head_; }
  Tensor embedding_table() const override { return embedding_; }
  // How a classifier or tagger mixes the layers; null without a head.
  const LayerMix* mix() const { return mix_ ? &*mix_ : nullptr; }
  void for_each_parameter(const ParameterFunction& f) override;
  // Cells as RecurrentModel has them; embedding and output layer: normal with deviation 0.1; s = 0, γ = 1; a
  // head's matrices: Xavier-uniform, its biases 0.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

  // ---- roles ----
  HiddenStates encode(const TokenBatch& tokens, Context& context) const override;
  std::vector<Tensor> encode_layers(const TokenBatch& tokens, Context& context) const override;
  Tensor loss(const TokenBatch& texts, Context& context) const override;

  template <class V>
  void visit(V& v) {
    v("embedding.weight", embedding_);
    v("forward", forward_);
    v("backward", backward_);
    v("head.weight", output_);
    v("mix", mix_);
    std::visit([&](auto& head) { head.visit(v); }, head_);
  }

 private:
  struct Read;
  Read read(const TokenBatch& tokens, Context& context) const;

  BilmConfig config_;
  Tensor embedding_;              // E [V, C / 2]
  Recurrent forward_, backward_;  // L layers of C / 2 units
  Tensor output_;                 // W [V, C / 2]; undefined under a head
  std::optional<LayerMix> mix_;   // under a head
  Head head_;
};

}  // namespace hodhod
