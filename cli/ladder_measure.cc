// SPDX-License-Identifier: Apache-2.0
#include "cli/ladder_measure.h"

#include <algorithm>
#include <filesystem>

#include "hodhod/base/error.h"
#include "hodhod/nn/module.h"

namespace hodhod::cli {

void check_files(const std::string& option, const std::vector<std::string>& paths, bool required) {
  check(!required || !paths.empty(), "--{} is missing: files to read", option);
  for (const std::string& path : paths) {
    check(std::filesystem::exists(path), "--{} {}: there is no such file", option, path);
    check(std::filesystem::is_regular_file(path),
          "--{} {}: every rung reads it, and it can be read once only; give a file", option, path);
  }
}

std::vector<std::pair<std::string, std::string>> files_of(
    const std::vector<std::pair<std::string, std::vector<std::string>>>& options) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [option, paths] : options) {
    for (const std::string& path : paths) files.emplace_back(option, path);
  }
  return files;
}

void set_size(Model& model, LadderRung& rung) {
  rung.parameters = parameter_count(model);
  rung.summary = model.config().summary();
}

int64_t characters_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace hodhod::cli
