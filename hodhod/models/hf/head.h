// SPDX-License-Identifier: Apache-2.0
// The head in config.json: "architectures", and the labels of a classifier or tagger.
#pragma once

#include <span>

#include "hodhod/models/heads.h"
#include "hodhod/models/hf/config_reader.h"

namespace hodhod::hf {

// The head that an architecture has.
struct HeadRule {
  std::string_view architecture;  // "BertForMaskedLM"
  HeadKind head;
};

// Reads the head of the architecture that the file names, or the first rule's head if it names none. Error
// when the architecture is not in the rules: the model would be read as something that it is not.
void read_head(ConfigReader& reader, std::span<const HeadRule> rules, HeadOptions& head);
// Writes architecture and labels. Error when no rule has the model's head.
void write_head(std::span<const HeadRule> rules, const HeadOptions& head, Json& out);

}  // namespace hodhod::hf
