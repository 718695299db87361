// SPDX-License-Identifier: Apache-2.0
// The head in config.json: "architectures", and the labels of a classifier or tagger.
#pragma once

#include <optional>
#include <span>

#include "hodhod/models/heads.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/transformer_config.h"

namespace hodhod::hf {

// The head that an architecture has.
struct HeadRule {
  std::string_view architecture;  // "BertForMaskedLM"
  HeadKind head;
  // The shape of a Transformer, if it is not the usual one of its family ("T5EncoderModel").
  std::optional<TransformerShape> shape = {};
};

// The rule of the architecture that the file names, or the first if it names none. Error when the
// architecture is not in the rules: the model would be read as something that it is not.
const HeadRule& head_rule(ConfigReader& reader, std::span<const HeadRule> rules);

// Reads the head that head_rule() gives, and its labels.
void read_head(ConfigReader& reader, std::span<const HeadRule> rules, HeadOptions& head);
// Writes architecture and labels. Error when no rule has the model's head.
void write_head(std::span<const HeadRule> rules, const HeadOptions& head, Json& out);

}  // namespace hodhod::hf
