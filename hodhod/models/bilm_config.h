// SPDX-License-Identifier: Apache-2.0
// The configuration of a bidirectional language model (models/bilm.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/special_ids.h"

namespace hodhod {

struct BilmOptions {
  RecurrentCell cell = RecurrentCell::lstm;
  int64_t vocabulary = 0;
  int64_t width = 512;                       // C of a layer's states; each direction has half of it
  int64_t layers = 2;                        // L
  int64_t max_length = 1024;                 // longest text in tokens; no tensor of the model has this size
  StatePooling pooling = StatePooling::max;  // of a classifier
  double forget_bias = 1;                    // what an LSTM's forget gates begin with
  double dropout = 0;                        // on embeddings, between layers, and before the output layer
  SpecialIds special = {};

  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("cell", cell, "Kind of recurrent cell");
    v("vocabulary", vocabulary, "Number of tokens known", in(1, 1 << 26));
    v("width", width, "Channels C of a state, half of them for each direction", in(2, 1 << 18));
    v("layers", layers, "Number of recurrent layers in each direction", in(1, 1000));
    v("max_length", max_length, "Longest text in tokens", in(1, 1 << 24));
    v("pooling", pooling, "Which vector of the states a classifier takes for the text");
    v("forget_bias", forget_bias, "Bias of the forget gates of a new LSTM", in(-100, 100));
    v("dropout", dropout, "Dropout of embeddings, between layers and of the last states",
      at_least(0).below(1));
    special.visit(v);
  }
};

struct BilmConfig final : ConfigOf<BilmOptions> {
  BilmConfig(const BilmOptions& options = {}) : ConfigOf(options) {}

  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<BilmConfig>(*this); }
  bool reads_source() const override { return false; }
  // Without a head it predicts the tokens of texts; a classifier or a tagger mixes its layers.
  std::vector<HeadKind> heads() const override {
    return {HeadKind::none, HeadKind::classifier, HeadKind::tagger};
  }
  std::string summary() const override;
  std::string why_useless(std::string_view option) const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  std::unique_ptr<Model> make() const override;
};

// The kind "bilm", with the presets elmo-tiny and elmo-small.
const ModelType& bilm_type();

}  // namespace hodhod
