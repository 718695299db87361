// SPDX-License-Identifier: Apache-2.0
// Training of classifiers: targets, weights, losses.
#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tasks/classifier_examples.h"
#include "hodhod/tasks/classify.h"

namespace hodhod {
namespace {

constexpr const char* kWeightsOption = "`class_weights`";
constexpr double kMaxWeight = 1e6;

std::vector<double> balanced_weights(const Classifier& classifier, std::span<const LabelledText> train) {
  std::vector<double> counts(static_cast<size_t>(classifier.labels.size()));
  for (const LabelledText& example : train) {
    for (const std::string& label : split_labels(example.label, classifier.columns.label_separator)) {
      ++counts[static_cast<size_t>(classifier.labels.get(label, example.place))];
    }
  }
  const auto examples = static_cast<double>(train.size()), labels = static_cast<double>(counts.size());
  std::vector<double> weights;
  for (const double count : counts) {
    const bool several = classifier.problem() == ProblemKind::multi_label;
    const double weight = several ? (examples - count) / count : examples / (labels * count);
    weights.push_back(count > 0 && weight > 0 ? std::min(weight, kMaxWeight) : 1);
  }
  return weights;
}

Tensor f32_of(const std::vector<double>& values, const Shape& shape) {
  return Tensor::from(values, shape).converted(DType::f32);
}

}  // namespace

std::vector<double> class_weights(const Classifier& classifier, std::span<const LabelledText> train,
                                  const std::vector<std::string>& options) {
  const auto says = [&](const char* word) { return options.size() == 1 && options[0] == word; };
  if (options.empty() || says("none")) {
    return std::vector<double>(static_cast<size_t>(classifier.labels.size()), 1.0);
  }
  check(!classifier.is_regression(), "{}: a regression has no labels that could weigh more or less",
        kWeightsOption);
  if (says("balanced")) return balanced_weights(classifier, train);
  std::vector<double> weights =
      numbers_by_label(classifier.labels, options, 1, in(0, kMaxWeight), kWeightsOption);
  check(std::any_of(weights.begin(), weights.end(), [](double weight) { return weight > 0; }),
        "{}: all labels weigh 0, so that nothing could be learnt; give one of them more", kWeightsOption);
  return weights;
}

ClassifierTrainee::ClassifierTrainee(Classifier& classifier, std::span<const LabelledText> train,
                                     std::vector<LabelledText> dev, const ClassifierTraining& options,
                                     std::span<const WordList> words)
    : classifier_(classifier),
      options_(options),
      weights_(class_weights(classifier, train, options.class_weights)),
      dev_(std::move(dev)),
      dropout_(
          TokenDropout::of_words(options.word_dropout, options.batches.seed, *classifier.encoder.tokenizer)) {
  check(options.word_dropout == 0 || !classifier.encoder.config().reads_features(),
        "`word_dropout`: hides tokens, and this model reads features; leave it out");
  set_requires_grad(*classifier_.encoder.model);
  ClassifierExamples examples = encode_examples(classifier, train, dev_, options, words);
  texts_ = std::move(examples.texts);
  targets_ = std::move(examples.targets);
  cut_ = examples.cut;
  sampler_ = std::make_unique<BatchSampler>(lengths_of(texts_), options.batches);
}

NamedParameters ClassifierTrainee::parameters() { return parameters_of(*classifier_.encoder.model); }

void ClassifierTrainee::next_batch() {
  const BatchPosition at = sampler_->position();
  const auto rows = sampler_->next();
  const int64_t filler = classifier_.encoder.config().special().filler();
  if (options_.word_dropout == 0) {
    batch_ = batch_of(texts_, rows, filler);
  } else {
    std::vector<EncodedText> texts;
    for (int64_t row : rows)
      dropout_(texts.emplace_back(texts_[static_cast<size_t>(row)]).ids, at.epoch, row);
    batch_ = batch_of(texts, filler);
  }
  std::vector<double> targets;
  for (int64_t row : rows) {
    const auto& target = targets_[static_cast<size_t>(row)];
    targets.insert(targets.end(), target.begin(), target.end());
  }
  const auto count = std::ssize(rows);
  const bool several = classifier_.problem() == ProblemKind::multi_label;
  batch_targets_ =
      Tensor::from(targets, several ? Shape{count, classifier_.labels.size()} : Shape{count})
          .converted(classifier_.problem() == ProblemKind::single_label ? DType::i64 : DType::f32);
}

LossSum ClassifierTrainee::one_label_loss(const Tensor& logits) const {
  CrossEntropyOptions options{.label_smoothing = options_.label_smoothing, .reduction = Reduction::sum};
  if (std::any_of(weights_.begin(), weights_.end(), [](double weight) { return weight != 1; })) {
    options.weight = f32_of(weights_, {std::ssize(weights_)});
  }
  double items = 0;
  for (const double target : batch_targets_.values()) items += weights_[static_cast<size_t>(target)];
  return {cross_entropy(logits, batch_targets_, options), items};
}

// Binary cross-entropy of each label, multiplied by the label's weight if the example has it.
LossSum ClassifierTrainee::labels_loss(const Tensor& logits) const {
  const double smoothing = options_.label_smoothing;
  std::vector<double> targets = batch_targets_.values(), weights;
  for (size_t i = 0; i < targets.size(); ++i) {
    weights.push_back(targets[i] > 0 ? weights_[i % weights_.size()] : 1);
    targets[i] = targets[i] * (1 - smoothing) + smoothing / 2;
  }
  const Shape shape = batch_targets_.shape();
  const Tensor losses = binary_cross_entropy_with_logits(logits, f32_of(targets, shape), Reduction::none) *
                        f32_of(weights, shape);
  return {sum(losses), static_cast<double>(targets.size())};
}

LossSum ClassifierTrainee::loss(Context& context) {
  const Tensor logits = classify(*classifier_.encoder.model, batch_, context);
  switch (classifier_.problem()) {
    case ProblemKind::single_label:
      return one_label_loss(logits);
    case ProblemKind::multi_label:
      return labels_loss(logits);
    case ProblemKind::regression:
      break;
  }
  return {mse_loss(squeeze(logits, 1), batch_targets_, Reduction::sum),
          static_cast<double>(batch_targets_.numel())};
}

Scores ClassifierTrainee::validate() { return validation_scores(classifier_, dev_); }

}  // namespace hodhod
