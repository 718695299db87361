// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/lora_targets.h"

#include <array>

namespace hodhod::hf {
namespace {

struct Targets {
  std::string_view model_type;
  std::array<std::string_view, 4> names;  // the first empty one ends the list
};

// From TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING of PEFT (peft/utils/constants.py). PEFT has no
// entry for marian, mbart, longformer, distilbert and roformer; theirs are the queries and values, too.
constexpr auto kTargets = std::to_array<Targets>({{"marian", {"q_proj", "v_proj"}},
                                                  {"bart", {"q_proj", "v_proj"}},
                                                  {"mbart", {"q_proj", "v_proj"}},
                                                  {"m2m_100", {"q_proj", "v_proj"}},
                                                  {"bert", {"query", "value"}},
                                                  {"roberta", {"query", "value"}},
                                                  {"xlm-roberta", {"query", "value"}},
                                                  {"longformer", {"query", "value"}},
                                                  {"distilbert", {"q_lin", "v_lin"}},
                                                  {"roformer", {"query", "value"}},
                                                  {"t5", {"q", "v"}},
                                                  {"mt5", {"q", "v"}},
                                                  {"gpt2", {"c_attn"}},
                                                  {"llama", {"q_proj", "v_proj"}},
                                                  {"mistral", {"q_proj", "v_proj"}},
                                                  {"qwen2", {"q_proj", "v_proj"}},
                                                  {"qwen3", {"q_proj", "v_proj"}},
                                                  {"gemma", {"q_proj", "v_proj"}},
                                                  {"gemma2", {"q_proj", "v_proj"}},
                                                  {"phi", {"q_proj", "v_proj", "fc1", "fc2"}},
                                                  {"gpt_neox", {"query_key_value"}},
                                                  {"opt", {"q_proj", "v_proj"}},
                                                  {"falcon", {"query_key_value"}}});

}  // namespace

std::span<const std::string_view> lora_targets(std::string_view model_type) {
  for (const Targets& targets : kTargets) {
    if (targets.model_type != model_type) continue;
    size_t count = 0;
    while (count < targets.names.size() && !targets.names[count].empty()) ++count;
    return {targets.names.data(), count};
  }
  return {};
}

}  // namespace hodhod::hf
