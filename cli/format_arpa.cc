// SPDX-License-Identifier: Apache-2.0
// N-grams in ARPA files, as KenLM and SRILM read and write them.
#include "cli/formats.h"
#include "hodhod/io/arpa.h"
#include "hodhod/tasks/arpa_directory.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {

Format arpa_format();

Format arpa_format() {
  return {.name = "arpa",
          .model = "n-grams",
          .recognises = is_arpa,
          .read = [](const std::string& file, const std::string& directory,
                     bool) { return arpa_to_directory(file, directory); },
          .write =
              [](const std::string& directory, const std::string& file) {
                const TextGenerator generator = TextGenerator::load(directory);
                write_arpa(*generator.model, *generator.tokenizer, file);
              }};
}

}  // namespace hodhod::cli
