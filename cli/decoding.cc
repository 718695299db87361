// SPDX-License-Identifier: Apache-2.0
#include "cli/decoding.h"

#include "cli/models.h"
#include "hodhod/decode/generation_config.h"

namespace hodhod::cli {

void add_decoding(Command& command, DecodeOptions& options) {
  command.add_config(options, "Decoding");
  command.add("--stop", options.stop_strings, "End the text before this one; may be given several times")
      .repeated()
      .in("Decoding");
}

void read_decoding(const Command& command, const std::string& directory, DecodeOptions& options) {
  const DecodeOptions given = options;
  const GenerationConfig config = read_generation_config(directory, given);
  print_warnings(config.warnings);
  options = config.options;
  command.keep_given(options, given);
  if (command.was_given("--stop")) options.stop_strings = given.stop_strings;
  const bool total = command.was_given("--max-length"), fresh = command.was_given("--max-new-tokens");
  if (total && !fresh) options.max_new_tokens = kNoLimit;
  if (fresh && !total) options.max_length = 0;
}

}  // namespace hodhod::cli
