// SPDX-License-Identifier: Apache-2.0
// How each token of a text was predicted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/tasks/generate.h"

namespace hodhod {

struct ScoredToken {
  std::string text;  // the part of the line that it stands for
  int64_t id = 0;
  bool unknown = false;
  TokenScore score = {};
};

// Calls visit(tokens) for each line of a text in which the model reads lines, and otherwise for each window
// of its greatest length, with the tokens that are scored there: windows that overlap (scoring_windows), or
// that go on with the state of the one before. The line end is a token where the model predicts it. Error
// when a score is not finite.
void score_tokens(const TextGenerator& generator, std::string_view text, Context& context,
                  const std::function<void(const std::vector<ScoredToken>&)>& visit);

}  // namespace hodhod
