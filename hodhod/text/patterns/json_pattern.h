// SPDX-License-Identifier: Apache-2.0
// Members that several parts of tokenizer.json share.
#pragma once

#include <string>

#include "hodhod/base/json.h"

namespace hodhod::text {

// {"pattern": {"String": "…"}} or {"pattern": {"Regex": "…"}}; a bare string is a String.
struct JsonPattern {
  std::string pattern;
  bool is_regex = false;
};
JsonPattern read_json_pattern(const Json& object, const std::string& where);

// The member `key`, which must be a list.
const Json& json_list(const Json& object, std::string_view key, const std::string& where);

}  // namespace hodhod::text
