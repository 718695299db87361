// SPDX-License-Identifier: Apache-2.0
// How an n-gram model comes to its probabilities: for each token which orders know its context, and how it
// backs off.
#pragma once

#include <set>

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

// The text as the model scores it: of a model of lines from <s> to </s>.
Reading read_counted(const Subject& subject, const ReadingOptions& options);
// Of `counting`. Error for a model that is not of n-grams.
Json counting_json(const Subject& subject, const Reading& reading, std::set<int64_t>& mentioned);

}  // namespace hodhod::look
