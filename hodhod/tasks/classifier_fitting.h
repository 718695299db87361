// SPDX-License-Identifier: Apache-2.0
// A classifier whose weights are solved for rather than trained: one that is linear in its features.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hodhod/tasks/classify.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/linear_fitting.h"

namespace hodhod {

// Whether it is one (Model::linear_form).
bool is_solved(const Classifier& classifier);

// Solves for the classifier's weights on `train` and validates on `dev`. Keeps a reference to the classifier.
// Of the training's options, those of batches have no meaning; Error for word dropout.
class ClassifierFitting {
 public:
  ClassifierFitting(Classifier& classifier, std::span<const LabelledText> train,
                    std::vector<LabelledText> dev, const ClassifierTraining& options,
                    const SolverOptions& solver, std::span<const WordList> words = {});

  // For fit_model(). Refers to this.
  FittedTask task();
  int64_t cut() const { return cut_; }
  const LinearFitting& fitting() const { return *fitting_; }

 private:
  Classifier& classifier_;
  std::vector<LabelledText> dev_;
  std::unique_ptr<LinearFitting> fitting_;
  int64_t cut_ = 0;
};

}  // namespace hodhod
