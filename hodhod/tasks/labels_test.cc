// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Labels, DoubtsComeWithAdvice) {
  const auto doubts = [](std::vector<std::string> labels) { return doubts_about_labels(labels); };
  std::vector<std::string> fine(10, "a");
  fine.insert(fine.end(), 10, "b");
  EXPECT_THAT(doubts(fine), testing::IsEmpty());
  fine.insert(fine.begin(), "v1");
  EXPECT_THAT(doubts(fine), ElementsAre(AllOf(HasSubstr("\"v1\" occurs only in the first line"),
                                              HasSubstr("`header yes`"))));
  std::vector<std::string> texts, numbers;
  for (int i = 0; i < 20; ++i) {
    texts.push_back("text number " + std::to_string(i));
    numbers.push_back(std::to_string(i) + ".5");
  }
  EXPECT_THAT(doubts(texts),
              ElementsAre(AllOf(HasSubstr("20 different labels in 20 examples"), HasSubstr("`label`"))));
  EXPECT_THAT(doubts(numbers), ElementsAre(HasSubstr("`regression`")));
  EXPECT_THAT(doubts({"a", "b", "c"}), testing::IsEmpty());
}

TEST(Labels, ThatAreFractionsMayBeMeantAsNumbers) {
  std::vector<std::string> scores, stars;
  for (int i = 0; i < 60; ++i) {
    scores.push_back(std::to_string(i % 4) + (i % 2 == 0 ? ".5" : ""));
    stars.push_back(std::to_string(i % 5));
  }
  EXPECT_THAT(doubts_about_labels(scores),
              ElementsAre(AllOf(HasSubstr("the 4 labels are numbers"), HasSubstr("`regression`"))));
  EXPECT_THAT(doubts_about_labels(stars), testing::IsEmpty());
}

TEST(Labels, OfTheValidationDataAloneAreNamed) {
  using Names = std::vector<std::string>;
  EXPECT_THAT(doubts_about_validation(Names{"a", "b"}, Names{"b", "a", "b"}), testing::IsEmpty());
  EXPECT_THAT(doubts_about_validation(Names{"a"}, Names{"a", "c", "c"}),
              ElementsAre(HasSubstr("the label \"c\" occurs in the data for validation alone")));
  EXPECT_THAT(doubts_about_validation(Names{"a"}, Names{"1", "2", "3", "4", "5", "6", "7"}),
              ElementsAre(AllOf(HasSubstr("\"5\" and 2 more occur"), testing::Not(HasSubstr("\"6\"")))));
}

TEST(Labels, AreNumbersByValueElseWordsBySpelling) {
  EXPECT_THAT(Labels::of({"10", "-2", "9", "-2"}).names(), ElementsAre("-2", "9", "10"));
  EXPECT_THAT(Labels::of({"10", "a", "9"}).names(), ElementsAre("10", "9", "a"));
}

}  // namespace
}  // namespace hodhod
