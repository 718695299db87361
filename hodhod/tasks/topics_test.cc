// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/lda.h"

namespace hodhod {
namespace {

using testing::Contains;
using testing::Field;
using testing::Not;

TaskTokenizerOptions whole_words() {
  return {.kind = TokenizerKind::word,
          .lowercase = true,
          .special = SpecialTokens::none,
          .blanks = Blanks::joined};
}

// Texts about the sea and about the kitchen, in two languages.
std::vector<std::string> sea_and_kitchen() {
  const std::vector<std::vector<std::string>> words = {{"Ship", "harbour", "sailor", "کشتی", "ملوان"},
                                                       {"Oven", "bread", "butter", "نان", "می‌پزد"}};
  std::vector<std::string> texts;
  Rng rng(6);
  for (size_t d = 0; d < 30; ++d) {
    std::string text = "the";
    for (int i = 0; i < 14; ++i) text += " " + words[d % 2][rng.below(5)];
    texts.push_back(text + (d == 0 ? " once" : "") + ", of 12!");
  }
  return texts;
}

TopicFinder found_topics(const std::vector<std::string>& texts, const std::string& directory,
                         const char* preset = "lda") {
  auto tokenizer =
      std::make_unique<text::Tokenizer>(topic_tokenizer(texts, {.max_share = 0.9}, whole_words()));
  const auto config = model_preset(preset);
  config->change("topics=2");
  if (std::string(preset) == "lda") config->change("alpha=0.5");
  TopicFinder finder = TopicFinder::make(*config, std::move(tokenizer));
  TopicsTask task(finder, texts, {.sweeps = 60}, 1);
  RunDirectory run(directory, RunRecord{});
  fit_model(task.fitted(), {}, run);
  return finder;
}

TEST(Topics, TheirWords) {
  const auto tokenizer = topic_tokenizer(sea_and_kitchen(), {.max_share = 0.9}, whole_words());
  std::vector<std::string> words;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_special(id)) words.push_back(tokenizer.readable_token(id));
  }
  EXPECT_EQ(words.size(), 10U);
  EXPECT_THAT(words, Contains("ship"));
  EXPECT_THAT(words, Contains("می‌پزد"));
  EXPECT_THAT(words, Contains("نان"));
  for (const char* left_out : {"the", "12", ",", "once", "of"}) EXPECT_THAT(words, Not(Contains(left_out)));
  expect_error([] { topic_tokenizer(std::vector<std::string>{"a b", "c"}, {}, whole_words()); }, "no word");
}

TEST(Topics, AreFoundSavedAndTheSameForATextEachTime) {
  const TemporaryDirectory directory;
  const std::vector<std::string> texts = sea_and_kitchen();
  const TopicFinder finder = found_topics(texts, directory.path());
  const TopicFinder again = TopicFinder::load(directory.path());
  const auto sea = again.of("A sailor sees the ship: کشتی"), kitchen = again.of("butter and bread");
  EXPECT_NE(sea[0].topic, kitchen[0].topic);
  EXPECT_GT(sea[0].share, 0.8);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(again.of("butter and bread")[0].share, kitchen[0].share);
  EXPECT_EQ(finder.of("butter and bread")[0].share, kitchen[0].share);
  const auto nothing = again.of("quite unknown");
  EXPECT_DOUBLE_EQ(nothing[0].share, 0.5);
  for (const auto& topic : again.likeliest(5)) EXPECT_EQ(topic.size(), 5U);
  EXPECT_THAT(again.likeliest(9)[static_cast<size_t>(sea[0].topic)][0].word,
              testing::AnyOf("ship", "harbour", "sailor", "کشتی", "ملوان"));
}

TEST(Topics, ByFactorisation) {
  const TemporaryDirectory directory;
  const std::vector<std::string> texts = sea_and_kitchen();
  const TopicFinder finder = found_topics(texts, directory.path(), "nmf");
  const TopicFinder again = TopicFinder::load(directory.path());
  std::vector<LabelledText> labelled;
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(again.of(texts[i])[0].share, finder.of(texts[i])[0].share);
    labelled.push_back({{texts[i]}, i % 2 == 0 ? "sea" : "kitchen", ""});
  }
  EXPECT_EQ(evaluate(again, labelled).clusters.purity, 1);
}

TEST(Topics, Scores) {
  const TemporaryDirectory directory;
  const std::vector<std::string> texts = sea_and_kitchen();
  const TopicFinder finder = found_topics(texts, directory.path());
  std::vector<LabelledText> labelled;
  for (size_t i = 0; i < texts.size(); ++i)
    labelled.push_back({{texts[i]}, i % 2 == 0 ? "sea" : "kitchen", ""});
  const TopicScores scores = evaluate(finder, labelled);
  EXPECT_TRUE(scores.has_labels);
  EXPECT_EQ(scores.clusters.purity, 1);
  EXPECT_NEAR(scores.clusters.nmi, 1, 1e-12);
  EXPECT_GT(scores.perplexity, 4);  // each text draws from five words, one of which may be unknown
  EXPECT_LT(scores.perplexity, 6.5);
}

// θ is a fixed point, and sums to 1; probabilities of words sum to 1 for each topic.
TEST(Lda, MixturesAndDistributionsSumToOne) {
  // What is chosen is stored as the number that was used.
  const LdaConfig automatic(LdaOptions{.width = 5, .vocabulary = 5});
  EXPECT_EQ(automatic.type(nullptr).write(automatic).at("alpha").get<double>(), 1);
  LdaConfig config(LdaOptions{.width = 3, .alpha = 0.4, .vocabulary = 5});
  const auto model = config.make();
  model->for_each_parameter([](const std::string&, Tensor& counts) {
    copy(Tensor::from(std::vector<double>{9, 1, 0, 2, 0, /**/ 0, 7, 3, 0, 0, /**/ 1, 0, 0, 4, 8}, {3, 5}),
         counts);
  });
  const auto phi = model->topics()->word_probabilities().values();
  for (size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(std::accumulate(phi.begin() + static_cast<int64_t>(k) * 5,
                                phi.begin() + static_cast<int64_t>(k + 1) * 5, 0.0),
                1, 1e-12);
  const auto mixture = model->topics()->mixture(std::vector<int64_t>{4, 4, 3, 4});
  EXPECT_NEAR(mixture[0] + mixture[1] + mixture[2], 1, 1e-9);
  EXPECT_GT(mixture[2], 0.6);
  expect_error([&] { model->topics()->mixture(std::vector<int64_t>{5}); }, "outside its vocabulary");
}

}  // namespace
}  // namespace hodhod
