// SPDX-License-Identifier: Apache-2.0
// About how many bytes of a page are not blocks of numbers: what the plan leaves for them. From shapes alone,
// and rather too many than too few.
#pragma once

#include <cstdint>

#include "hodhod/base/json.h"
#include "hodhod/look/cuts.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

// The page itself, what it says of the model, and for each of `tensors` why it is not there, or not exactly.
// What those that are there take in the index is the plan's (kIndexBytes).
int64_t bytes_of_index(const Subject& subject, const Json& model, int64_t tensors);
// The tokens of a text, their neighbours, and what the model answers.
int64_t bytes_of_pass(const Subject& subject, const Reading& reading, Cutting cutting);

}  // namespace hodhod::look
