// SPDX-License-Identifier: Apache-2.0
// The expected figures are those that the package rouge_score documents and tests.
#include "hodhod/train/metrics/rouge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/error.h"

namespace hodhod::metrics {
namespace {

using testing::ElementsAre;

RougeScores rouge(const std::string& hypothesis, const std::vector<std::string>& references) {
  return segment_rouge(hypothesis, references);
}

TEST(Rouge, WordsAreRunsOfLettersAndDigits) {
  EXPECT_THAT(rouge_words("The U.S. (1,000) don't_go"),
              ElementsAre("the", "u", "s", "1", "000", "don", "t", "go"));
  EXPECT_THAT(rouge_words("Œuvre Ünï"), ElementsAre("œuvre", "ünï"));
  EXPECT_THAT(rouge_words("«می\u200cروَد»، ۱۲ کتابِ خوب\u200c!"),
              ElementsAre("می\u200cروَد", "۱۲", "کتابِ", "خوب"));
  EXPECT_THAT(rouge_words(" -- "), ElementsAre());
  EXPECT_THAT(rouge_words("a\xff"
                          "b"),
              ElementsAre("a", "b"));
}

TEST(Rouge, FiguresOfTheReference) {
  const auto fox =
      rouge("The quick brown dog jumps on the log.", {"The quick brown fox jumps over the lazy dog"});
  EXPECT_NEAR(fox.rouge1, 70.58823529411765, 1e-10);
  EXPECT_NEAR(fox.rouge_l, 58.82352941176471, 1e-10);
  EXPECT_NEAR(rouge("testing", {"testing one two"}).rouge1, 50, 1e-10);
  EXPECT_NEAR(rouge("testing one", {"testing one two"}).rouge2, 66.66666666666667, 1e-10);
  EXPECT_NEAR(rouge("testing two", {"testing one two"}).rouge_l, 80, 1e-10);
}

TEST(Rouge, TheBestReferenceCountsForEachMeasure) {
  const auto both = rouge("a b c", {"c b a", "a b x y"});
  EXPECT_NEAR(both.rouge1, 100, 1e-10);
  EXPECT_NEAR(both.rouge2, 40, 1e-10);
  EXPECT_NEAR(both.rouge_l, rouge("a b c", {"a b x y"}).rouge_l, 1e-10);
}

TEST(Rouge, MeanOverSegments) {
  Rouge mean;
  EXPECT_EQ(mean.score().rouge1, 0);
  for (const char* hypothesis : {"testing", "testing one two", ""})
    mean.add(hypothesis, std::vector<std::string>{"testing one two"});
  EXPECT_NEAR(mean.score().rouge1, 50, 1e-10);
  EXPECT_THROW(mean.add("x", {}), Error);
}

}  // namespace
}  // namespace hodhod::metrics
