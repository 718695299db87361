// SPDX-License-Identifier: Apache-2.0
// A text as a bag of features, with what each adds to the scores of a linear model.
#pragma once

#include "hodhod/base/json.h"
#include "hodhod/look/reading.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

// The words for the page, and the features for the model.
Reading read_bag(const Subject& subject, const ReadingOptions& options);
// Of `bag`: value · weight for each label where the model is linear, so that with the biases they add up to
// the logits.
Json bag_json(const Subject& subject, const ReadingOptions& options);

}  // namespace hodhod::look
