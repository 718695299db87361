// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/patterns/json_pattern.h"

#include "hodhod/base/error.h"

namespace hodhod::text {

JsonPattern read_json_pattern(const Json& object, const std::string& where) {
  const Json* pattern = json_find(object, "pattern");
  check(pattern != nullptr, "{}: the key \"pattern\" is missing", where);
  if (pattern->is_string()) return {pattern->get<std::string>(), false};
  const std::string here = where + ": pattern";
  if (const Json* text = json_find(*pattern, "String")) return {json_as<std::string>(*text, here), false};
  if (const Json* regex = json_find(*pattern, "Regex")) return {json_as<std::string>(*regex, here), true};
  fail("{}: expected {{\"String\": …}} or {{\"Regex\": …}}", here);
}

const Json& json_list(const Json& object, std::string_view key, const std::string& where) {
  const Json* list = json_find(object, key);
  check(list != nullptr, "{}: the key \"{}\" is missing", where, key);
  check(list->is_array(), "{}: {}: expected a list", where, key);
  return *list;
}

}  // namespace hodhod::text
