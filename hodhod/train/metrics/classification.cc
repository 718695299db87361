// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/classification.h"

namespace hodhod::metrics {

void ClassificationScorer::add(const std::string& gold, const std::string& predicted) {
  ++confusion_[{gold, predicted}];
}

ClassificationScore ClassificationScorer::score() const {
  ClassificationScore score;
  score.confusion = confusion_;
  for (const auto& [labels, count] : confusion_) {
    const auto& [gold, predicted] = labels;
    score.examples += count;
    if (!gold.empty()) score.by_label[gold].gold += count;
    if (!predicted.empty()) score.by_label[predicted].predicted += count;
    if (gold == predicted && !gold.empty()) score.by_label[gold].correct += count;
  }
  for (const auto& [label, counts] : score.by_label) {
    score.micro.correct += counts.correct;
    score.micro.predicted += counts.predicted;
    score.micro.gold += counts.gold;
    score.macro_precision += counts.precision();
    score.macro_recall += counts.recall();
    score.macro_f1 += counts.f1();
    score.weighted_f1 += counts.f1() * static_cast<double>(counts.gold);
  }
  if (score.by_label.empty()) return score;
  const auto labels = static_cast<double>(score.by_label.size());
  score.macro_precision /= labels;
  score.macro_recall /= labels;
  score.macro_f1 /= labels;
  if (score.micro.gold > 0) score.weighted_f1 /= static_cast<double>(score.micro.gold);
  score.accuracy = static_cast<double>(score.micro.correct) / static_cast<double>(score.examples);
  return score;
}

}  // namespace hodhod::metrics
