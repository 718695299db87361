// SPDX-License-Identifier: Apache-2.0
// The kinds of models. A new kind is added in its own files, with one line in registry.cc.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/tensor_names.h"

namespace hodhod {

struct ReadConfig {
  std::unique_ptr<ModelConfig> config;
  std::vector<std::string> warnings = {};  // about settings that are not used, a sentence each
};

// A kind of model: its name in config.json, its presets, and how its directories are read and written. Types
// are constant objects, which everyone refers to by pointer or reference.
class ModelType {
 public:
  virtual ~ModelType() = default;

  virtual std::string_view name() const = 0;  // "gpt2": model_type in config.json
  virtual FittedBy fitted_by() const { return FittedBy::gradients; }

  // The names of its presets ("gpt-small"), and the configuration of one of them. Their names must be unique
  // among all types.
  virtual std::vector<std::string> presets() const = 0;
  virtual std::unique_ptr<ModelConfig> preset(std::string_view preset) const = 0;

  // The configuration that a config.json describes. Every setting is used, known to be harmless, named in a
  // warning, or refused with an Error. Messages begin with `path`.
  virtual ReadConfig read(const Json& json, const std::string& path) const = 0;
  // The config.json of a configuration, without the members that the task adds (config_json.h). read() must
  // give the same configuration back; ModelConfig::type() chooses this type only where that is so.
  virtual Json write(const ModelConfig& config) const = 0;

  // How the tensors in model.safetensors correspond to the parameters of a model with this configuration;
  // usually, they have the same names.
  virtual TensorNames tensor_names(const ModelConfig&) const { return {}; }
  // Further tensors that are saved although they follow from the configuration.
  virtual NamedTensors constants(const ModelConfig&) const { return {}; }
};

// All types. If several can hold a configuration, it is saved as the first of them.
std::span<const ModelType* const> model_types();
// The type with this name (model_type in config.json); null if there is none.
const ModelType* find_model_type(std::string_view name);
// The same, or an Error that lists the known names. Its message begins with `path`.
const ModelType& model_type_named(std::string_view name, const std::string& path);

// The configuration of a preset. For an unknown name, an Error suggests the nearest one or lists all.
std::unique_ptr<ModelConfig> model_preset(std::string_view name);
std::vector<std::string> model_preset_names();

// Registers a further type for as long as this object lives, for programs with their own kinds of models. The
// type must outlive it. Such objects must be neither made nor destroyed while other threads use the registry.
class RegisteredType {
 public:
  explicit RegisteredType(const ModelType& type);
  ~RegisteredType();
  RegisteredType(const RegisteredType&) = delete;
  RegisteredType& operator=(const RegisteredType&) = delete;

 private:
  const ModelType* type_;
};

}  // namespace hodhod
