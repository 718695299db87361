// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/tasks/test_generator.h"

namespace hodhod::look {
namespace {

TEST(LookSequence, PlacesAreInUtf16) {
  EXPECT_THAT(utf16_offsets("a\u00e9\u0633\U0001f426b"),
              testing::ElementsAre(0, 1, 1, 2, 2, 3, 3, 3, 3, 5, 6));
  EXPECT_THAT(utf16_offsets("\xff\xd8x"), testing::ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(utf16_offsets(""), testing::ElementsAre(0));
}

TEST(LookSequence, DirectionIsThatOfTheFirstStrongLetter) {
  EXPECT_TRUE(is_right_to_left("(۱۲) «کتاب» book"));
  EXPECT_FALSE(is_right_to_left("... \"Book\" کتاب"));
  EXPECT_TRUE(is_right_to_left("12 \u05d0"));
  EXPECT_FALSE(is_right_to_left("123 …"));
  EXPECT_FALSE(is_right_to_left("\xff"));
}

// The tokens of a text cover it, in order, and those that the model writes go on from there.
TEST(LookSequence, TokensStandForPartsOfTheText) {
  const TextGenerator writer = test_generator(TokenizerKind::bpe);
  const text::Tokenizer& tokenizer = *writer.tokenizer;
  Sequence sequence{.text = "the cat می‌خواهم"};
  add_tokens(sequence, tokenizer, tokenizer.encode(sequence.text, {.add_special_tokens = false}));
  const size_t read = sequence.tokens.size();
  std::vector<int64_t> more;
  for (const int32_t id : tokenizer.encode_ids(" a dog یاد")) more.push_back(id);
  add_written(sequence, tokenizer, more);
  EXPECT_EQ(sequence.tokens.size(), read + more.size());
  size_t before = 0;
  for (const SequenceToken& token : sequence.tokens) {
    if (!token.bytes) continue;
    EXPECT_GE(token.bytes->first, before == 0 ? 0 : before - 1);
    EXPECT_LE(token.bytes->second, sequence.text.size());
    before = token.bytes->second;
  }
  EXPECT_EQ(before, sequence.text.size());
  const Json json = to_json(sequence);
  EXPECT_EQ(json.at("direction").text(), "ltr");
  EXPECT_EQ(json.at("tokens").size(), sequence.tokens.size());
}

// A character that takes several tokens is told by each of them.
TEST(LookSequence, PartsOfACharacterBelongTogether) {
  text::Encoding encoding;
  encoding.push(7, 0, {0, 1}, {0, 1}, 0);
  encoding.push(8, 0, {1, 2}, {0, 1}, 0);
  encoding.push(9, 0, {2, 3}, {1, 2}, 0);
  const TextGenerator writer = test_generator(TokenizerKind::bpe);
  Sequence sequence{.text = "\u0633x"};
  add_tokens(sequence, *writer.tokenizer, encoding);
  const Json tokens = to_json(sequence).at("tokens");
  for (const size_t i : {size_t{0}, size_t{1}}) {
    EXPECT_EQ(tokens.at(i).at("begin").get<int64_t>(), 0);
    EXPECT_EQ(tokens.at(i).at("end").get<int64_t>(), 1);
    EXPECT_EQ(tokens.at(i).at("part"), (Json::array({static_cast<int64_t>(i) + 1, 2})));
  }
  EXPECT_EQ(tokens.at(2).at("begin").get<int64_t>(), 1);
  EXPECT_FALSE(tokens.at(2).contains("part"));
}

}  // namespace
}  // namespace hodhod::look
