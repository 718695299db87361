// SPDX-License-Identifier: Apache-2.0
// Models of llama2.c, such as stories15M.bin.
#include "cli/formats.h"
#include "hodhod/tasks/llama2c_directory.h"

namespace hodhod::cli {

Format llama2c_format();

Format llama2c_format() {
  return {.name = "llama2c",
          .model = "a small Llama",
          .recognises = is_llama2c,
          .read = [](const std::string& file, const std::string& directory, bool) {
            return llama2c_to_directory(file, directory);
          }};
}

}  // namespace hodhod::cli
