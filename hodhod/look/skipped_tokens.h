// SPDX-License-Identifier: Apache-2.0
// What a recurrent model answers when it does not read a token: the text without it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"
#include "hodhod/look/target.h"

namespace hodhod::look {

// Whether the target's place has an answer without a token of the source (or text), or of what the decoder
// reads: something is left to read, and a tag still has its word.
bool can_skip(const Subject& subject, const Reading& reading, const Target& target, bool in_decoder,
              int64_t token);

// The outcome without each of `tokens`, all of one stack. The answer's place moves with the tokens before it;
// without the token of the place itself, it is the place before. Each has the bits of a pass of its own.
std::vector<Outcome> outcomes_without(const Subject& subject, const Reading& reading, const Target& target,
                                      bool in_decoder, std::span<const int64_t> tokens);

}  // namespace hodhod::look
