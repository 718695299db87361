// SPDX-License-Identifier: Apache-2.0
// Recurrent models: a language model that reads from left to right, an encoder that reads in both directions,
// and an encoder-decoder whose decoder attends to the encoder.
//
//   decoder          tokens → embedding → recurrent layers → head
//   encoder          tokens → embedding → recurrent layers in both directions → head
//   tagger that      tokens → [embedding; letters of words → WordCharacters] → the same
//   reads letters
//   encoder-decoder  target → embedding → first recurrent layer h
//                    → h + attention(h, encoder's states) → further recurrent layers → head
//   the classical    target → embedding → AttentiveDecoder (models/attentive_decoder.h) → head
//   encoder-decoder
//   one that copies  the probabilities of that head, mixed with the attention to the source's tokens (ops/copying.h)
//
// The attention of the first encoder-decoder does not feed back into the layer below it, so that training
// computes all positions at once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hodhod/models/attentive_decoder.h"
#include "hodhod/models/model.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/nn/attention.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/nn/word_characters.h"

namespace hodhod {

class RecurrentModel final : public Model, public Encoder, public SequenceToSequence {
 public:
  // Parameters without values.
  explicit RecurrentModel(const RecurrentModelConfig& config);

  // ---- Model ----
  const RecurrentModelConfig& config() const override { return config_; }
  const Encoder* encoder() const override { return this; }
  const LanguageModel* language_model() const override;
  const SequenceToSequence* sequence_to_sequence() const override;
  const Head& head() const override { return head_; }
  Tensor embedding_table() const override { return embedding_; }
  void for_each_parameter(const ParameterFunction& f) override;
  // Cells: uniform in ±1/√H, where H is the size of a direction's hidden state; the forget gates of LSTMs
  // have the bias of the configuration (1 after Jozefowicz et al. 2015; PyTorch has none). Embedding and
  // output layer: normal with deviation 0.1. Other matrices: Xavier-uniform. Norms: 1. Other biases: 0.
  void initialise(const Rng& rng, const ParameterChoice& wanted) override;

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
  // Of a decoder: "output" [L, B, C], and "cell" [L, B, C] of an LSTM. A model with a source carries none.
  CarriedState first_state(int64_t rows) const override;
  CarriedLoss loss_from(const CarriedState& state, const SequenceBatch& batch, const Tensor& labels,
                        const CrossEntropyOptions& options, Context& context) const override;

  template <class V>
  void visit(V& v) {
    v("embedding.weight", embedding_);
    v("character", characters_);
    v("encoder", encoder_);
    v("decoder", decoder_);
    v("cross_attention", cross_attention_);
    v("upper", upper_);
    v("decoder", attentive_);
    v("copy_gate", copy_gate_);
    std::visit([&](auto& head) { head.visit(v); }, head_);
  }

 private:
  struct DecoderState;
  struct Rows;

  Tensor embed(const TokenBatch& tokens, Context& context) const;
  // The vector [B, T, 2H] of the word that begins at each token, from its letters; elsewhere zeros.
  Tensor spell(const TokenBatch& tokens, Context& context) const;
  // Dropout of states [B, T, C], as the configuration has it.
  Tensor drop(const Tensor& x, Context& context) const;
  RecurrentRun read(const TokenBatch& tokens, Context& context) const;
  // What the decoder has after each token of a target.
  struct Decoded {
    Tensor hidden;        // its states [B, T, C]
    Tensor weights = {};  // where they are copied from [B, T, S], and
    Tensor source = {};   // the tokens there [B, S]; both undefined without copying
  };
  // Continues from `state`, which is updated.
  Decoded decode(const TokenBatch& target, DecoderState& state, Context& context) const;
  Decoded decode(const SequenceBatch& batch, Context& context) const;
  // The logits of the next tokens [B, T, V]: with copying, the logarithms of the mixed probabilities.
  Tensor predict(const Decoded& decoded, Context& context) const;
  DecoderState begin(const TokenBatch& source, int64_t rows, Context& context) const;
  const LanguageHead& language_head() const;

  RecurrentModelConfig config_;
  Tensor embedding_;                                   // [V, C]
  std::optional<WordCharacters> characters_;           // of a tagger that reads letters
  std::optional<Recurrent> encoder_;                   // both directions, C / 2 each, or one
  std::optional<Recurrent> decoder_;                   // all layers; only the first with multi-head attention
  std::optional<MultiHeadAttention> cross_attention_;  // of an encoder-decoder
  std::optional<Recurrent> upper_;                     // the layers after the attention, if any
  std::optional<Linear> copy_gate_;                    // of one that copies: h̃ → g of mix_copies
  std::optional<AttentiveDecoder> attentive_;  // of a classical encoder-decoder, in place of the last three
  Head head_;
};

}  // namespace hodhod
