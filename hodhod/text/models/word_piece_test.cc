// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_piece.h"

#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/text/models/word_level.h"

namespace hodhod::text {
namespace {

std::vector<int32_t> ids(const TokenizerModel& model, std::string_view piece) {
  const auto scratch = model.make_scratch();
  std::vector<Token> tokens;
  model.encode(piece, *scratch, tokens);
  std::vector<int32_t> out;
  for (const Token& token : tokens) out.push_back(token.id);
  return out;
}

using Ids = std::vector<int32_t>;

TEST(WordPiece, TakesTheLongestFromTheLeft) {
  const auto model = make_word_piece({"[UNK]", "un", "##aff", "##able", "##a", "خ", "##انه"});
  EXPECT_EQ(ids(*model, "unaffable"), (Ids{1, 2, 3}));
  EXPECT_EQ(ids(*model, "unaffably"), (Ids{0}));
  EXPECT_EQ(ids(*model, "خانه"), (Ids{5, 6}));
  EXPECT_EQ(ids(*model, "un\xFF"), (Ids{0}));
}

TEST(WordPiece, LongWordsAreUnknown) {
  const auto model = make_word_piece({"[UNK]", "a", "##a"}, {.max_input_chars_per_word = 5});
  EXPECT_EQ(ids(*model, "aaaaa").size(), 5u);
  EXPECT_EQ(ids(*model, "aaaaaa"), (Ids{0}));
  const auto endless = make_word_piece({"[UNK]", "a", "##a"}, {.max_input_chars_per_word = 1 << 30});
  EXPECT_EQ(ids(*endless, std::string(1 << 20, 'a')).size(), 1u << 20);
}

TEST(WordPiece, WithoutAnUnknownTokenSaysSo) { EXPECT_THROW(ids(*make_word_piece({"a"}), "b"), Error); }

TEST(WordLevel, LooksWordsUp) {
  const auto model = make_word_level({"<unk>", "خانه", "b"});
  EXPECT_EQ(ids(*model, "خانه"), (Ids{1}));
  EXPECT_EQ(ids(*model, "c"), (Ids{0}));
  EXPECT_EQ(ids(*make_word_level({"b"}), "c"), (Ids{}));
}

}  // namespace
}  // namespace hodhod::text
