// SPDX-License-Identifier: Apache-2.0
// Confusion of labels.
#pragma once

#include <string>

#include "hodhod/base/json.h"
#include "hodhod/train/metrics/classification.h"

namespace hodhod::cli {

// {gold: {predicted: count}}, without zeros.
Json confusion_json(const metrics::ClassificationScore& score);

// A table with a row for each gold label and a column for each predicted one; for many labels, the most
// frequent mistakes.
std::string confusion_text(const metrics::ClassificationScore& score);

}  // namespace hodhod::cli
