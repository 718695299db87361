// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/origin.h"

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

constexpr uint64_t kMaxSettingsBytes = 16 << 20;
constexpr const char* kFurtherFiles[] = {"chat_template.jinja", "chat_template.json",
                                         "preprocessor_config.json", "processor_config.json"};

}  // namespace

ModelOrigin read_origin(const std::string& directory, Json config) {
  ModelOrigin origin;
  origin.config = std::move(config);
  const std::string generation = join_path(directory, "generation_config.json");
  if (file_exists(generation)) {
    origin.generation = read_json(generation);
    check(origin.generation.is_object(), "{}: expected an object", generation);
  }
  for (const char* name : kFurtherFiles) {
    const std::string path = join_path(directory, name);
    if (file_exists(path)) origin.files.emplace_back(name, read_file(path, kMaxSettingsBytes));
  }
  return origin;
}

}  // namespace hodhod
