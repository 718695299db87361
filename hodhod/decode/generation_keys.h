// SPDX-License-Identifier: Apache-2.0
// The keys of generation_config.json: which of them this program uses, and what the others are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod {

enum class GenerationKey {
  used,         // changes how a text is decoded
  token,        // names a token: used as well, but does not say how a text is decoded
  harmless,     // changes no text
  unsupported,  // would change texts, and is not implemented
  unknown,
};

GenerationKey generation_key(std::string_view key);
// Those that are known.
std::vector<std::string_view> generation_key_names();

// Whether a value changes nothing: null, false, an empty text or list, or the number that leaves texts as
// they are (0; 1 for factors and counts).
bool asks_for_nothing(std::string_view key, const Json& value);

// The keys of generation in a config.json, where older releases of Transformers wrote them, without those
// that have their default value.
Json generation_part(const Json& config);

// One sentence about all keys of `json` that would change texts and are not implemented; none without such
// keys.
std::vector<std::string> generation_warnings(const Json& json, const std::string& where);

}  // namespace hodhod
