// SPDX-License-Identifier: Apache-2.0
// A Hugging Face family is a table: how its config.json corresponds to TransformerConfig, and its tensor
// names to parameter names.
//
// A family holds a model if reading what it writes of its configuration gives that back, but for what matters
// in training alone.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/head.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

enum class Layout {
  same,
  transposed,  // theirs is [in, out], ours [out, in]
  row,         // theirs is [1, n], ours [n]
};

// "{}" stands for a layer's number, the same on both sides. Where one of their tensors holds several of ours
// (query, key and value packed along the output), each of ours is part `part` of `parts`. Of several rules
// for one of ours, it is stored by the first that holds, and read by the first whose tensor is there; the
// others are copies of it.
struct NameRule {
  std::string ours;
  std::string theirs;
  Layout layout = Layout::same;
  int part = 0;
  int parts = 1;
  std::string unless = {};   // the rule does not hold for a model that has this parameter
  std::string only_if = {};  // nor for one that lacks this one
};

struct Family {
  std::string_view model_type;  // "gpt2"
  // What a config.json without settings describes.
  TransformerConfig (*defaults)();
  std::string_view activation;  // the key of the feed-forward's activation
  std::vector<KeyRule> keys;
  std::vector<HeadRule> heads;
  // What no pair of names says; `read` follows the pairs, and precedes tokens and head.
  void (*read)(ConfigReader& reader, TransformerConfig& config);
  void (*write)(const TransformerConfig& config, Json& out);
  std::vector<std::string_view> prefixes;  // that names in a file may lack ("transformer.")
  std::vector<NameRule> names;
  // Tensors that files hold and no model needs: masks and tables that are computed.
  std::vector<std::string> needless;
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
// By config.json's model_type; Error lists those known.
const Family& family_named(std::string_view model_type, const std::string& path);
// The first that holds the model, `preferred` before the others; Error when none does, which names what the
// nearest one lacks.
const Family& family_for(const TransformerConfig& config, const Family* preferred = nullptr);

struct ReadConfig {
  TransformerConfig config;
  std::vector<std::string> warnings;  // settings that are not used, …
};
// `path` opens the messages of errors and warnings.
ReadConfig read_config(const Family& family, const Json& json, const std::string& path);
Json write_config(const Family& family, const TransformerConfig& config);

}  // namespace hodhod::hf
