// SPDX-License-Identifier: Apache-2.0
// Where the chat template of a model stands.
#pragma once

#include <string>

#include "hodhod/text/templates/chat_template.h"

namespace hodhod::text {

// The chat template of the model in a directory: chat_template.jinja, else `chat_template` in
// chat_template.json or tokenizer_config.json, a text or a list of texts with names, of which "default" is
// read. Error if there is none.
ChatTemplate read_chat_template(const std::string& directory);

}  // namespace hodhod::text
