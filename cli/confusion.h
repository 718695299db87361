// SPDX-License-Identifier: Apache-2.0
// How `evaluate` shows a score for each label, and which labels are confused.
#pragma once

#include <map>
#include <string>

#include "hodhod/base/json.h"
#include "hodhod/train/metrics/classification.h"

namespace hodhod::cli {

// Precision, recall and F1 with a row for each label.
struct ByLabel {
  Json json = Json::object();
  std::string table;  // each row begins with a line break

  explicit ByLabel(const std::map<std::string, metrics::PrecisionRecall>& labels);
};

// {gold: {predicted: count}}, without zeros.
Json confusion_json(const metrics::ClassificationScore& score);

// A table with a row for each gold label and a column for each predicted one; for many labels, the most
// frequent mistakes.
std::string confusion_text(const metrics::ClassificationScore& score);

}  // namespace hodhod::cli
