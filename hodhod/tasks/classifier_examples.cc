// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classifier_examples.h"

#include <fmt/ranges.h>

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

// Adds the numbers to a text's features.
void add_numbers(const ModelConfig& config, const LabelledText& example, EncodedText& text) {
  const NumberColumns* columns = number_columns_of(config);
  check(columns != nullptr || example.numbers.empty(),
        "{}: the model reads no numbers beside the text; leave out `numbers`", example.place);
  if (columns == nullptr) return;
  FeatureList features{std::move(text.ids), std::move(text.values)};
  columns->append(example.numbers, config.vocabulary() - columns->size(), features, example.place);
  text.ids = std::move(features.ids);
  text.values = std::move(features.values);
  text.types.resize(text.ids.size());
}

}  // namespace

std::vector<EncodedText> encode_labelled(const TextModel& encoder, std::span<const LabelledText> examples,
                                         std::span<const WordList> words) {
  std::vector<Texts> texts;
  for (const LabelledText& example : examples) texts.push_back(example.texts);
  auto encoded = encode_texts(encoder.config(), *encoder.tokenizer, texts, words);
  for (size_t i = 0; i < encoded.size(); ++i) add_numbers(encoder.config(), examples[i], encoded[i]);
  return encoded;
}

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
  const NumberColumns* numbers = number_columns_of(encoder.config());
  check(numbers == nullptr || !train[0].numbers.empty(),
        "training: the model reads columns of numbers ({}); name them with `numbers`",
        numbers == nullptr ? "" : fmt::format("{}", fmt::join(numbers->names(), ", ")));
  const int64_t limit = length_limit(encoder);
  examples.texts = encode_labelled(encoder, train, words);
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
                                     std::span<const LabelledText> examples,
                                     const std::vector<std::string>& numbers) {
  if (!numbers.empty() || (!examples.empty() && !examples[0].numbers.empty())) {
    std::vector<std::vector<double>> rows;
    for (const LabelledText& example : examples) {
      check(example.numbers.size() == numbers.size(),
            "{}: {} columns of numbers, and {} names; give a name for each", example.place,
            example.numbers.size(), numbers.size());
      rows.push_back(example.numbers);
    }
    set_number_columns(config, NumberColumns::learned(numbers, rows));
  }
  if (!config.reads_features()) return {};
  check(tokenizer.parts().pre_tokenizer != nullptr,
        "this model reads words, and the tokenizer does not part a text into words; give another kind of "
        "tokenizer. Parts of words are features, too: set `model` max_char_ngram=5 min_char_ngram=2");
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
