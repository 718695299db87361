// SPDX-License-Identifier: Apache-2.0
// What adapter_config.json says: the settings of a low-rank adapter in the layout of Hugging Face's PEFT
// (github.com/huggingface/peft, class LoraConfig).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod {

struct AdapterConfig {
  std::string base = {};         // base_model_name_or_path: a directory
  int64_t rank = 8;              // r
  double alpha = 8;              // lora_alpha
  double dropout = 0;            // lora_dropout
  bool rank_stabilised = false;  // use_rslora
  bool dora = false;             // use_dora: sizes and directions of weights (Liu et al. 2024)
  // rank_pattern and alpha_pattern: what layers have whose names end so, in place of r and lora_alpha.
  Json ranks = Json::object(), alphas = Json::object();
  bool transposed = false;                // fan_in_fan_out: the base stores its weights as [in, out]
  std::vector<std::string> targets = {};  // target_modules, if it is a list
  std::vector<std::string> saved = {};    // modules_to_save: parts of the model that the adapter brings whole
  std::string task_type = {};             // "SEQ_CLS"; empty if none is given

  // What an adapter of this rank is multiplied by in the layer of this name in the base's files: α / r, or
  // α / √r.
  double scale(int64_t rank, std::string_view layer) const;
};

// The adapter of a model that is saved as an adapter.
struct ModelAdapter {
  AdapterConfig config;
  std::vector<std::string> trained = {};  // our names of the parameters that it brings whole
  bool merged = false;                    // save the whole model, with the adapter in its weights
};

constexpr const char* kAdapterConfig = "adapter_config.json";
constexpr const char* kAdapterWeights = "adapter_model.safetensors";

// Whether a directory holds an adapter, rather than a whole model beside which an adapter may lie.
bool is_adapter_directory(const std::string& directory);
// The file of an adapter's weights: adapter_model.safetensors, or PEFT's older adapter_model.bin; empty if
// there is none.
std::string adapter_weights_in(const std::string& directory);
// Reads DIRECTORY/adapter_config.json. Error when it is damaged, or describes what is not supported: another
// method than LoRA or DoRA, trained biases, initial values that change the base, or a
// setting that is not known.
AdapterConfig read_adapter_config(const std::string& directory);
// The same settings as PEFT writes them.
Json adapter_config_json(const AdapterConfig& config);
// The directory of an adapter's base: the path as it is given, or relative to the adapter's directory. Error
// when there is none.
std::string find_adapter_base(const std::string& directory, const AdapterConfig& config);

}  // namespace hodhod
