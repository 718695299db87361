// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/classification.h"

namespace hodhod::metrics {

LabelMeans means_over(const std::map<std::string, PrecisionRecall>& by_label) {
  LabelMeans means;
  for (const auto& [label, counts] : by_label) {
    const auto gold = static_cast<double>(counts.gold);
    means.micro.correct += counts.correct;
    means.micro.predicted += counts.predicted;
    means.micro.gold += counts.gold;
    means.macro_precision += counts.precision();
    means.macro_recall += counts.recall();
    means.macro_f1 += counts.f1();
    means.weighted_precision += counts.precision() * gold;
    means.weighted_recall += counts.recall() * gold;
    means.weighted_f1 += counts.f1() * gold;
  }
  if (by_label.empty()) return means;
  const auto labels = static_cast<double>(by_label.size());
  for (double* mean : {&means.macro_precision, &means.macro_recall, &means.macro_f1}) *mean /= labels;
  if (means.micro.gold == 0) return means;
  const auto gold = static_cast<double>(means.micro.gold);
  for (double* mean : {&means.weighted_precision, &means.weighted_recall, &means.weighted_f1}) *mean /= gold;
  return means;
}

void ClassificationScorer::add(const std::string& gold, const std::string& predicted) {
  ++confusion_[{gold, predicted}];
}

ClassificationScore ClassificationScorer::score() const {
  std::map<std::string, PrecisionRecall> by_label;
  int64_t examples = 0;
  for (const auto& [labels, count] : confusion_) {
    const auto& [gold, predicted] = labels;
    examples += count;
    by_label[gold].gold += count;
    by_label[predicted].predicted += count;
    if (gold == predicted) by_label[gold].correct += count;
  }
  ClassificationScore score{means_over(by_label)};
  score.examples = examples;
  if (examples > 0) score.accuracy = static_cast<double>(score.micro.correct) / static_cast<double>(examples);
  score.by_label = std::move(by_label);
  score.confusion = confusion_;
  return score;
}

}  // namespace hodhod::metrics
