// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/lines.h"

#include <memory>
#include <utility>

#include "hodhod/base/line_reader.h"

namespace hodhod {

text::LineSource lines_of(std::vector<std::string> paths) {
  struct Files {
    std::vector<std::string> paths;
    size_t next = 0;
    std::unique_ptr<LineReader> reader = nullptr;
  };
  const auto files = std::make_shared<Files>(Files{std::move(paths)});
  return [files](std::string& line) {
    while (true) {
      if (!files->reader && files->next == files->paths.size()) return false;
      if (!files->reader) files->reader = std::make_unique<LineReader>(files->paths[files->next++]);
      if (const auto found = files->reader->next()) {
        line = *found;
        return true;
      }
      files->reader.reset();
    }
  };
}

text::LineSource lines_of(std::string path) { return lines_of(std::vector<std::string>{std::move(path)}); }

text::LineSource lines_in(std::vector<std::string> texts) {
  const auto left = std::make_shared<std::pair<std::vector<std::string>, size_t>>(std::move(texts), 0);
  return [left](std::string& line) {
    auto& [all, next] = *left;
    if (next == all.size()) return false;
    line = all[next++];
    return true;
  };
}

}  // namespace hodhod
