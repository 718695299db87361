// SPDX-License-Identifier: Apache-2.0
// Why a classifier gives a text a label: what each feature of the text contributes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/tasks/classify.h"

namespace hodhod {

struct Contribution {
  std::string feature;  // "not good"; or "stars = 4" for a number beside the text
  double value = 0;     // above 0: it speaks for the label
};

// What each feature of a text contributes to the label's score, the greatest first, whether for or against.
// The score is the logit of the label less the mean of the other labels' (for two labels, the logarithm of
// the odds), or the logit alone where labels do not exclude each other, or a regression's number, counted as
// label 0. A contribution is value · ∂score / ∂value (gradient times input). In a linear model the
// contributions and the bias add up to the score. Error, with the model's name, for a model that does not
// read features.
std::vector<Contribution> why(const Classifier& classifier, const LabelledText& text, int64_t label,
                              Context& context);

}  // namespace hodhod
