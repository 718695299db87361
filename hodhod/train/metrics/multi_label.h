// SPDX-License-Identifier: Apache-2.0
// Scores of a classifier that may give a text several labels or none.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "hodhod/train/metrics/classification.h"

namespace hodhod::metrics {

struct MultiLabelScore : LabelMeans {
  int64_t examples = 0;
  double subset_accuracy = 0;  // share of the examples with exactly the gold labels
  std::map<std::string, PrecisionRecall> by_label = {};
};

class MultiLabelScorer {
 public:
  // One example.
  void add(const std::set<std::string>& gold, const std::set<std::string>& predicted);
  MultiLabelScore score() const;

 private:
  int64_t examples_ = 0, right_ = 0;
  std::map<std::string, PrecisionRecall> by_label_;
};

// Σ_n (R_n − R_{n−1}) P_n over the thresholds that the scores give, from the highest down; equal scores are
// one threshold (scikit-learn's average_precision_score). NaN where nothing is gold. One entry an example.
double average_precision(std::span<const double> scores, const std::vector<bool>& gold);

}  // namespace hodhod::metrics
