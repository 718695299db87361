// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/why.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/tasks/words.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// The gradient of the score with respect to the logits [1, L].
Tensor score_gradient(const Classifier& classifier, int64_t label) {
  const int64_t labels = classifier.encoder.config().head.labels;
  check(label >= 0 && label < labels, "why: label {} of {}; give one from 0 to {}", label, labels,
        labels - 1);
  const bool exclusive = classifier.problem() == ProblemKind::single_label && labels > 1;
  std::vector<float> slopes(static_cast<size_t>(labels),
                            exclusive ? -1.0f / static_cast<float>(labels - 1) : 0.0f);
  slopes[static_cast<size_t>(label)] = 1;
  return Tensor::from(slopes, {1, labels});
}

}  // namespace

std::vector<Contribution> why(const Classifier& classifier, const LabelledText& text, int64_t label,
                              Context& context) {
  const Model& model = *classifier.encoder.model;
  const TextFeatures* features = model.config().features();
  check(features != nullptr,
        "{}: this model reads tokens in their order and cannot say which words decided; one trained with "
        "--preset tfidf or nbsvm can",
        model.name());
  const WordList list(*classifier.encoder.tokenizer, text.texts.at(0));
  std::vector<std::string> spellings = features->spellings(list.words());
  FeatureList found = features->read(list.words());
  if (const NumberColumns* numbers = number_columns_of(model.config())) {
    numbers->append(text.numbers, model.config().vocabulary() - numbers->size(), found, text.place);
    for (std::string& spelling : numbers->spellings(text.numbers)) spellings.push_back(std::move(spelling));
  }
  if (spellings.empty()) return {};
  const auto count = std::ssize(found.ids);
  TokenBatch batch{.ids = Tensor::from(found.ids, {1, count}),
                   .lengths = Tensor::from<int64_t>({count}, {1})};
  batch.weights = Tensor::from(found.values, {1, count}).set_requires_grad();
  const Recording on(true);
  backward(classify(model, batch, context), {.gradient = score_gradient(classifier, label)});
  const std::vector<double> slopes = batch.weights.grad().values();
  std::vector<Contribution> contributions;
  for (size_t i = 0; i < spellings.size(); ++i) {
    contributions.push_back({spellings[i], double{found.values[i]} * slopes[i] + 0.0});  // no −0
  }
  std::stable_sort(
      contributions.begin(), contributions.end(),
      [](const Contribution& a, const Contribution& b) { return std::abs(a.value) > std::abs(b.value); });
  return contributions;
}

}  // namespace hodhod
