// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/chat_template_file.h"

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"

namespace hodhod::text {
namespace {

// The text under `chat_template`.
std::string default_template(const Json& value, const std::string& where) {
  if (!value.is_array()) return json_as<std::string>(value, where);
  std::string names;
  for (const Json& one : value) {
    const auto name = json_get<std::string>(one, "name", where);
    if (name == "default") return json_get<std::string>(one, "template", where);
    names += (names.empty() ? "" : ", ") + name;
  }
  fail("{}: none of the templates is called \"default\"; there are {}", where,
       names.empty() ? "none" : names);
}

}  // namespace

ChatTemplate read_chat_template(const std::string& directory) {
  const std::string alone = join_path(directory, "chat_template.jinja");
  if (file_exists(alone)) return {read_file(alone), alone};
  for (const char* file : {"chat_template.json", "tokenizer_config.json"}) {
    const std::string path = join_path(directory, file), where = path + ": chat_template";
    if (!file_exists(path)) continue;
    const Json json = read_json(path);
    const Json* found = json.find("chat_template");
    if (found != nullptr && !found->is_null()) return {default_template(*found, where), where};
  }
  fail(
      "{}: this model has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json), "
      "so "
      "it was not trained on conversations; continue a text instead",
      directory);
}

}  // namespace hodhod::text
