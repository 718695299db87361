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

TEST(Labels, AreNumbersByValueElseWordsBySpelling) {
  EXPECT_THAT(Labels::of({"10", "-2", "9", "-2"}).names(), ElementsAre("-2", "9", "10"));
  EXPECT_THAT(Labels::of({"10", "a", "9"}).names(), ElementsAre("10", "9", "a"));
}

}  // namespace
}  // namespace hodhod
