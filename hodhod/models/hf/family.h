// SPDX-License-Identifier: Apache-2.0
// A Hugging Face family, described by a table: how its config.json corresponds to a Transformer's
// configuration, and how its tensor names correspond to our parameter names, including those of the heads.
//
// A family can hold a configuration exactly if reading back what it writes gives the same configuration.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/tensor_names.h"
#include "hodhod/models/transformer_model.h"

namespace hodhod::hf {

// The setting for the dropout of one kind of head. Heads of other kinds have the model's.
struct HeadDropout {
  std::string_view setting;
  HeadKind head;
  double otherwise;  // where a config.json is silent
};

struct Family {
  std::string_view model_type;  // "gpt2"
  std::vector<std::string_view> presets;
  // The configuration that a config.json without settings describes.
  TransformerConfig (*defaults)();
  std::string_view activation;  // the setting for the feed-forward's activation
  // The activation of a classifier's pooler; none: that of the feed-forward.
  std::optional<kernels::Activation> pooler_activation = kernels::Activation::tanh;
  bool pooler_dropout = false;  // whether a classifier has dropout before its pooler too
  std::vector<KeyRule> keys;
  std::vector<HeadRule> heads;
  // Handle the settings that `keys` cannot express. `read` runs after `keys`, and before special tokens and
  // head.
  void (*read)(ConfigReader& reader, TransformerConfig& config);
  void (*write)(const TransformerConfig& config, Json& out);
  TensorNames names = {};
  // Takes the place of `names` where they depend on the configuration. Null: they do not.
  TensorNames (*names_of)(const TransformerConfig& config) = nullptr;
  // Further tensors that are saved although they follow from the configuration. Null: there are none.
  NamedTensors (*constants)(const TransformerConfig& config) = nullptr;
  // Of heads with a setting of their own. `keys` has that of the other heads with labels, if there is one.
  std::vector<HeadDropout> head_dropouts = {};
};

const Family& marian();
const Family& bart();
const Family& mbart();
const Family& m2m100();
const Family& bert();
const Family& roberta();
const Family& xlm_roberta();
const Family& longformer();
const Family& distilbert();
const Family& roformer();
const Family& t5();
const Family& mt5();
const Family& gpt2();
const Family& llama();
const Family& mistral();
const Family& qwen2();
const Family& qwen3();
const Family& gemma();
const Family& gemma2();
const Family& phi();
const Family& gpt_neox();
const Family& opt();
const Family& falcon();

// All families, in the order in which they are asked whether they can hold a model.
std::span<const Family* const> families();

// The families as types of models, in the same order.
std::span<const ModelType* const> types();
// The type of the first family that can hold the model; `preferred` is tried before the others. Error when
// none can; it names what the nearest family lacks.
const ModelType& type_for(const TransformerModelConfig& config, const ModelType* preferred = nullptr);

// Reads a config.json of the family and sets `warnings`. Messages begin with `path`. Error when a setting is
// invalid or not supported, or when the options do not fit together.
TransformerModelConfig read_config(const Family& family, const Json& json, const std::string& path,
                                   std::vector<std::string>& warnings);
// The same from a reader of the file, whose warnings remain there.
TransformerModelConfig read_config(const Family& family, ConfigReader& reader);
// The config.json of a configuration that the family can hold.
Json write_config(const Family& family, const TransformerModelConfig& config);

}  // namespace hodhod::hf
