// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/contextual_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/embed.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

// Lines in which the first word decides the last.
std::vector<std::string> lines_of_sense(size_t count) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < count; ++i) {
    Rng rng(3, i);
    const bool river = rng.below(2) == 0;
    lines.push_back(std::string(river ? "river " : "garden ") + test_text(rng, 1 + rng.below(3)) +
                    (river ? " boat" : " hoopoe"));
  }
  return lines;
}

TextModel small_elmo() {
  auto tokenizer = test_tokenizer();
  const auto config = model_preset("elmo-tiny");
  config->change("width=24");
  config->set_vocabulary(tokenizer->vocab_size());
  config->set_special({.pad = 0});
  config->set_max_length(40);
  return TextModel::make(*config, std::move(tokenizer), 1);
}

// A model with its trainee, which refers to it.
struct ElmoTraining {
  ElmoTraining() : model(small_elmo()), trainee(model, lines_of_sense(60), lines_of_sense(20), options()) {}
  static ContextualTraining options() { return {.length = 20, .batches = {.max_tokens = 64, .seed = 1}}; }

  TextModel model;
  ContextualVectorsTrainee trainee;
};

TEST(ContextualVectors, ARunInPiecesIsTheRunInOne) {
  std::vector<std::unique_ptr<ElmoTraining>> kept;
  expect_same_in_pieces(
      [&] {
        kept.push_back(std::make_unique<ElmoTraining>());
        return &kept.back()->trainee;
      },
      7, 24);
}

TEST(ContextualVectors, TrainingPredictsBetter) {
  ElmoTraining training;
  const double before = training.trainee.validate().values[0].second;
  const TemporaryDirectory directory;
  train(training.trainee, test_training(80), directory.path());
  EXPECT_LT(training.trainee.validate().values[0].second, 0.8 * before);
  double predictions = 0;  // two for each token that has a neighbour; [CLS] and [SEP] are tokens
  for (const std::string& line : lines_of_sense(20))
    predictions += 2 * (static_cast<double>(training.model.tokenizer->encode(line).size()) - 1);
  EXPECT_EQ(training.trainee.validate().items, predictions);
}

TEST(ContextualVectors, WordsHaveTheVectorsOfTheirPlace) {
  const TextModel elmo = small_elmo();
  const std::vector<std::string> texts = {"the boat sings", "boat sings  slowly the", "",
                                          "کتاب می‌خواند"};
  const auto words = [&](int64_t layer) { return embed_words(elmo, texts, {.layer = layer}, plain()); };
  const auto still = words(0), read = words(1);
  ASSERT_EQ(read[0].size(), 3);
  ASSERT_EQ(read[1].size(), 4);
  EXPECT_THAT(read[2], testing::IsEmpty());
  EXPECT_EQ(read[3][1].word, "می‌خواند");
  EXPECT_EQ(read[0][1].word, "boat");
  EXPECT_EQ(read[0][1].vector.size(), 24);
  EXPECT_EQ(still[0][1].vector, still[1][0].vector);
  EXPECT_NE(read[0][1].vector, read[1][0].vector);
  // Alone, and again.
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto alone = embed_words(elmo, std::span(texts).subspan(i, 1), {.layer = 1}, plain())[0];
    ASSERT_EQ(alone.size(), read[i].size());
    for (size_t w = 0; w < alone.size(); ++w) EXPECT_EQ(alone[w].vector, read[i][w].vector);
  }
  expect_error([&] { words(2); }, "`layer` 2", "has layers 0 to 1");
}

TEST(ContextualVectors, AnotherModelHasItsOwnLayersAndNoTwoDirections) {
  auto tokenizer = test_tokenizer();
  const TransformerModelConfig config = test_encoder(*tokenizer);
  TextModel bert = TextModel::make(config, std::move(tokenizer), 1);
  const std::vector<std::string> texts = {"the boat"};
  expect_error([&] { embed(bert, texts, {.layer = 99}, plain()); }, "`layer` 99", "has layers 0 to");
  EXPECT_EQ(embed_words(bert, texts, {}, plain())[0].size(), 2);
  expect_error([&] { ContextualVectorsTrainee(bert, texts, {}, {}); },
               "does not predict tokens from both sides");
}

TEST(ContextualVectors, AClassifierBeginsFromThem) {
  const TemporaryDirectory directory;
  ElmoTraining training;
  train(training.trainee, test_training(8), directory.path());
  const Classifier classifier =
      Classifier::from(directory.path(), Labels({"a", "b"}), ProblemKind::single_label);
  EXPECT_THAT(classifier.encoder.missing, testing::IsSupersetOf({"mix.weights", "mix.scale"}));
  EXPECT_THAT(classifier.encoder.warnings, testing::IsEmpty());
}

}  // namespace
}  // namespace hodhod
