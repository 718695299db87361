// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classifier_examples.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

// The label's id, a 0 or 1 for each label, or a regression's numbers.
std::vector<double> target_of(const Classifier& classifier, const LabelledText& example) {
  if (classifier.is_regression()) return numbers_of(classifier, example);
  if (classifier.problem() == ProblemKind::single_label) {
    return {static_cast<double>(classifier.labels.get(example.label, example.place))};
  }
  std::vector<double> target(static_cast<size_t>(classifier.labels.size()));
  for (const std::string& label : split_labels(example.label, classifier.columns.label_separator)) {
    target[static_cast<size_t>(classifier.labels.get(label, example.place))] = 1;
  }
  return target;
}

// Checks the validation data before training starts, so that an error costs no work.
void check_gold(const Classifier& classifier, std::span<const LabelledText> dev) {
  GoldLabels gold(classifier.labels);
  for (const LabelledText& example : dev) {
    if (classifier.is_regression()) {
      numbers_of(classifier, example);
      continue;
    }
    for (const std::string& label : split_labels(example.label, classifier.columns.label_separator)) {
      gold.find(label, example.place);
    }
  }
  gold.check_some_known();
}

}  // namespace

ClassifierExamples encode_examples(Classifier& classifier, std::span<const LabelledText> train,
                                   std::span<const LabelledText> dev, const ClassifierTraining& options,
                                   std::span<const WordList> words) {
  check(!train.empty(), "training: there is no example");
  TextModel& encoder = classifier.encoder;
  limit_length(encoder, options.max_length,
               options.cut_off == CutOff::end ? text::Side::right : text::Side::left);
  classifier.texts = static_cast<int64_t>(train[0].texts.size());
  ClassifierExamples examples;
  for (const LabelledText& example : train) examples.targets.push_back(target_of(classifier, example));
  check_gold(classifier, dev);
  std::vector<Texts> texts;
  for (const LabelledText& example : train) texts.push_back(example.texts);
  const int64_t limit = length_limit(encoder);
  examples.texts = encode_texts(encoder.config(), *encoder.tokenizer, texts, words);
  examples.cut = std::count_if(examples.texts.begin(), examples.texts.end(),
                               [&](const EncodedText& text) { return text.tokens > limit; });
  return examples;
}

Scores validation_scores(const Classifier& classifier, std::span<const LabelledText> dev) {
  if (dev.empty()) return {};
  Context context;
  const ClassifierScores scores = evaluate(classifier, dev, context);
  switch (classifier.problem()) {
    case ProblemKind::single_label:
      return {.values = {{"accuracy", scores.classes.accuracy},
                         {"macro_f1", scores.classes.macro_f1},
                         {"loss", scores.loss}},
              .higher_is_better = true};
    case ProblemKind::multi_label:
      return {.values = {{"micro_f1", scores.labels.micro.f1()},
                         {"mean_average_precision", scores.mean_average_precision},
                         {"loss", scores.loss}},
              .higher_is_better = true};
    case ProblemKind::regression:
      break;
  }
  return {.values = {{"pearson", scores.numbers.pearson},
                     {"spearman", scores.numbers.spearman},
                     {"mse", scores.loss}},
          .higher_is_better = true};
}

std::vector<WordList> learn_features(ModelConfig& config, const text::Tokenizer& tokenizer,
                                     std::span<const LabelledText> examples) {
  if (!config.reads_features()) return {};
  std::vector<WordList> lists(examples.size());
  parallel_for(std::ssize(examples), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      lists[i] = WordList(tokenizer, examples[i].texts[0]);
    }
  });
  config.learn_features([&lists, next = size_t{0}](std::vector<std::string_view>& words) mutable {
    if (next == lists.size()) return false;
    words = lists[next++].words();
    return true;
  });
  return lists;
}

}  // namespace hodhod
