// SPDX-License-Identifier: Apache-2.0
// What an answer would be if the model did not see a token, or if one link of attention were cut, in all
// layers and heads: the effect beside the weight, since a weight of attention is no reason.
#pragma once

#include <cstdint>

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"
#include "hodhod/look/target.h"

namespace hodhod::look {

enum class Cutting { automatic, on, off };

// Of `cuts`; null if they are not made. Of a Transformer every token is hidden from all queries, and of the
// links those to the answer's own place are cut, or all of them where texts are short. A recurrent model
// reads the text without the token: its state goes on as if the step were not there, and where the answer is
// the next token of the hidden one, it comes from the state before. It has no links, and a tag has no effect
// of hiding its own word. automatic: if the passes take at most kCutOperations, by the shapes alone, so that
// a page does not depend on the machine.
inline constexpr double kCutOperations = 1e11;
// Tokens of texts, source and target together, up to which all links are cut.
inline constexpr int64_t kShortTexts = 48;
int64_t most_cuts(const Subject& subject, const Reading& reading,
                  Cutting cutting);  // how many it has at most
Json cuts_json(const Subject& subject, const Reading& reading, const Target& target, Cutting cutting);

}  // namespace hodhod::look
