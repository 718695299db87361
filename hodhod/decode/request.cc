// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/request.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"

namespace hodhod {

int64_t most_new_tokens(const Prompt& prompt, const DecodeOptions& options) {
  int64_t most = options.max_new_tokens;
  if (prompt.max_new_tokens >= 0) most = std::min(most, prompt.max_new_tokens);
  if (options.max_length > 0)
    most = std::min(most, options.max_length - static_cast<int64_t>(prompt.target.size()));
  return most;
}

void check_prompt(const LanguageModel& model, const Prompt& prompt, const DecodeOptions& options,
                  std::string_view name) {
  const auto length = static_cast<int64_t>(prompt.target.size());
  check(length > 0, "decoding: {} is empty; begin it with the start token", name);
  check((options.slide_window && options.num_beams == 1) || length < model.max_length(),
        "decoding: {} has {} and the model takes {}; shorten it", name, count_of(length, "token"),
        model.max_length());
  check(options.max_length == 0 || length < options.max_length,
        "decoding: {} has {}, and `max_length` allows {} with those that are generated; raise it, or give "
        "`max_new_tokens` instead",
        name, count_of(length, "token"), options.max_length);
  for (int64_t token : prompt.target) {
    check(token >= 0 && token < model.vocabulary(),
          "decoding: token {} of {} is outside a vocabulary of {}; the tokenizer knows tokens that the model "
          "does not",
          token, name, model.vocabulary());
  }
}

}  // namespace hodhod
