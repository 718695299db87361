// SPDX-License-Identifier: Apache-2.0
// What every trained thing is: parameters with names, a configuration, and roles. A task asks a model for a
// role and never for its class; a model gives null for a role that it has not.
//
//     const LanguageModel* lm = model.language_model();
//     check(lm != nullptr, "{}: this model does not predict the next token", model.name());
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/models/encoder.h"
#include "hodhod/models/heads.h"
#include "hodhod/models/language_model.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/sequence_to_sequence.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// What names of parameters stand for ("encoder.layer.0.self_attention.query.weight").
using ParameterFunction = std::function<void(const std::string& name, Tensor& parameter)>;
using ParameterChoice = std::function<bool(const std::string& name)>;

class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelConfig& config() const = 0;
  // What errors call it: its directory, of one that was loaded.
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  // ---- roles ----
  // Tokens → hidden states. Of a sequence-to-sequence model: of its source.
  virtual const Encoder* encoder() const { return nullptr; }
  // Predicts the next token. Null without a language-model head, and where a source is read.
  virtual const LanguageModel* language_model() const { return nullptr; }
  // The same, given a source.
  virtual const SequenceToSequence* sequence_to_sequence() const { return nullptr; }
  // What stands on the hidden states.
  virtual const Head& head() const = 0;
  // The embedding [V, C], for a head whose output layer is tied to it; undefined where there is none.
  virtual Tensor embedding_table() const { return {}; }

  // ---- parameters ----
  // Calls f for every parameter, the head's last. A tensor that is used in two places comes once.
  virtual void for_each_parameter(const ParameterFunction& f) = 0;
  // Draws the initial values of the parameters that are `wanted`. Each draws from a stream of its own, named
  // by its name, so it does not depend on which others are drawn.
  virtual void initialise(const Rng& rng, const ParameterChoice& wanted) = 0;
  // The names of the parameters of each layer of its stack, from the input to the head: those of which the
  // last may be begun anew in fine-tuning. Empty where it has no stack.
  virtual std::vector<std::vector<std::string>> layers() { return {}; }
  // Lets layers (nn/module.h) and models be visited alike.
  template <class V>
  void visit(V& v) {
    for_each_parameter([&](const std::string& name, Tensor& parameter) { v(name.c_str(), parameter); });
  }

 private:
  std::string name_ = "the model";
};

// A new model with initial values. Error when the options do not fit together.
std::unique_ptr<Model> make_model(const ModelConfig& config, const Rng& rng);

// The names of the parameters of the model's head, and of those among them that belong to its labels.
std::vector<std::string> head_parameters(const Model& model);
std::vector<std::string> label_parameters(const Model& model);

// The head if it is of this kind, else null.
template <class Kind>
const Kind* head_as(const Model& model) {
  return std::get_if<Kind>(&model.head());
}

// Logits of a classifier [B, L], and of a tagger [B, T, L]. Error when the model has another head.
Tensor classify(const Model& model, const TokenBatch& tokens, Context& context);
Tensor tag(const Model& model, const TokenBatch& tokens, Context& context);

// For kinds of models: Error, with the model's name, when a token is outside `vocabulary`.
void check_tokens(const Model& model, const TokenBatch& tokens, int64_t vocabulary);

}  // namespace hodhod
