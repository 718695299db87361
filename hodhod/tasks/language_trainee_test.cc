// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/tasks/generate.h"

#include "hodhod/models/transformer_model.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

const std::string kHoopoes = [] {
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += fmt::format("hoopoe {} flies {}\n", i % 7, i % 5 == 0 ? "home" : "away");
  return text;
}();

TextGenerator small_writer() {
  bool given = false;
  auto tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.kind = TokenizerKind::character, .vocabulary = 64}, [&](std::string& line) {
        line = kHoopoes.substr(0, 1000);
        return !std::exchange(given, true);
      }).tokenizer);
  TransformerConfig config = transformer_preset("gpt-tiny");
  config.vocabulary = tokenizer->vocab_size();
  config.width = 16;
  config.heads = 2;
  config.feed_forward = 32;
  config.decoder_layers = 1;
  config.max_length = 32;
  return TextGenerator::make(TransformerModelConfig(config), std::move(tokenizer), 1);
}

Scores scores_of(std::string_view dev, const LanguageTraining& options) {
  TextGenerator writer = small_writer();
  LanguageTrainee trainee(writer, kHoopoes, dev, options, 1);
  EXPECT_EQ(trainee.validates(), !trainee.validate().values.empty());
  return trainee.validate();
}

TEST(LanguageTrainee, ATextWithNothingToPredictHasNoScore) {
  for (const char* dev : {"", "h"}) EXPECT_TRUE(scores_of(dev, {.length = 16}).values.empty()) << dev;
  const Scores scores = scores_of("ho", {.length = 16});
  ASSERT_FALSE(scores.values.empty());
  EXPECT_GT(scores.values[0].second, 0);
  EXPECT_EQ(scores.items, 1);
}

TEST(LanguageTrainee, AModelOnAnUnscoredTextIsTheLastOne) {
  TextGenerator writer = small_writer();
  LanguageTrainee trainee(writer, kHoopoes, "h", {.length = 16, .batch = 2}, 1);
  const TemporaryDirectory directory;
  const auto report = train(trainee, test_training(20), directory.path());
  EXPECT_EQ(report.model_step, 20);
  EXPECT_EQ(report.best_step, 0);
}

TEST(LanguageTrainee, AShortRunHasAShortValidation) {
  const auto tokens = static_cast<double>(kHoopoes.size());
  EXPECT_EQ(scores_of(kHoopoes, {.length = 16}).items, tokens - 1);
  EXPECT_EQ(scores_of(kHoopoes, {.length = 16, .planned_tokens = 1000000}).items, tokens - 1);
  EXPECT_EQ(scores_of(kHoopoes, {.length = 16, .planned_tokens = 10}).items, 8 * 4096 - 1);
}

}  // namespace
}  // namespace hodhod
