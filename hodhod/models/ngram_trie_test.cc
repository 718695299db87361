// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_trie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/ngram_trie_writer.h"

namespace hodhod {
namespace {

constexpr uint32_t kTrieWords = 5000;

float unigram_of(uint32_t word) { return -1 - static_cast<float>(word % 7); }
float bigram_of(uint32_t word) { return -0.25F - static_cast<float>(word % 5); }

// Bigrams that begin with word 1 and end with each of `words`; the backoff of word 1 is −0.5.
void write_bigrams(const std::string& path, std::vector<uint32_t> words) {
  const WordScatter scatter(kTrieWords);
  std::sort(words.begin(), words.end(), [&](uint32_t a, uint32_t b) { return scatter(a) < scatter(b); });
  NgramTrieWriter writer(path, {kTrieWords, words.size()});
  for (uint32_t word = 0; word < kTrieWords; ++word)
    writer.add(word, unigram_of(word), word == 1 ? -0.5F : 0, word <= 1 ? 0 : words.size());
  for (const uint32_t word : words) writer.add(word, bigram_of(word), 0, 0);
  writer.finish();
}

// Every word after word 1, looked up at once and in steps.
void expect_found(const std::vector<uint32_t>& words) {
  const TemporaryDirectory directory;
  write_bigrams(directory / "trie", words);
  const NgramTrie trie(directory / "trie");
  NgramContext context;
  trie.extend(context, 1);
  for (uint32_t word = 0; word < kTrieWords; ++word) {
    const bool there = std::find(words.begin(), words.end(), word) != words.end();
    NgramContext once = context, steps = context;
    const NgramScore found = trie.extend(once, word);
    EXPECT_EQ(found.length, there ? 2 : 1) << word;
    EXPECT_EQ(found.log10_probability, there ? bigram_of(word) : unigram_of(word) + -0.5F) << word;
    NgramLookup lookup;
    trie.begin(steps, word, lookup);
    while (!trie.advance(steps, lookup)) {
    }
    EXPECT_EQ(lookup.score.log10_probability, found.log10_probability) << word;
    EXPECT_EQ(trie.find(std::vector<uint32_t>{1, word}).has_value(), there) << word;
  }
}

TEST(NgramTrie, FindsWordsThatLieEvenly) {
  Rng rng(3);
  for (const size_t count : {size_t{0}, size_t{1}, size_t{4}, size_t{5}, size_t{300}, size_t{4000}}) {
    std::vector<uint32_t> words(kTrieWords);
    for (uint32_t word = 0; word < kTrieWords; ++word) words[word] = word;
    for (size_t i = 0; i < count; ++i) std::swap(words[i], words[i + rng.below(kTrieWords - i)]);
    words.resize(count);
    expect_found(words);
  }
}

TEST(NgramTrie, FindsWordsThatLieInAHeap) {
  const WordScatter scatter(kTrieWords);
  for (const uint32_t begin : {0U, 3000U, 7500U}) {
    std::vector<uint32_t> words;
    for (uint32_t word = 0; word < kTrieWords; ++word) {
      const uint32_t at = scatter(word);
      if ((at >= begin && at < begin + 600) || at % 1000 == 0) words.push_back(word);
    }
    ASSERT_GT(words.size(), 300U);
    expect_found(words);
  }
}

// More than one piece of what is written at once.
TEST(NgramTrie, AFileOfSomeMegabytesIsReadBack) {
  constexpr uint32_t kContexts = 100;
  const auto probability = [](uint32_t first, uint32_t last) {
    return -static_cast<float>(first % 13 + last % 17) / 8;
  };
  const TemporaryDirectory directory;
  const WordScatter scatter(kTrieWords);
  std::vector<uint32_t> words(kTrieWords);
  for (uint32_t word = 0; word < kTrieWords; ++word) words[word] = word;
  std::sort(words.begin(), words.end(), [&](uint32_t a, uint32_t b) { return scatter(a) < scatter(b); });
  for (const int64_t bits : {32, 8}) {
    std::vector<float> values;
    for (int i = 0; i < 29; ++i) values.push_back(-static_cast<float>(i) / 8);
    const NgramCodebook book = NgramCodebook::of(values, false);
    const std::vector<NgramLevelCodebooks> books(bits == 8 ? 2 : 0, NgramLevelCodebooks{book, book});
    NgramTrieWriter writer(directory / "trie", {kTrieWords, kContexts * kTrieWords}, books);
    for (uint32_t word = 0; word < kTrieWords; ++word)
      writer.add(word, probability(word, 0), 0, uint64_t{std::min(word, kContexts)} * kTrieWords);
    for (uint32_t first = 0; first < kContexts; ++first) {
      for (const uint32_t word : words) writer.add(word, probability(first, word), 0, 0);
    }
    writer.finish();
    EXPECT_TRUE(bits == 8 || file_size(directory / "trie") > 2 << 20);
    const NgramTrie trie(directory / "trie");
    uint64_t wrong = 0, seen = 0;
    for (const size_t n : {1U, 2U}) {
      trie.for_each(n, [&](const NgramEntry& entry) {
        const uint32_t last = n == 2 ? entry.words[1] : 0;
        wrong += entry.log10_probability == probability(entry.words[0], last) ? 0 : 1;
        ++seen;
      });
    }
    EXPECT_EQ(seen, uint64_t{kTrieWords} * (kContexts + 1));
    EXPECT_EQ(wrong, 0U);
  }
}

TEST(NgramTrie, ContextsAreCutWhereNothingFollows) {
  const TemporaryDirectory directory;
  write_bigrams(directory / "trie", {2, 3});
  const NgramTrie trie(directory / "trie");
  NgramContext context;
  trie.extend(context, 1);
  EXPECT_EQ(context.known, 1U);
  EXPECT_EQ(context.all()[0].size, 2U);
  trie.extend(context, 2);  // nothing follows 2, and its backoff is 0
  EXPECT_EQ(context.known, 0U);
  expect_error([&] { trie.extend(context, kTrieWords); }, "word 5000 of 5000");
}

}  // namespace
}  // namespace hodhod
