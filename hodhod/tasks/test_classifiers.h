// SPDX-License-Identifier: Apache-2.0
// For tests: small classifiers, not trained.
#pragma once

#include <utility>

#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {

inline Classifier small_classifier(const Labels& labels, ProblemKind problem = ProblemKind::single_label) {
  auto tokenizer = test_tokenizer();
  const auto config = test_encoder(*tokenizer);
  return Classifier::make(config, std::move(tokenizer), labels, problem, 1);
}

inline const Labels& yes_no() {
  static const Labels kLabels({"no", "yes"});
  return kLabels;
}

}  // namespace hodhod
