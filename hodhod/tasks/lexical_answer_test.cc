// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/lexical_answer.h"

#include <gtest/gtest.h>

namespace hodhod {
namespace {

std::string answer_to(const std::string& question, const std::string& context) {
  return lexical_answer({.id = "1", .question = question, .context = context});
}

TEST(LexicalAnswer, IsTheLongestNewRunOfTheNearestSentence) {
  const std::string context = "The cat sat on a red mat. The dog slept in the garden. It rained all day.";
  EXPECT_EQ(answer_to("Where did the dog sleep in the garden?", context), "slept");
  EXPECT_EQ(answer_to("What sat on the mat?", context), "a red");
  EXPECT_EQ(answer_to("Who?", "One two three four five six."), "One two three four");
  EXPECT_EQ(answer_to("کتاب را چه کسی خواند؟", "باران آمد. کتاب را معلم مدرسه خواند."), "معلم مدرسه");
  EXPECT_EQ(answer_to("one two?", "One, two."), "");
  EXPECT_EQ(answer_to("?", ""), "");
}

}  // namespace
}  // namespace hodhod
