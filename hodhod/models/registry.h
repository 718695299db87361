// SPDX-License-Identifier: Apache-2.0
// The kinds of models. A new kind is a file of its own and one line in registry.cc.
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

// How a model gets its parameters: by gradients, through the trainer, or by counting.
enum class Fitting { gradients, counting };

struct ReadConfig {
  std::unique_ptr<ModelConfig> config;
  std::vector<std::string> warnings = {};  // settings that are not used, a sentence each
};

// A kind of model: what config.json calls it, and how a directory of it is read and written.
class ModelType {
 public:
  virtual ~ModelType() = default;

  virtual std::string_view name() const = 0;  // "gpt2": model_type of config.json
  virtual Fitting fitting() const { return Fitting::gradients; }

  // Sizes by name ("gpt-small"), and their configurations.
  virtual std::vector<std::string> presets() const = 0;
  virtual std::unique_ptr<ModelConfig> preset(std::string_view preset) const = 0;

  // config.json, of which `path` opens the messages of errors and warnings. Every setting is used, known to
  // be harmless, named in a warning, or refused.
  virtual ReadConfig read(const Json& json, const std::string& path) const = 0;
  // Its members but for what the task adds. read(write(config)) gives the configuration back; where it would
  // not, ModelConfig::type() chooses another type.
  virtual Json write(const ModelConfig& config) const = 0;

  // How the tensors of model.safetensors correspond to parameters.
  virtual const TensorNames& tensor_names() const = 0;
  // Tensors that a file holds though they follow from the configuration.
  virtual NamedTensors constants(const ModelConfig&) const { return {}; }
};

// All of them. Of those that hold a configuration the first is the one that it is saved in.
std::span<const ModelType* const> model_types();
// By config.json's model_type; null if there is none.
const ModelType* find_model_type(std::string_view name);
// The same; the Error lists those known. `path` opens its message.
const ModelType& model_type_named(std::string_view name, const std::string& path);

// The configuration of a preset. Error that lists them, or names the one that was probably meant.
std::unique_ptr<ModelConfig> model_preset(std::string_view name);
std::vector<std::string> model_preset_names();

// While one lives, another kind of model is known as well: for programs that bring their own. To be made
// before other threads look kinds up.
class RegisteredType {
 public:
  explicit RegisteredType(const ModelType& type);
  ~RegisteredType();
  RegisteredType(const RegisteredType&) = delete;
  RegisteredType& operator=(const RegisteredType&) = delete;
};

}  // namespace hodhod
