// SPDX-License-Identifier: Apache-2.0
// What stands on a model in config.json: "architectures", and a classifier's or tagger's labels.
#pragma once

#include <span>

#include "hodhod/models/heads.h"
#include "hodhod/models/hf/config_reader.h"

namespace hodhod::hf {

struct HeadRule {
  std::string_view architecture;  // "BertForMaskedLM"
  HeadKind head;
};

// The head of the architecture that the file names, the first rule's where it names none. Error when it has
// another one: it would be read as what it is not.
void read_head(ConfigReader& reader, std::span<const HeadRule> rules, HeadOptions& head);
// Error when no rule has the model's head.
void write_head(std::span<const HeadRule> rules, const HeadOptions& head, Json& out);

}  // namespace hodhod::hf
