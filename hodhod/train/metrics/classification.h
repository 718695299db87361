// SPDX-License-Identifier: Apache-2.0
// Scores of a classifier that gives each example one label.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "hodhod/train/metrics/entities.h"

namespace hodhod::metrics {

// What the counts of single labels come to.
struct LabelMeans {
  PrecisionRecall micro;  // of all labels together
  // Over the labels that occur, as gold or as prediction: unweighted, and weighted by how often they are
  // gold.
  double macro_precision = 0, macro_recall = 0, macro_f1 = 0;
  double weighted_precision = 0, weighted_recall = 0, weighted_f1 = 0;
};
LabelMeans means_over(const std::map<std::string, PrecisionRecall>& by_label);

struct ClassificationScore : LabelMeans {
  int64_t examples = 0;
  double accuracy = 0;  // which precision, recall and F1 of `micro` are too
  std::map<std::string, PrecisionRecall> by_label = {};
  std::map<std::pair<std::string, std::string>, int64_t> confusion = {};  // (gold, predicted) → count
};

class ClassificationScorer {
 public:
  // One example.
  void add(const std::string& gold, const std::string& predicted);
  ClassificationScore score() const;

 private:
  std::map<std::pair<std::string, std::string>, int64_t> confusion_;
};

}  // namespace hodhod::metrics
