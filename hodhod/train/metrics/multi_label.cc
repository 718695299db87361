// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/multi_label.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "hodhod/base/error.h"

namespace hodhod::metrics {

void MultiLabelScorer::add(const std::set<std::string>& gold, const std::set<std::string>& predicted) {
  ++examples_;
  right_ += gold == predicted ? 1 : 0;
  for (const std::string& label : gold) {
    ++by_label_[label].gold;
    by_label_[label].correct += predicted.contains(label) ? 1 : 0;
  }
  for (const std::string& label : predicted) ++by_label_[label].predicted;
}

MultiLabelScore MultiLabelScorer::score() const {
  MultiLabelScore score{means_over(by_label_)};
  score.examples = examples_;
  score.subset_accuracy = static_cast<double>(right_) / std::max(1.0, static_cast<double>(examples_));
  score.by_label = by_label_;
  return score;
}

double average_precision(std::span<const double> scores, const std::vector<bool>& gold) {
  check(scores.size() == gold.size(), "average precision: {} scores for {} examples", scores.size(),
        gold.size());
  const auto total = std::count(gold.begin(), gold.end(), true);
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  double sum = 0;
  int64_t found = 0, before = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    found += gold[order[i]] ? 1 : 0;
    if (i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]]) continue;
    sum += static_cast<double>(found - before) / static_cast<double>(total) * static_cast<double>(found) /
           static_cast<double>(i + 1);
    before = found;
  }
  return sum;
}

}  // namespace hodhod::metrics
