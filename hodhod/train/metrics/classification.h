// SPDX-License-Identifier: Apache-2.0
// Scores of a classifier.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "hodhod/train/metrics/entities.h"

namespace hodhod::metrics {

struct ClassificationScore {
  int64_t examples = 0;
  double accuracy = 0;
  PrecisionRecall micro;  // with one label each, its precision, recall and F1 are the accuracy
  // Unweighted means over the labels that occur, as gold or as prediction.
  double macro_precision = 0, macro_recall = 0, macro_f1 = 0;
  double weighted_f1 = 0;  // weighted by how often a label is gold
  std::map<std::string, PrecisionRecall> by_label;
  std::map<std::pair<std::string, std::string>, int64_t> confusion;  // (gold, predicted) → count
};

class ClassificationScorer {
 public:
  // Several labels an example: call once for each (gold, predicted) pair, "" where one side has no
  // counterpart.
  void add(const std::string& gold, const std::string& predicted);
  ClassificationScore score() const;

 private:
  std::map<std::pair<std::string, std::string>, int64_t> confusion_;
};

}  // namespace hodhod::metrics
