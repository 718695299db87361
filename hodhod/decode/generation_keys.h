// SPDX-License-Identifier: Apache-2.0
// The keys of generation_config.json: which of them this program uses, and what becomes of the others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod {

enum class GenerationKey {
  heeded,       // changes how a text is decoded
  token,        // names a token: heeded too, but says nothing of how a text is decoded
  harmless,     // changes no text
  unsupported,  // would change a text, and is not done
  unknown,
};

GenerationKey generation_key(std::string_view key);

// Whether a value asks for nothing: null, no, an empty text or list, or the number that leaves texts as they
// are (0; 1 for factors and counts).
bool asks_for_nothing(std::string_view key, const Json& value);

// Of a config.json, which older releases of Transformers wrote these keys into: those that say something
// else than what everybody has who says nothing.
Json generation_part(const Json& config);

// One sentence for all keys of `json` that would change a text and do not; none if there are none.
std::vector<std::string> generation_warnings(const Json& json, const std::string& where);

}  // namespace hodhod
