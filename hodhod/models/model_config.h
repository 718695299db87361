// SPDX-License-Identifier: Apache-2.0
// What a model is made from, as data: it can be looked at and changed before anything of the model's size is
// allocated.
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

namespace hodhod {

class Model;
class ModelType;

class ModelConfig {
 public:
  virtual ~ModelConfig() = default;
  virtual std::unique_ptr<ModelConfig> clone() const = 0;

  // ---- what every kind has ----
  virtual int64_t vocabulary() const = 0;  // V, of the target where there are two
  virtual int64_t source_vocabulary() const { return vocabulary(); }
  virtual int64_t max_length() const = 0;  // longest sequence in tokens
  virtual int64_t width() const = 0;       // C of the hidden states
  virtual const SpecialIds& special() const = 0;
  virtual void set_vocabulary(int64_t vocabulary) = 0;
  virtual void set_max_length(int64_t length) = 0;
  virtual void set_special(const SpecialIds& special) = 0;
  // Whether it is a sequence-to-sequence model: it reads a source.
  virtual bool reads_source() const = 0;
  // The heads that it can carry; the first is the usual one.
  virtual std::vector<HeadKind> heads() const = 0;
  // Of a kind whose form is free, such as a recurrent network: takes the form that a new model with such a
  // head needs. The form of a Transformer is part of its preset.
  virtual void take_form(HeadKind, bool /*reads_source*/) {}

  // Its form and sizes in a line: "decoder, 12 layers, width 768".
  virtual std::string summary() const = 0;

  HeadOptions head;

  // ---- options by name ----
  // All options, those of the head last. They point into this.
  virtual std::vector<Field> fields() = 0;
  // Sets an option from "NAME=VALUE" ("dropout=0.2"). Error when there is none of that name, when the value
  // is out of range, and when the option does nothing for this model; its message begins with "`model` NAME".
  void change(std::string_view assignment);
  // Why an option would do nothing ("the model is a decoder and has no such layers"); empty where it does
  // something.
  virtual std::string why_useless(std::string_view option) const = 0;

  // Error when the options do not fit together; it names the option and the values.
  virtual void validate() const = 0;
  // The type that a directory of this model has: `preferred` where it holds it, else the first that does.
  // Error when none does, which names what the nearest one lacks.
  virtual const ModelType& type(const ModelType* preferred = nullptr) const = 0;

  // A model whose parameters have memory and no values yet.
  virtual std::unique_ptr<Model> make() const = 0;
  // One on the device `shapes`: it takes no memory; to be visited, asked for its roles, and run to count what
  // it would do.
  std::unique_ptr<Model> make_shapes() const;
};

// Error when a directory cannot hold the model: to be known before it is trained, not when it is saved.
void check_storable(const ModelConfig& config);

// "a sequence-to-sequence model with a language-model head", for messages.
std::string description_of(const ModelConfig& config);

// A ModelConfig around a struct of options, which has `visit`, `validate`, and the members vocabulary,
// max_length, width and special. A kind of model says the rest.
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
