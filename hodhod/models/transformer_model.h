// SPDX-License-Identifier: Apache-2.0
// A Transformer as a model: a body, a head, and the roles that follow from its shape.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/models/model.h"
#include "hodhod/models/transformer.h"

namespace hodhod {

// The configuration of a Transformer with a head. BERT's pooler has tanh; RoFormer's has the activation of
// the feed-forward.
struct TransformerModelConfig final : ConfigOf<TransformerConfig> {
  // With the usual head for its shape.
  TransformerModelConfig(const TransformerConfig& config = {});
  TransformerModelConfig(const TransformerConfig& config, const HeadOptions& options);

  kernels::Activation pooler_activation = kernels::Activation::tanh;  // in an encoder's classifier
  bool pooler_dropout = false;  // dropout before the pooler of an encoder's classifier too

  std::unique_ptr<ModelConfig> clone() const override;
  int64_t width() const override { return body.size_of_embedding(); }
  int64_t source_vocabulary() const override { return body.size_of_source_vocabulary(); }
  bool reads_source() const override { return body.shape == TransformerShape::encoder_decoder; }
  // Whether encode() gives the states of the decoder, which reads the text again behind a start token, as in
  // the classifier of BART (Lewis et al. 2020, §3.1). A row's states end with that of its last end of
  // sequence.
  bool reads_twice() const { return reads_source() && head.kind == HeadKind::classifier; }
  std::vector<HeadKind> heads() const override;
  std::string summary() const override;
  std::vector<Field> fields() override;
  std::string why_useless(std::string_view option) const override;
  bool recomputes() const override { return true; }
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  FittedBy fitted_by() const override { return FittedBy::gradients; }
  std::unique_ptr<Model> make() const override;
};

class TransformerModel final : public Model, public Encoder, public SequenceToSequence {
 public:
  // Parameters without values.
  explicit TransformerModel(const TransformerModelConfig& config);
  // With initial values.
  TransformerModel(const TransformerModelConfig& config, const Rng& rng);

  const Transformer& body() const { return body_; }

  // ---- Model ----
  const TransformerModelConfig& config() const override { return config_; }
  const Encoder* encoder() const override { return this; }
  const LanguageModel* language_model() const override;
  const SequenceToSequence* sequence_to_sequence() const override;
  const Head& head() const override { return head_; }
  Tensor embedding_table() const override { return body_.embedding_table(); }
  void for_each_parameter(const ParameterFunction& f) override;
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;
  std::vector<std::vector<std::string>> layers() override;

  // ---- roles ----
  HiddenStates encode(const TokenBatch& tokens, Context& context) const override;
  int64_t vocabulary() const override { return config_.vocabulary(); }
  int64_t max_length() const override { return config_.max_length(); }
  int64_t max_source_length() const override { return config_.max_length(); }
  std::unique_ptr<State> start(std::span<const Prompt> prompts, Context& context) const override;
  Tensor step(State& state, std::span<const int64_t> tokens, Context& context) const override;
  int64_t state_bytes(int64_t rows, int64_t length) const override;
  Tensor logits(const SequenceBatch& batch, Context& context) const override;
  Tensor loss(const SequenceBatch& batch, const Tensor& labels, const CrossEntropyOptions& options,
              Context& context) const override;

  template <class V>
  void visit(V& v) {
    body_.visit(v);
    std::visit([&](auto& head) { head.visit(v); }, head_);
  }

 private:
  HiddenStates read_twice(const TokenBatch& tokens, Context& context) const;
  // The decoder's states [B, T, C].
  Tensor decode(const SequenceBatch& batch, Context& context) const;
  const LanguageHead& language_head() const;

  TransformerModelConfig config_;
  Transformer body_;
  Head head_;
};

}  // namespace hodhod
