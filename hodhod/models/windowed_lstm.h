// SPDX-License-Identifier: Apache-2.0
// A language model of letters that reads the last n tokens with an LSTM and averages what it finds, after
// textgenrnn (Woolf 2017; the average is that of DeepMoji, Felbo et al. 2017). With e(w) the row of token w
// in the table, and places i = 1 … n of the window that ends with token t,
//
//   x_i = e(w_i)                          [C], the padding token's for places before the beginning
//   h¹ = LSTM(x), h² = LSTM(h¹), …        [n, H] each, from zeros
//   z_i = [x_i; h¹_i; h²_i; …]            [C + L·H]
//   a = softmax(v · z)                    [n]
//   logits = U Σ_i a_i z_i + c            [V]
//
// Each prediction reads its window anew, so that it depends on n tokens and no more.
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
#include "hodhod/nn/recurrent.h"

namespace hodhod {

struct WindowedLstmOptions {
  int64_t vocabulary = 1;
  int64_t context = 40;       // n
  int64_t width = 100;        // C
  int64_t hidden = 128;       // H
  int64_t layers = 2;         // L
  int64_t max_length = 1024;  // longest text in tokens; no tensor of the model has this size
  double forget_bias = 1;     // what the forget gates begin with
  double dropout = 0;         // on the vectors, between layers, and on the average
  SpecialIds special = {};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("vocabulary", vocabulary, "Number of tokens known", in(1, 1 << 26));
    v("context", context, "Number of tokens that a prediction is made from", in(1, 4096));
    v("width", width, "Channels C of a token's vector", in(1, 1 << 18));
    v("hidden", hidden, "Number of hidden units of a layer", in(1, 1 << 18));
    v("layers", layers, "Number of recurrent layers", in(1, 1000));
    v("max_length", max_length, "Longest text in tokens", in(1, 1 << 24));
    v("forget_bias", forget_bias, "Bias of the forget gates of a new model", in(-100, 100));
    v("dropout", dropout, "Dropout of the vectors, between layers, and of the average", at_least(0).below(1));
    special.visit(v);
  }
};

struct WindowedLstmConfig final : ConfigOf<WindowedLstmOptions> {
  WindowedLstmConfig(const WindowedLstmOptions& options = {});

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<WindowedLstmConfig>(*this); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::language_model}; }
  std::string summary() const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;
};

class WindowedLstm final : public Model, public LanguageModel {
 public:
  // Parameters without values.
  explicit WindowedLstm(const WindowedLstmConfig& config);

  // ---- Model ----
  const WindowedLstmConfig& config() const override { return config_; }
  const LanguageModel* language_model() const override { return this; }
  const Head& head() const override { return head_; }
  Tensor embedding_table() const override { return embedding_; }
  void for_each_parameter(const ParameterFunction& f) override;
  // Cells: uniform in ±1/√H, with the configuration's bias of the forget gates. Vectors and output layer:
  // normal with deviation 0.1. Weights of the average: Xavier-uniform. Other biases: 0.
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
    v("decoder", layers_);
    v("attention.weight", attention_);
    std::visit([&](auto& head) { head.visit(v); }, head_);
  }

 private:
  struct Average {
    Tensor averaged;  // [N, C + L·H]
    Tensor weights;   // a, [N, 1, n]
  };
  // Of windows of vectors [N, n, C].
  Average average(const Tensor& x, Context& context) const;
  // Those of the windows that end with each token, [B, T, C + L·H].
  Tensor read(const TokenBatch& tokens, Context& context) const;
  const LanguageHead& language_head() const { return std::get<LanguageHead>(head_); }

  WindowedLstmConfig config_;
  Tensor embedding_;  // [V, C]
  Recurrent layers_;
  Tensor attention_;  // v, [1, C + L·H]
  Head head_;
};

// The kind "windowed-lstm", with the preset of this name.
const ModelType& windowed_lstm_type();

}  // namespace hodhod
