// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/generate_options.h"

namespace hodhod {

DecodeOptions GenerateOptions::applied_to(DecodeOptions options) const {
  const auto set = [](auto& option, const auto& wanted) {
    if (wanted) option = *wanted;
  };
  set(options.max_new_tokens, max_new_tokens);
  if (max_new_tokens) options.max_length = 0;
  set(options.do_sample, do_sample);
  set(options.temperature, temperature);
  set(options.top_k, top_k);
  set(options.top_p, top_p);
  set(options.num_beams, num_beams);
  set(options.seed, seed);
  if (!stop_strings.empty()) options.stop_strings = stop_strings;
  return options;
}

}  // namespace hodhod
