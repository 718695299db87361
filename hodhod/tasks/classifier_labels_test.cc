// SPDX-License-Identifier: Apache-2.0
// Classifiers that give several labels, and labels that weigh more than others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/test_classifiers.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "sea" if there is a boat or a river, "song" if something sings: both, one, or neither.
std::vector<LabelledText> several_labels(uint64_t seed, int count) {
  std::vector<LabelledText> examples;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    const std::string text = test_text(rng, 1 + rng.below(4));
    std::string label;
    if (text.find("boat") != std::string::npos || text.find("river") != std::string::npos) label = "sea";
    if (text.find("sings") != std::string::npos) label += label.empty() ? "song" : ", song";
    examples.push_back({{text}, label, "made:" + std::to_string(i + 1)});
  }
  return examples;
}

TEST(Classify, LearnsSeveralLabels) {
  Classifier classifier = small_classifier(Labels({"sea", "song"}), ProblemKind::multi_label);
  classifier.columns.label_separator = ",";
  ClassifierTrainee trainee(classifier, several_labels(1, 300), several_labels(2, 60),
                            {.batches = {.max_examples = 16, .seed = 1}, .class_weights = {"balanced"}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(250);
  options.validate_every = 50;
  train(trainee, options, directory.path());
  const Json config = read_json(directory / "config.json");
  EXPECT_EQ(json_get<std::string>(config, "problem_type", "config"), "multi_label_classification");
  Classifier again = Classifier::load(directory.path());
  EXPECT_EQ(again.columns.label_separator, ",");
  const ClassifierScores scores = evaluate(again, several_labels(3, 80), plain());
  EXPECT_GT(scores.labels.subset_accuracy, 0.95);
  EXPECT_GT(scores.labels.micro.f1(), 0.97);
  EXPECT_GT(scores.mean_average_precision, 0.97);
  const auto given = [&](const std::string& text) {
    return classify(again, std::vector<Texts>{{text}}, plain())[0].labels;
  };
  EXPECT_THAT(given("the boat sings"), testing::UnorderedElementsAre(0, 1));
  EXPECT_THAT(given("the winter"), testing::IsEmpty());
  again.thresholds = {0, 1.1};
  EXPECT_THAT(given("the winter sings"), ElementsAre(0));
}

TEST(Classify, WeightsOfLabels) {
  const Classifier classifier = small_classifier(yes_no());
  std::vector<LabelledText> train(3, {{"a"}, "no", "f:1"});
  train.push_back({{"b"}, "yes", "f:4"});
  EXPECT_THAT(class_weights(classifier, train, {"none"}), ElementsAre(1, 1));
  EXPECT_THAT(class_weights(classifier, train, {"balanced"}), ElementsAre(4.0 / 6, 2));
  EXPECT_THAT(class_weights(classifier, train, {"yes=5"}), ElementsAre(1, 5));
  EXPECT_THAT(error_of([&] {
                class_weights(classifier, train, {"yes=0", "no=0"});
              }),
              HasSubstr("all labels weigh 0"));
  EXPECT_THAT(error_of([&] { class_weights(classifier, train, {"yes"}); }),
              HasSubstr("expected LABEL=NUMBER"));
  EXPECT_THAT(error_of([&] { class_weights(classifier, train, {"si=2"}); }), HasSubstr("(no, yes)"));
  EXPECT_THAT(error_of([&] { class_weights(classifier, train, {"no=nan"}); }),
              HasSubstr("expected LABEL=NUMBER"));
  EXPECT_THAT(
      error_of([&] { class_weights(small_classifier({}, ProblemKind::regression), train, {"balanced"}); }),
      HasSubstr("a regression has no labels"));
}

// Σ w_y · loss of each example, each computed alone.
TEST(Classify, WeightsMultiplyTheLoss) {
  const auto loss_of = [](std::vector<std::string> weights) {
    Classifier classifier = small_classifier(yes_no());
    const std::vector<LabelledText> train = {{{"boat"}, "no", "f:1"}, {{"boat"}, "yes", "f:2"}};
    ClassifierTrainee trainee(classifier, train, {}, {.class_weights = std::move(weights)});
    trainee.next_batch();
    Context context;
    const LossSum loss = trainee.loss(context);
    return std::pair(loss.sum.item(), loss.items);
  };
  const auto plain = loss_of({"none"}), no = loss_of({"no=1", "yes=0"}),
             weighted = loss_of({"no=2", "yes=3"});
  EXPECT_EQ(plain.second, 2);
  EXPECT_EQ(weighted.second, 5);
  EXPECT_NEAR(weighted.first, 2 * no.first + 3 * (plain.first - no.first), 1e-5);
}

}  // namespace
}  // namespace hodhod
