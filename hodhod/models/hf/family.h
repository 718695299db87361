// SPDX-License-Identifier: Apache-2.0
// A Hugging Face family is a table: how its config.json corresponds to a Transformer's configuration, and its
// tensor names to parameter names. Where its head's tensors lie is said there too.
//
// A family holds a configuration exactly if reading what it wrote gives that back.
#pragma once

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

struct Family {
  std::string_view model_type;  // "gpt2"
  std::vector<std::string_view> presets;
  // What a config.json without settings describes.
  TransformerConfig (*defaults)();
  std::string_view activation;  // the key of the feed-forward's activation
  // Whether a classifier's pooler has the feed-forward's activation, rather than tanh.
  bool pooler_as_feed_forward = false;
  std::vector<KeyRule> keys;
  std::vector<HeadRule> heads;
  // What no pair of names says; `read` follows the pairs, and precedes tokens and head.
  void (*read)(ConfigReader& reader, TransformerConfig& config);
  void (*write)(const TransformerConfig& config, Json& out);
  TensorNames names;
  // Tensors that files hold though they follow from the configuration; none where this is null.
  NamedTensors (*constants)(const TransformerConfig& config) = nullptr;
};

const Family& marian();
const Family& bert();
const Family& roformer();
const Family& gpt2();
const Family& llama();

// All of them; those that are asked first whether they hold a model come first.
std::span<const Family* const> families();

// The families as kinds of models, in the same order.
std::span<const ModelType* const> types();
// The type of the first family that holds the model, `preferred` before the others; Error when none does,
// which names what the nearest one lacks.
const ModelType& type_for(const TransformerModelConfig& config, const ModelType* preferred = nullptr);

// `path` opens the messages of errors and warnings.
TransformerModelConfig read_config(const Family& family, const Json& json, const std::string& path,
                                   std::vector<std::string>& warnings);
Json write_config(const Family& family, const TransformerModelConfig& config);

}  // namespace hodhod::hf
