// SPDX-License-Identifier: Apache-2.0
// The interface of every trained model: named parameters, a configuration, a head, and roles. A role is what
// a model can do: encode tokens, predict the next token. A task asks for a role, never for a class. A model
// returns null for a role that it does not have. Roles and head belong to the model and live as long as it.
//
//     const LanguageModel* lm = model.language_model();
//     check(lm != nullptr, "{}: this model does not predict the next token", model.name());
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/models/encoder.h"
#include "hodhod/models/heads.h"
#include "hodhod/models/language_model.h"
#include "hodhod/models/linear_form.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/sequence_to_sequence.h"
#include "hodhod/models/topics.h"
#include "hodhod/models/vectors.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

class BidirectionalLanguageModel;  // models/bidirectional_language_model.h
class Forecaster;                  // models/forecaster.h

// Functions of a parameter, by its name ("encoder.layer.0.self_attention.query.weight").
using ParameterFunction = std::function<void(const std::string& name, Tensor& parameter)>;
using ParameterChoice = std::function<bool(const std::string& name)>;

class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelConfig& config() const = 0;
  // What errors call the model: its directory if it was loaded from one, otherwise "the model".
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  // ---- roles ----
  // Tokens → hidden states. A sequence-to-sequence model encodes its source; a decoder gives its own states.
  virtual const Encoder* encoder() const { return nullptr; }
  // Predicts the next token. Null without a language-model head, and for a model that reads a source.
  virtual const LanguageModel* language_model() const { return nullptr; }
  // Predicts the next token, given a source. Null without a language-model head or without a source.
  virtual const SequenceToSequence* sequence_to_sequence() const { return nullptr; }
  // Predicts each token from both sides. Null for most models.
  virtual const BidirectionalLanguageModel* bidirectional_language_model() const { return nullptr; }
  // One vector for each word. Null for a model whose vectors depend on what stands around a word.
  virtual const Vectors* vectors() const { return nullptr; }
  // Texts as mixtures of topics.
  virtual const Topics* topics() const { return nullptr; }
  // Forecasts a series. Null for a model of tokens.
  virtual Forecaster* forecaster() { return nullptr; }
  const Forecaster* forecaster() const { return const_cast<Model*>(this)->forecaster(); }
  // What turns the hidden states into answers; NoHead if there is none. Tasks get it with head_as().
  virtual const Head& head() const = 0;
  // The embedding [V, C], for a head whose output layer is tied to it; undefined if the model has none.
  virtual Tensor embedding_table() const { return {}; }

  // The model as a linear one, if it is to be solved; none: it is trained by gradients.
  virtual std::optional<LinearForm> linear_form() { return std::nullopt; }

  // ---- parameters ----
  // Calls f for every parameter, the head's last. A tensor that is used in two places comes once.
  virtual void for_each_parameter(const ParameterFunction& f) = 0;
  // Sets the parameters for which `wanted` is true to initial values. Each draws from its own random stream,
  // derived from `rng` and its name, so its values do not depend on which others are drawn.
  virtual void initialise(const Rng& rng, const ParameterChoice& wanted) = 0;
  // The names of the parameters in each layer of the model's stack, from the input to the head; in an
  // encoder-decoder, the encoder's layers come before the decoder's. Fine-tuning can reinitialise the last of
  // these layers, or train them alone. Empty if the model has no stack of layers.
  virtual std::vector<std::vector<std::string>> layers() { return {}; }
  // ---- files of its own ----
  // What the model knows besides its parameters, such as the n-grams of a counted model, lies in files of its
  // directory. load_model() reads them after the parameters; save_model_files() writes them before
  // config.json.
  virtual void load_files(const std::string& /*directory*/) {}
  virtual void save_files(const std::string& /*directory*/) const {}

  // Lets the functions of nn/module.h visit a model like a layer.
  template <class V>
  void visit(V& v) {
    for_each_parameter([&](const std::string& name, Tensor& parameter) { v(name.c_str(), parameter); });
  }

 private:
  std::string name_ = "the model";
};

// A new model with initial values. Error when the options do not fit together (ModelConfig::validate).
std::unique_ptr<Model> make_model(const ModelConfig& config, const Rng& rng);

// The names of the parameters in the model's head, and in the layer that gives the head's labels (none if the
// head has no labels).
std::vector<std::string> head_parameters(const Model& model);
std::vector<std::string> label_parameters(const Model& model);

// The head if it is of this kind, otherwise null.
template <class Kind>
const Kind* head_as(const Model& model) {
  return std::get_if<Kind>(&model.head());
}

// Logits of a classifier [B, L], of a tagger [B, T, L], and of where a span starts and ends [B, T, 2]. Error
// when the model has another head.
Tensor classify(const Model& model, const TokenBatch& tokens, Context& context);
Tensor tag(const Model& model, const TokenBatch& tokens, Context& context);
Tensor find_span(const Model& model, const TokenBatch& tokens, Context& context);

// For implementers of models: Error, with the model's name, when a token id is outside `vocabulary`.
void check_tokens(const Model& model, const TokenBatch& tokens, int64_t vocabulary);

}  // namespace hodhod
