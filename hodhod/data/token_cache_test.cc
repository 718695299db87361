// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/token_cache.h"

#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/text/models/word_level.h"

namespace hodhod {
namespace {

text::Tokenizer tokenizer_of(const char* word) {
  text::TokenizerParts parts;
  parts.model = text::make_word_level({"<unk>", word});
  return text::Tokenizer(std::move(parts));
}

TEST(TokenCache, IsReadOnlyForItsKeyAndWhole) {
  const TemporaryDirectory directory;
  const std::string path = directory / "deep/er/train.tokens";
  const TokenSequences tokens = {{1, 2, 3}, {}, {4'000'000'000, 0}}, others = {{5}};
  int encoded = 0;
  const auto get = [&](uint64_t key, const TokenSequences& made) {
    return cached_tokens(path, key, [&] { return ++encoded, made; });
  };
  EXPECT_EQ(get(7, tokens), tokens);
  EXPECT_EQ(get(7, others), tokens);
  EXPECT_EQ(encoded, 1);
  EXPECT_EQ(get(8, others), others);  // other texts
  EXPECT_EQ(get(7, tokens), tokens);
  EXPECT_EQ(encoded, 3);
  const std::string whole = read_file(path);
  for (size_t i = 0; i <= whole.size(); ++i) {
    std::string damaged = whole;
    if (i < whole.size())
      damaged[i] = static_cast<char>(damaged[i] ^ 1);
    else
      damaged.resize(whole.size() / 2);
    write_file_atomically(path, damaged);
    encoded = 0;
    EXPECT_EQ(get(7, tokens), tokens) << i;
    EXPECT_EQ(encoded, 1) << i;
    EXPECT_EQ(read_file(path), whole) << i;
  }
  EXPECT_EQ(cached_tokens("", 7, [&] { return others; }), others);
}

TEST(TokenCache, TheKeyIsOfTokenizerAndTexts) {
  const auto key = [](const text::Tokenizer& tokenizer, std::initializer_list<const char*> texts) {
    TokenKey made(tokenizer);
    for (const char* text : texts) made.add(text);
    return made.value();
  };
  const text::Tokenizer one = tokenizer_of("one"), two = tokenizer_of("two");
  EXPECT_EQ(key(one, {"a", "b"}), key(one, {"a", "b"}));
  EXPECT_NE(key(one, {"a", "b"}), key(two, {"a", "b"}));
  EXPECT_NE(key(one, {"a", "b"}), key(one, {"ab", ""}));
  EXPECT_NE(key(one, {"a", "b"}), key(one, {"b", "a"}));
}

}  // namespace
}  // namespace hodhod
