// SPDX-License-Identifier: Apache-2.0
// A Hugging Face family is a table: how its config.json corresponds to TransformerConfig, and its tensor
// names to parameter names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

enum class Layout {
  same,
  transposed,  // theirs is [in, out], ours [out, in]
  row,         // theirs is [1, n], ours [n]
};

// "{}" stands for a layer's number, the same on both sides. Where one of their tensors holds several of ours
// (query, key and value packed along the output), each of ours is part `part` of `parts`.
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
  std::string_view model_type;             // "gpt2"
  std::vector<std::string_view> prefixes;  // that a file may lack ("transformer.")
  std::vector<NameRule> names;
  // `where` opens the messages of errors.
  TransformerConfig (*read_config)(const Json& config, const std::string& where);
  void (*write_config)(const TransformerConfig& config, Json& out);
  // Whether this family can hold a model with these options.
  bool (*fits)(const TransformerConfig& config);
};

// The head of a decoder by "architectures": a classifier (…ForSequenceClassification) or a language model;
// its labels.
void read_decoder_head(const Json& json, TransformerConfig& config, const std::string& where);
void write_decoder_head(const TransformerConfig& config, const std::string& prefix,
                        const std::string& language_model, Json& json);

const Family& marian();
const Family& bert();
const Family& roformer();
const Family& gpt2();
const Family& llama();

// All of them; those that `fits` asks first come first.
std::span<const Family* const> families();
// By config.json's model_type; Error lists those known.
const Family& family_named(std::string_view model_type, const std::string& where);
// The first that can hold the model; Error when none can.
const Family& family_for(const TransformerConfig& config);

}  // namespace hodhod::hf
