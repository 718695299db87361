// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "hodhod/base/rng.h"

namespace hodhod::text {
namespace {

// Tokens that cover a word, told by its bytes.
std::vector<Token> tokens_of(const std::string& word) {
  std::vector<Token> tokens;
  Rng rng(hash_bytes(word));
  for (uint32_t at = 0; at < word.size();) {
    const auto end =
        std::min(static_cast<uint32_t>(word.size()), at + 1 + static_cast<uint32_t>(rng.below(8)));
    tokens.push_back({static_cast<int32_t>(rng.below(50000)), at, end});
    at = end;
  }
  return tokens;
}

void expect_kept(const WordCache& cache, const WordCache::Entry* entry, const std::string& word) {
  ASSERT_NE(entry, nullptr) << word;
  std::vector<Token> found = {{7, 0, 1}};
  cache.append_tokens(*entry, found);
  const std::vector<Token> tokens = tokens_of(word);
  ASSERT_EQ(found.size(), tokens.size() + 1);
  for (size_t i = 0; i < tokens.size(); ++i) {
    ASSERT_TRUE(found[i + 1].id == tokens[i].id && found[i + 1].begin == tokens[i].begin &&
                found[i + 1].end == tokens[i].end)
        << word << " " << i;
  }
  ASSERT_EQ(entry->weight, static_cast<float>(word.size()));
}

// Words of all lengths, many alike in their first 24 bytes, while the table grows.
TEST(WordCache, GivesTheTokensOfEachWordItKeeps) {
  WordCache cache;
  std::vector<std::string> words;
  for (int i = 0; i < 5000; ++i) {
    std::string word = i % 2 == 0 ? "" : std::string(24, 'x');
    word += std::to_string(i);
    word.resize(std::min<size_t>(64, word.size() + static_cast<size_t>(i % 41)), '\0');
    words.push_back(word);
  }
  for (const std::string& word : words) {
    EXPECT_EQ(cache.find(WordKey(word)), nullptr);
    const std::vector<Token> tokens = tokens_of(word);
    const auto* entry = cache.insert(WordKey(word), tokens, static_cast<float>(word.size()));
    ASSERT_EQ(entry != nullptr, tokens.size() <= WordCache::kMostTokens);
    if (entry != nullptr) expect_kept(cache, entry, word);
  }
  for (const std::string& word : words) {
    if (tokens_of(word).size() <= WordCache::kMostTokens) expect_kept(cache, cache.find(WordKey(word)), word);
  }
  EXPECT_EQ(cache.insert(WordKey(""), {}), nullptr);
  EXPECT_EQ(cache.insert(WordKey(std::string(65, 'a')), {}), nullptr);
}

TEST(WordCache, ForgetsWhenItIsFullAndGoesOn) {
  WordCache cache;
  const auto word = [](int i) { return "w" + std::to_string(i); };
  for (int i = 0; i < 250000; ++i) {
    const std::string spelling = word(i);
    ASSERT_NE(cache.insert(WordKey(spelling), tokens_of(spelling), static_cast<float>(spelling.size())),
              nullptr);
    if (i % 1000 == 0) expect_kept(cache, cache.find(WordKey(spelling)), spelling);
  }
  EXPECT_EQ(cache.find(WordKey("w0")), nullptr);
}

}  // namespace
}  // namespace hodhod::text
