// SPDX-License-Identifier: Apache-2.0
// Classifiers that read features: solved, or trained by gradients.
#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/tasks/classifier_examples.h"
#include "hodhod/tasks/classifier_fitting.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/fit.h"
#include "hodhod/tasks/test_tasks.h"
#include "hodhod/tasks/why.h"
#include "hodhod/train/run_directory.h"

namespace hodhod {
namespace {

// Texts of the kinds "boats" and "gardens": who names the one is of that kind.
std::vector<LabelledText> kinds_of_texts(uint64_t seed, int count) {
  Rng rng(seed);
  std::vector<LabelledText> examples;
  for (int i = 0; i < count; ++i) {
    const bool boat = rng.below(2) == 0;
    examples.push_back({{test_text(rng, 3) + (boat ? " not winter" : " winter") + " " + test_text(rng, 2)},
                        boat ? "boats" : "gardens",
                        "made:" + std::to_string(i)});
  }
  return examples;
}

Classifier make_bag(const std::string& preset, const std::vector<LabelledText>& examples,
                    const std::vector<std::string>& changes = {}) {
  return Classifier::make(
      preset, examples,
      {.model = changes,
       .tokenizer = TaskTokenizerOptions{
           .kind = TokenizerKind::word, .vocabulary = 100, .special = SpecialTokens::encoder}});
}

TrainingReport solve_in(Classifier& classifier, const std::vector<LabelledText>& train,
                        const std::vector<LabelledText>& dev, const std::string& path,
                        const SolverOptions& solver = {}) {
  ClassifierFitting fitting(classifier, train, dev, {}, solver);
  RunDirectory directory(path, RunRecord{});
  return fit_model(fitting.task(), {}, directory);
}

TEST(BagClassifier, SolvedStoredAndLoaded) {
  const auto train = kinds_of_texts(1, 120), dev = kinds_of_texts(2, 40);
  for (const std::string preset : {"bow", "tfidf", "nbsvm"}) {
    Classifier classifier = make_bag(preset, train);
    ASSERT_TRUE(is_solved(classifier)) << preset;
    const TemporaryDirectory directory;
    const TrainingReport report = solve_in(classifier, train, dev, directory.path(), {.c = 10});
    ASSERT_EQ(report.last.values[0].first, "accuracy");
    EXPECT_GT(report.last.values[0].second, 0.95) << preset;
    const Classifier loaded = Classifier::load(directory.path());
    EXPECT_EQ(loaded.label_of("the river not winter"), "boats") << preset;
    Context context;
    EXPECT_EQ(evaluate(loaded, dev, context).classes.accuracy, report.last.values[0].second);
  }
}

// value · slope of each feature, and the bias: they add up to the logarithm of the odds.
TEST(BagClassifier, WhyAddsUp) {
  const auto train = kinds_of_texts(1, 120);
  for (const std::string preset : {"tfidf", "nbsvm"}) {
    Classifier classifier = make_bag(preset, train);
    const TemporaryDirectory directory;
    solve_in(classifier, train, {}, directory.path(), {.c = 10});
    const std::string text = "winter and the boat sings not winter";
    Context context;
    const std::vector<Texts> asked = {{text}};
    const Classification found = classify(classifier, asked, context)[0];
    const auto reasons = why(classifier, {{text}, "", ""}, 0, context);
    const auto* bias = head_as<ClassificationHead>(*classifier.encoder.model)->classifier.bias.data<float>();
    double sum = double{bias[0] - bias[1]};
    for (const Contribution& reason : reasons) sum += reason.value;
    EXPECT_NEAR(sum, std::log(found.score[0] / found.score[1]), 1e-4) << preset;
    EXPECT_EQ(reasons[0].feature.substr(0, 3), "not") << preset;
    const auto others = why(classifier, {{text}, "", ""}, 1, context);
    EXPECT_NEAR(others[0].value, -reasons[0].value, 1e-6);
  }
}

// Texts that say nothing, beside numbers of which the first decides: it is above 20 for boats.
std::vector<LabelledText> kinds_of_numbers(uint64_t seed, int count) {
  Rng rng(seed);
  std::vector<LabelledText> examples;
  for (int i = 0; i < count; ++i) {
    const auto tons = static_cast<double>(rng.below(40)), noise = static_cast<double>(rng.below(1000));
    examples.push_back({{test_text(rng, 3)},
                        tons > 20 ? "boats" : "gardens",
                        "made:" + std::to_string(i),
                        {tons, i % 10 == 0 ? kMissingNumber : noise}});
  }
  return examples;
}

Classifier make_with_numbers(const std::string& preset, const std::vector<LabelledText>& examples) {
  Classifier plain = make_bag(preset, kinds_of_texts(1, 20));
  const auto config = plain.encoder.config().clone();
  learn_features(*config, *plain.encoder.tokenizer, examples, {"tons", "noise"});
  return Classifier::make(*config, std::move(plain.encoder.tokenizer), Labels({"boats", "gardens"}),
                          ProblemKind::single_label, 1);
}

TEST(BagClassifier, NumbersDecide) {
  const auto train = kinds_of_numbers(1, 300), dev = kinds_of_numbers(2, 100);
  for (const std::string preset : {"bow", "tfidf", "nbsvm"}) {
    Classifier classifier = make_with_numbers(preset, train);
    const TemporaryDirectory directory;
    const TrainingReport report = solve_in(classifier, train, dev, directory.path(), {.c = 10});
    EXPECT_GT(report.last.values[0].second, 0.9) << preset;
    const Classifier loaded = Classifier::load(directory.path());
    Context context;
    EXPECT_EQ(evaluate(loaded, dev, context).classes.accuracy, report.last.values[0].second);
    EXPECT_EQ(loaded.with_columns_of_training({}).numbers, (std::vector<std::string>{"tons", "noise"}));
    // What the features contribute adds up, and the first of the numbers counts most.
    const LabelledText asked{{"the boat sings"}, "", "here", {39, 500}};
    const auto reasons = why(loaded, asked, 0, context);
    EXPECT_EQ(reasons[0].feature, "tons = 39") << preset;
    const Classification found = classify(loaded, {&asked, 1}, context)[0];
    const auto* bias = head_as<ClassificationHead>(*loaded.encoder.model)->classifier.bias.data<float>();
    double sum = double{bias[0] - bias[1]};
    for (const Contribution& reason : reasons) sum += reason.value;
    EXPECT_NEAR(sum, std::log(found.score[0] / found.score[1]), 1e-4) << preset;
    // A missing number is the mean, and other columns are refused.
    const double mean = number_columns_of(loaded.encoder.config())->columns()[0].mean;
    const LabelledText missing{{"the boat"}, "", "here", {}},
        middle{{"the boat"}, "", "here", {mean, kMissingNumber}};
    EXPECT_EQ(classify(loaded, {&missing, 1}, context)[0].score,
              classify(loaded, {&middle, 1}, context)[0].score);
    const LabelledText other{{"the boat"}, "", "here:4", {1}};
    expect_error([&] { classify(loaded, {&other, 1}, context); }, "here:4: 1 columns of numbers");
  }
}

// The same model with numbers in another unit; its factor is a power of 2, so that not a bit is rounded.
TEST(BagClassifier, UnitsOfNumbersDoNotMatter) {
  const auto train = kinds_of_numbers(1, 200);
  std::vector<LabelledText> kilograms = train;
  for (LabelledText& one : kilograms) one.numbers[0] = 1024 * one.numbers[0];
  const auto weights = [](const std::vector<LabelledText>& examples) {
    Classifier classifier = make_with_numbers("tfidf", examples);
    const TemporaryDirectory directory;
    solve_in(classifier, examples, {}, directory.path());
    return test_weights(directory.path());
  };
  EXPECT_EQ(weights(train), weights(kilograms));
}

TEST(BagClassifier, NumbersAlone) {
  auto train = kinds_of_numbers(1, 300);
  for (LabelledText& one : train) one.texts[0] = "";
  Classifier classifier = make_with_numbers("bow", train);
  const TemporaryDirectory directory;
  const TrainingReport report = solve_in(classifier, train, train, directory.path(), {.c = 10});
  EXPECT_GT(report.last.values[0].second, 0.95);
  Context context;
  const LabelledText boat{{""}, "", "here", {35, 1}};
  EXPECT_EQ(classify(Classifier::load(directory.path()), {&boat, 1}, context)[0].labels[0], 0);
}

TEST(BagClassifier, NumbersOfOtherModelsAreRefused) {
  auto tokenizer = test_tokenizer();
  auto config = test_encoder(*tokenizer);
  const auto examples = kinds_of_numbers(1, 10);
  expect_error(
      [&] {
        learn_features(config, *tokenizer, examples, {"tons", "noise"});
      },
      "reads tokens, and no numbers");
  const Classifier classifier =
      Classifier::make(config, std::move(tokenizer), Labels({"a", "b"}), ProblemKind::single_label, 1);
  Context context;
  expect_error([&] { classify(classifier, examples, context); }, "made:0: the model reads no numbers");
}

TEST(BagClassifier, WhyOfTokensIsRefused) {
  auto tokenizer = test_tokenizer();
  const auto config = test_encoder(*tokenizer);
  const Classifier classifier =
      Classifier::make(config, std::move(tokenizer), Labels({"a", "b"}), ProblemKind::single_label, 1);
  Context context;
  expect_error([&] { why(classifier, {{"the boat"}, "", ""}, 0, context); }, "tokens in their order");
}

// What is in the texts for validation changes no byte of the model.
TEST(BagClassifier, ValidationDoesNotLeak) {
  const auto train = kinds_of_texts(1, 60);
  const auto bytes = [&](const std::vector<LabelledText>& dev) {
    Classifier classifier = make_bag("tfidf", train);
    const TemporaryDirectory directory;
    solve_in(classifier, train, dev, directory.path());
    return test_weights(directory.path()) + read_file(directory / "features.txt") +
           read_file(directory / "config.json");
  };
  std::vector<LabelledText> other = kinds_of_texts(3, 30);
  for (LabelledText& example : other) example.texts[0] += " never seen words";
  EXPECT_EQ(bytes(kinds_of_texts(2, 30)), bytes(other));
}

TEST(BagClassifier, SeveralLabelsAndNumbers) {
  std::vector<LabelledText> train = kinds_of_texts(1, 80);
  for (LabelledText& example : train)
    example.label += example.texts[0].find("hoopoe") != std::string::npos ? ";bird" : "";
  Classifier several = make_bag("bow", kinds_of_texts(1, 80));
  auto config = several.encoder.config().clone();
  several = Classifier::make(*config, std::move(several.encoder.tokenizer),
                             Labels({"bird", "boats", "gardens"}), ProblemKind::multi_label, 1);
  several.columns.label_separator = ";";
  const TemporaryDirectory directory;
  const TrainingReport report = solve_in(several, train, train, directory.path(), {.c = 10});
  EXPECT_EQ(report.last.values[0].first, "micro_f1");
  EXPECT_GT(report.last.values[0].second, 0.97);

  std::vector<LabelledText> numbers = kinds_of_texts(1, 80);
  for (LabelledText& example : numbers) example.label = example.label == "boats" ? "2.5" : "-1";
  Classifier regression = make_bag("tfidf", kinds_of_texts(1, 80));
  config = regression.encoder.config().clone();
  regression =
      Classifier::make(*config, std::move(regression.encoder.tokenizer), {}, ProblemKind::regression, 1);
  const TemporaryDirectory other;
  EXPECT_GT(solve_in(regression, numbers, numbers, other.path(), {.c = 10}).last.values[0].second, 0.95);
}

TEST(BagClassifier, TrainedByGradientsInPieces) {
  const auto train = kinds_of_texts(1, 60);
  for (const std::string preset : {"fasttext", "mlp"}) {
    std::vector<std::string> changes;
    if (preset == "fasttext") changes = {"buckets=50"};
    std::vector<Classifier> kept;
    kept.reserve(8);
    expect_same_in_pieces(
        [&] {
          kept.push_back(make_bag(preset, train, changes));
          ClassifierTraining training;
          training.batches.max_examples = 5;
          return std::make_unique<ClassifierTrainee>(kept.back(), train, std::vector<LabelledText>(),
                                                     training);
        },
        7, 12);
  }
}

TEST(BagClassifier, ThreadsDoNotMatter) {
  const auto train = kinds_of_texts(1, 200);
  const auto bytes = [&](const std::string& preset, int threads) {
    set_thread_count(threads);
    Classifier classifier = make_bag(preset, train);
    const TemporaryDirectory directory;
    const TemporaryDirectory data;
    std::string table;
    for (const LabelledText& example : train) table += example.label + "\t" + example.texts[0] + "\n";
    fit(classifier, data.put("data.tsv", table), {.steps = 20}, directory.path());
    return test_weights(directory.path());
  };
  const int before = thread_count();
  for (const std::string preset : {"nbsvm", "mlp"}) {
    const std::string one = bytes(preset, 1);
    for (const int threads : {2, 3}) EXPECT_EQ(bytes(preset, threads), one) << preset << " " << threads;
  }
  set_thread_count(before);
}

}  // namespace
}  // namespace hodhod
