// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/packed_attention.h"

namespace hodhod::hf {

std::vector<NameRule> packed_by_key_head(const TransformerConfig& config, const std::string& theirs) {
  const StackSizes sizes = config.sizes_of_decoder();
  const int64_t queries = sizes.heads / sizes.kv_heads;
  struct Part {
    const char* name;
    int64_t first, count;
  };
  std::vector<NameRule> rules;
  for (const Part& part :
       {Part{"query", 0, queries}, Part{"key", queries, 1}, Part{"value", queries + 1, 1}}) {
    for (const char* kind : {"weight", "bias"}) {
      rules.push_back({.ours = std::string("decoder.layer.{}.self_attention.") + part.name + "." + kind,
                       .theirs = theirs + kind,
                       .part = part.first,
                       .parts = queries + 2,
                       .count = part.count,
                       .groups = sizes.kv_heads});
    }
  }
  return rules;
}

}  // namespace hodhod::hf
