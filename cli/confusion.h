// SPDX-License-Identifier: Apache-2.0
// How `evaluate` shows a score for each label, and which labels are confused.
#pragma once

#include <map>
#include <string>

#include "hodhod/base/json.h"
#include "hodhod/train/metrics/classification.h"

namespace hodhod::cli {

// A row for each label, under its name.
struct ByLabel {
  Json json = Json::object();
  std::string table;  // each row begins with a line's end

  explicit ByLabel(const std::map<std::string, metrics::PrecisionRecall>& labels);
};

// {gold: {predicted: count}}, without zeros.
Json confusion_json(const metrics::ClassificationScore& score);

// A table with a row for each gold label and a column for each predicted one; for many labels, the most
// frequent mistakes.
std::string confusion_text(const metrics::ClassificationScore& score);

}  // namespace hodhod::cli
