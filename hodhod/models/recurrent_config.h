// SPDX-License-Identifier: Apache-2.0
// The configuration of a recurrent model.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/attentive_decoder.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/special_ids.h"

namespace hodhod {

// tanh and relu: h = f(W x + U h' + b) (Elman 1990); lstm: Hochreiter & Schmidhuber 1997; gru: Cho et al.
// 2014.
enum class RecurrentCell { tanh, relu, lstm, gru };
constexpr std::array<std::string_view, 4> names_of(RecurrentCell) { return {"tanh", "relu", "lstm", "gru"}; }
// The cell of the recurrent layers.
Cell cell_of(RecurrentCell cell);

// How the decoder of an encoder-decoder reads its source. multi_head: attention with several heads between
// the first layer and those above. The others are those of models/attentive_decoder.h.
enum class RecurrentAttention { multi_head, none, additive, dot, general };
constexpr std::array<std::string_view, 5> names_of(RecurrentAttention) {
  return {"multi-head", "none", "additive", "dot", "general"};
}

// decoder: reads from left to right and predicts the next token. encoder: reads in both directions.
// encoder_decoder: an encoder, and a decoder that attends to it (Bahdanau et al. 2015) or goes on from its
// last states (Sutskever et al. 2014).
enum class RecurrentForm { encoder_decoder, encoder, decoder };
constexpr std::array<std::string_view, 3> names_of(RecurrentForm) {
  return {"encoder-decoder", "encoder", "decoder"};
}

struct RecurrentConfig {
  RecurrentCell cell = RecurrentCell::lstm;
  RecurrentForm form = RecurrentForm::decoder;
  int64_t vocabulary = 0;
  int64_t width = 256;  // C of embeddings and hidden states; each of an encoder's two directions has C / 2
  int64_t layers = 2;   // in the encoder, and in the decoder
  RecurrentAttention attention = RecurrentAttention::multi_head;  // of an encoder-decoder, as the next three
  int64_t heads = 1;                                              // of multi_head
  ContextPlace context = ContextPlace::after;                     // of additive, dot and general
  bool input_feeding = false;                                     // the same
  bool copy = false;           // the same: the output may be copied from the source (See et al. 2017)
  bool bidirectional = true;   // whether the source of an encoder-decoder is read in both directions
  int64_t max_length = 1024;   // longest sequence in tokens; no tensor of the model has this size
  bool tie_embeddings = true;  // the output layer is the embedding
  StatePooling pooling = StatePooling::max;  // of an encoder's classifier
  double forget_bias = 1;                    // what an LSTM's forget gates begin with
  double dropout = 0;                        // on embeddings, between layers, and on the last states
  bool locked_dropout = false;   // the same channels for all tokens of a sequence (Gal & Ghahramani 2016)
  double embedding_dropout = 0;  // of whole tokens of the vocabulary
  // Of a tagger that reads the letters of words too (nn/word_characters.h).
  int64_t characters = 0;        // channels of a letter; 0: it reads tokens alone
  int64_t character_hidden = 0;  // hidden units that read the letters, in each direction
  std::string alphabet = {};     // the letters that are known, each once
  SpecialIds special = {};

  bool reads_both_ways() const { return form == RecurrentForm::encoder || bidirectional; }
  bool has_encoder() const { return form != RecurrentForm::decoder; }
  bool reads_letters() const { return characters > 0; }
  bool has_decoder() const { return form != RecurrentForm::encoder; }

  // Error when the options do not fit together. It names the option and the values.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("cell", cell, "Kind of recurrent cell");
    v("form", form, "Encoder-decoder, encoder or decoder");
    v("vocabulary", vocabulary, "Number of tokens known", in(1, 1 << 26));
    v("width", width, "Channels C of a hidden state", in(1, 1 << 18));
    v("layers", layers, "Number of recurrent layers of an encoder, and of a decoder", in(1, 1000));
    v("attention", attention, "How the decoder of an encoder-decoder attends to the source");
    v("heads", heads, "Number of heads of multi-head attention", in(1, 1 << 12));
    v("context", context, "Attend with the state after a token has been read, or with the one before it");
    v("input_feeding", input_feeding, "Give each step of the decoder what it read from the source last");
    v("copy", copy, "Let each step copy a token of the source in place of generating one");
    v("bidirectional", bidirectional, "Read the source of an encoder-decoder in both directions");
    v("max_length", max_length, "Longest sequence in tokens", in(1, 1 << 24));
    v("tie_embeddings", tie_embeddings, "Use the embedding as the output layer");
    v("pooling", pooling, "Which vector of an encoder's states a classifier takes for the text");
    v("forget_bias", forget_bias, "Bias of the forget gates of a new LSTM", in(-100, 100));
    v("dropout", dropout, "Dropout of embeddings, between layers and of the last states",
      at_least(0).below(1));
    v("locked_dropout", locked_dropout, "Drop the same channels for all tokens of a sequence");
    v("embedding_dropout", embedding_dropout,
      "Share of the vocabulary's tokens that are dropped in an update", at_least(0).below(1));
    v("characters", characters, "Channels of a letter, for a tagger that reads the letters of words too",
      in(0, 1 << 12));
    v("character_hidden", character_hidden, "Hidden units that read the letters in each direction",
      in(0, 1 << 12));
    v("alphabet", alphabet, "Letters that are known");
    special.visit(v);
  }
};

struct RecurrentModelConfig final : ConfigOf<RecurrentConfig> {
  RecurrentModelConfig(const RecurrentConfig& config = {});

  std::unique_ptr<ModelConfig> clone() const override;
  bool reads_source() const override { return body.form == RecurrentForm::encoder_decoder; }
  std::vector<HeadKind> heads() const override;
  void take_form(HeadKind head, bool reads_source) override;
  const std::string* alphabet() const override { return body.reads_letters() ? &body.alphabet : nullptr; }
  void set_alphabet(std::string_view letters) override { body.alphabet = letters; }
  std::string summary() const override;
  std::string why_useless(std::string_view option) const override;
  void validate() const override;
  const ModelType& type(const ModelType* preferred) const override;
  FittedBy fitted_by() const override { return FittedBy::gradients; }
  std::unique_ptr<Model> make() const override;
};

// The kinds "rnn", "lstm" and "gru", each with presets such as "lstm-small". The preset "lstm-tagger" reads
// letters and has a conditional random field (Lample et al. 2016).
const ModelType& rnn_type();
const ModelType& lstm_type();
const ModelType& gru_type();

}  // namespace hodhod
