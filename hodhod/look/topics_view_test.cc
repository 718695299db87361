// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/topics_view.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "hodhod/look/look.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/lda.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/topics.h"

namespace hodhod::look {
namespace {

// Two topics of which each has given two words of four many times.
Subject topics_subject() {
  const std::vector<std::string> texts = {"ship sea", "bread oven"};
  auto tokenizer = std::make_unique<text::Tokenizer>(topic_tokenizer(
      texts, {.min_texts = 1, .max_share = 1},
      {.kind = TokenizerKind::word, .special = SpecialTokens::none, .blanks = Blanks::joined}));
  const auto config = model_preset("lda");
  config->change("topics=2");
  TopicFinder finder = TopicFinder::make(*config, std::move(tokenizer));
  const Tensor& counts = dynamic_cast<const Lda&>(*finder.model.model).topic_word();
  fill(counts, 0);
  for (const auto& [word, topic] :
       std::map<std::string, int64_t>{{"ship", 0}, {"sea", 0}, {"bread", 1}, {"oven", 1}})
    counts.data<double>()[topic * counts.dim(1) + finder.words_of(word).at(0)] = 50;
  Subject subject{.kind = Kind::topics, .name = "model", .family = "lda"};
  subject.text = std::move(finder.model);
  return subject;
}

TEST(TopicsView, SharesOfWordsFollowBayesRule) {
  Subject subject = topics_subject();
  const LookResult found = look(subject, {.texts = {"ship zzz bread sea ship"}});
  const ReadPage page = read_page(found.page);
  const Json& topics = page.index.at("passes").at(size_t{0}).at("topics");
  EXPECT_EQ(topics.at("count").get<int64_t>(), 2);
  ASSERT_EQ(topics.at("shown").size(), 2u);
  EXPECT_EQ(topics.at("shown").at(size_t{0}).at("topic").get<int64_t>(), 0);
  EXPECT_EQ(topics.at("shown").at(size_t{0}).at("words").size(), 4u);
  const Topics& model = *subject.model().topics();
  std::vector<int64_t> known;
  std::vector<int64_t> places;
  const Json& tokens = page.index.at("passes").at(size_t{0}).at("sequences").at(size_t{0}).at("tokens");
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens.at(i).value<bool>("unknown", false)) continue;
    known.push_back(tokens.at(i).at("id").get<int64_t>());
    places.push_back(static_cast<int64_t>(i));
  }
  ASSERT_EQ(known.size(), 4u);
  ASSERT_EQ(tokens.size(), 5u);
  const std::vector<double> shares = model.mixture(known);
  const Tensor phi = model.word_probabilities();
  ASSERT_EQ(topics.at("words").size(), known.size());
  for (size_t i = 0; i < known.size(); ++i) {
    const Json& word = topics.at("words").at(i);
    EXPECT_EQ(word.at("at").get<int64_t>(), places[i]);
    const double zero = shares[0] * phi.data<double>()[known[i]],
                 one = shares[1] * phi.data<double>()[phi.dim(1) + known[i]];
    EXPECT_NEAR(word.at("shares").at(size_t{0}).get<double>(), zero / (zero + one), 1e-6);
    EXPECT_NEAR(word.at("shares").at(size_t{1}).get<double>(), one / (zero + one), 1e-6);
  }
}

// A text of which no word is known has the topics that the model expects of any text.
TEST(TopicsView, AnUnknownTextHasNoWords) {
  Subject subject = topics_subject();
  const ReadPage page = read_page(look(subject, {.texts = {"qqq", "ship"}, .compare = true}).page);
  ASSERT_EQ(page.index.at("passes").size(), 2u);
  const Json& topics = page.index.at("passes").at(size_t{0}).at("topics");
  EXPECT_EQ(topics.at("words").size(), 0u);
  EXPECT_NEAR(topics.at("shown").at(size_t{0}).at("share").get<double>(), 0.5, 1e-9);
}

}  // namespace
}  // namespace hodhod::look
