// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classifier_fitting.h"

#include <optional>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/tasks/classifier_examples.h"

namespace hodhod {

bool is_solved(const Classifier& classifier) { return classifier.encoder.model->linear_form().has_value(); }

ClassifierFitting::ClassifierFitting(Classifier& classifier, std::span<const LabelledText> train,
                                     std::vector<LabelledText> dev, const ClassifierTraining& options,
                                     const SolverOptions& solver, std::span<const WordList> words)
    : classifier_(classifier), dev_(std::move(dev)) {
  const std::optional<LinearForm> form = classifier.encoder.model->linear_form();
  check(form.has_value(), "training: this classifier is not solved, but trained by gradients");
  check(options.word_dropout == 0,
        "`word_dropout`: a model that is solved reads all texts at once; leave it out");
  LinearTargets targets{.problem = classifier.problem(),
                        .labels = classifier.encoder.config().head.labels,
                        .label_smoothing = options.label_smoothing};
  if (!classifier.is_regression())
    targets.label_weights = class_weights(classifier, train, options.class_weights);
  ClassifierExamples examples = encode_examples(classifier, train, dev_, options, words);
  cut_ = examples.cut;
  targets.targets = std::move(examples.targets);
  const NumberColumns* numbers = number_columns_of(classifier.encoder.config());
  SparseRows rows{.features = classifier.encoder.config().vocabulary(),
                  .plain = numbers == nullptr ? 0 : numbers->size()};
  for (EncodedText& text : examples.texts) {
    rows.add(text.ids, text.values);
    text = {};
  }
  fitting_ = std::make_unique<LinearFitting>(*form, std::move(rows), std::move(targets), solver);
}

FittedTask ClassifierFitting::task() {
  return {.fitting = *fitting_,
          .validate =
              [this] {
                fitting_->publish();
                return validation_scores(classifier_, dev_);
              },
          .save =
              [this](const std::string& directory) {
                fitting_->publish();
                classifier_.save(directory);
              }};
}

}  // namespace hodhod
