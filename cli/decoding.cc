// SPDX-License-Identifier: Apache-2.0
#include "cli/decoding.h"

#include "hodhod/decode/generation_config.h"

namespace hodhod::cli {

void read_decoding(const Command& command, const std::string& directory, DecodeOptions& options) {
  const DecodeOptions given = options;
  options = read_generation_config(directory, given);
  command.keep_given(options, given);
}

}  // namespace hodhod::cli
