// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_level.h"

#include <gtest/gtest.h>

#include "hodhod/text/models/bpe.h"
#include "hodhod/text/pre_tokenizers/split.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {
namespace {

Tokenizer tokenizer_of_words(const std::vector<std::string>& words) {
  TokenizerParts parts;
  parts.pre_tokenizer = make_blank_split();
  parts.model = make_word_level(words);
  return Tokenizer(std::move(parts));
}

TEST(WordLevel, ManyWordsAtOnceHaveTheIdsOfEach) {
  std::vector<std::string> words = {"<unk>", "\n"};
  for (int i = 0; i < 500; ++i) words.push_back("w" + std::to_string(i * i));
  const Tokenizer with = tokenizer_of_words(words);
  const Tokenizer without = tokenizer_of_words({words.begin() + 1, words.end()});  // no <unk>
  std::string text;
  for (int i = 0; i < 300; ++i) {
    // Every number of words up to 100, with unknown ones between.
    text += (i % 3 == 0 ? "  x" : " w") + std::to_string(i % 7 == 0 ? i : i * i);
    if (i > 100) text += '\n';
    EXPECT_EQ(with.encode_ids(text), with.encode(text).ids) << i;
    EXPECT_EQ(without.encode_ids(text), without.encode(text).ids) << i;
  }
  EXPECT_EQ(with.encode_ids(" w4 no w9\n"), (std::vector<int32_t>{4, 0, 5, 1}));
  EXPECT_EQ(without.encode_ids(" w4 no w9\n"), (std::vector<int32_t>{3, 4, 0}));
  EXPECT_TRUE(with.encode_ids("").empty());
}

TEST(WordLevel, OtherModelsAreNotForWholeWords) {
  std::vector<int32_t> ids;
  const std::vector<std::string_view> pieces = {"a"};
  EXPECT_TRUE(encode_whole_words(*make_word_level({"a"}, "<unk>"), pieces, ids));
  EXPECT_EQ(ids, std::vector<int32_t>{0});
  EXPECT_FALSE(encode_whole_words(*make_bpe({"a"}, {}), pieces, ids));
  EXPECT_EQ(ids.size(), 1U);
}

}  // namespace
}  // namespace hodhod::text
