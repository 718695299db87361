// SPDX-License-Identifier: Apache-2.0
// The configuration of a model, as data. It can be inspected and changed before anything of the model's size
// is allocated.
//
//     std::unique_ptr<ModelConfig> config = model_preset("gpt-tiny");
//     config->set_vocabulary(8000);
//     config->change("dropout=0.2");
//     std::unique_ptr<Model> model = make_model(*config, Rng(1));
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/visit.h"
#include "hodhod/models/heads.h"
#include "hodhod/models/special_ids.h"
#include "hodhod/models/text_features.h"

namespace hodhod {

class Model;
class ModelType;

// How a model gets its parameters: by gradients, in the trainer (train/trainer.h), or by counting, sweeping
// or solving (train/fitting.h).
enum class FittedBy { gradients, fitting };

// Each kind of model derives its own configuration, usually through ConfigOf below.
class ModelConfig {
 public:
  virtual ~ModelConfig() = default;
  virtual std::unique_ptr<ModelConfig> clone() const = 0;

  // ---- what every kind has ----
  virtual int64_t vocabulary() const = 0;  // V; that of the target if there are two
  virtual int64_t source_vocabulary() const { return vocabulary(); }
  virtual int64_t max_length() const = 0;  // longest sequence in tokens
  virtual int64_t width() const = 0;       // C of the hidden states
  virtual const SpecialIds& special() const = 0;
  virtual void set_vocabulary(int64_t vocabulary) = 0;
  virtual void set_max_length(int64_t length) = 0;
  virtual void set_special(const SpecialIds& special) = 0;
  // Whether the model reads a source, that is, whether it is a sequence-to-sequence model.
  virtual bool reads_source() const = 0;
  // Whether a text is read as lines that do not depend on each other. Each begins after the token `bos` and
  // ends with `eos`. Otherwise a text is one sequence.
  virtual bool reads_lines() const { return false; }
  // The heads that this model can have; the first is the usual one.
  virtual std::vector<HeadKind> heads() const = 0;
  // Chooses the form (encoder, decoder, encoder–decoder) that a new model with this head needs, if the kind
  // leaves the form open, as recurrent networks do. Otherwise does nothing: a Transformer's form is part of
  // its preset.
  virtual void take_form(HeadKind, bool /*reads_source*/) {}

  // Whether the model reads a text as features of its words (text_features.h) rather than as tokens.
  virtual bool reads_features() const { return false; }
  // The features; null before they are learned, and for a model of tokens.
  virtual const TextFeatures* features() const { return nullptr; }
  // Before a new model is made: learns its features from the words of the texts that it is trained on, and
  // takes their number for its vocabulary. Does nothing for a model of tokens.
  virtual void learn_features(const WordSource&) {}

  // The letters that the model knows, if it reads those of words beside its tokens (models/letters.h), in
  // UTF-8; empty before they are learned. Null for a model that reads tokens alone.
  virtual const std::string* alphabet() const { return nullptr; }
  virtual void set_alphabet(std::string_view /*letters*/) {}

  // Its form and sizes on one line: "decoder, 12 layers, width 768".
  virtual std::string summary() const = 0;

  HeadOptions head;  // usually set by the task

  // ---- options by name ----
  // All options; those of the head come last. The fields point into this object.
  virtual std::vector<Field> fields() = 0;
  // Sets an option from "NAME=VALUE" ("dropout=0.2"). Error when there is no option of that name, when the
  // value is out of range, or when the option has no effect in this model. The message begins with "`model`"
  // and the option. Does not check that the options fit together: see validate().
  void change(std::string_view assignment);
  // Why an option has no effect ("the model is a decoder and has no such layers"); empty if it has one.
  virtual std::string why_useless(std::string_view option) const = 0;

  // Error when the options do not fit together. It names the option and the values.
  virtual void validate() const = 0;
  // The type that this model is saved as: `preferred` if it can hold the configuration (ModelType::write),
  // otherwise the first type that can. Error when none can; it names what the nearest type lacks.
  virtual const ModelType& type(const ModelType* preferred = nullptr) const = 0;
  // That of its type.
  virtual FittedBy fitted_by() const;
  // Whether its layers can be computed again in the backward pass (Context::recompute).
  virtual bool recomputes() const { return false; }

  // A model whose parameters have memory but no values yet. Error as from validate().
  virtual std::unique_ptr<Model> make() const = 0;
  // The model on the device `shapes`, where it takes no memory. Its parameters have names and shapes, and it
  // can be run to count operations and bytes.
  std::unique_ptr<Model> make_shapes() const;
};

// Error when the options do not fit together or no type can hold the model. Called before training, so that
// this is not found out only when the model is saved.
void check_storable(const ModelConfig& config, const ModelType* preferred = nullptr);

// "a sequence-to-sequence model", "a classifier": what the model is, in messages. Translators and models that
// write summaries are alike.
std::string description_of(const ModelConfig& config);

// A ModelConfig around a struct of options. The struct has `visit` and the members vocabulary, max_length,
// width and special. The derived class implements the remaining functions.
template <class Options>
class ConfigOf : public ModelConfig {
 public:
  explicit ConfigOf(Options options) : body(std::move(options)) {}

  int64_t vocabulary() const override { return body.vocabulary; }
  int64_t max_length() const override { return body.max_length; }
  int64_t width() const override { return body.width; }
  const SpecialIds& special() const override { return body.special; }
  void set_vocabulary(int64_t vocabulary) override { body.vocabulary = vocabulary; }
  void set_max_length(int64_t length) override { body.max_length = length; }
  void set_special(const SpecialIds& special) override { body.special = special; }
  std::vector<Field> fields() override {
    std::vector<Field> all = fields_of(body);
    for (Field& field : fields_of(head)) all.push_back(std::move(field));
    return all;
  }
  std::string why_useless(std::string_view) const override { return ""; }

  Options body;
};

}  // namespace hodhod
