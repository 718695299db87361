// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/made_ngrams.h"

namespace hodhod {
namespace {

using Words = MadeNgrams::Words;

const std::vector<Words>& made_contexts() {
  static const std::vector<Words> kContexts = {{},     {0},    {1},    {2},    {3},    {4},       {900},
                                               {1199}, {1, 2}, {3, 2}, {4, 2}, {2, 4}, {7, 3, 2}, {2, 3},
                                               {9, 2}, {3, 3}, {4, 4}, {2, 1}, {1, 1}, {2, 900},  {1199, 2}};
  return kContexts;
}

NgramContext after(const NgramTrie& trie, const Words& words) {
  NgramContext context;
  for (const uint32_t word : words) trie.extend(context, word);
  return context;
}

std::vector<float> row_after(const NgramDistribution& distribution, const NgramContext& context) {
  std::vector<float> row(MadeNgrams::kWords, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(distribution.write(context, row.data()));
  return row;
}

TEST(NgramDistribution, IsThatOfTheModel) {
  const TemporaryDirectory directory;
  const MadeNgrams made;
  made.write(directory / "trie");
  const NgramTrie trie(directory / "trie");
  const NgramDistribution distribution(trie);
  for (const Words& words : made_contexts()) {
    const std::vector<float> row = row_after(distribution, after(trie, words));
    const std::vector<double> expected = made.all(words);
    double sum = 0;
    for (size_t word = 0; word < row.size(); ++word) {
      ASSERT_NEAR(row[word], std::log(expected[word]), 4e-6) << word;
      sum += std::exp(static_cast<double>(row[word]));
    }
    EXPECT_NEAR(sum, 1, 1e-6);
  }
}

// Rows that were kept before, rows for which there is no room, and rows written by several threads at once.
TEST(NgramDistribution, BitsDoNotDependOnWhatIsKept) {
  const TemporaryDirectory directory;
  MadeNgrams().write(directory / "trie");
  const NgramTrie trie(directory / "trie");
  constexpr uint64_t kRow = MadeNgrams::kWords * sizeof(float);
  const NgramDistribution keeps(trie), forgets(trie, 0), keeps_one(trie, kRow), together(trie);
  std::vector<NgramContext> contexts;
  for (const Words& words : made_contexts()) contexts.push_back(after(trie, words));
  std::vector<std::vector<float>> expected;
  for (const NgramContext& context : contexts) expected.push_back(row_after(forgets, context));
  for (int round = 0; round < 2; ++round) {
    for (size_t i = contexts.size(); i-- > 0;) {
      EXPECT_EQ(row_after(keeps, contexts[i]), expected[i]);
      EXPECT_EQ(row_after(keeps_one, contexts[i]), expected[i]);
    }
  }
  const int threads = thread_count();
  set_thread_count(4);
  std::vector<std::vector<float>> rows(8 * contexts.size());
  parallel_for(std::ssize(rows), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      rows[i] = row_after(together, contexts[i * 7 % contexts.size()]);
  });
  set_thread_count(threads);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], expected[i * 7 % contexts.size()]);
}

TEST(NgramDistribution, NumbersThatAreNotFiniteAreFound) {
  const TemporaryDirectory directory;
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  const auto is_sound = [&](float unigram, float backoff, float bigram) {
    NgramTrieWriter writer(directory / "trie", {2, 1});
    writer.add(0, -0.3F, backoff, 0);
    writer.add(1, unigram, 0, 1);
    writer.add(1, bigram, 0, 0);
    writer.finish();
    const NgramTrie trie(directory / "trie");
    NgramContext context;
    trie.extend(context, 0);
    std::vector<float> row(2);
    return NgramDistribution(trie).write(context, row.data());
  };
  EXPECT_TRUE(is_sound(-0.3F, -0.1F, -0.2F));
  EXPECT_TRUE(is_sound(-99, -99, -99));
  EXPECT_FALSE(is_sound(-kInfinite, -0.1F, -0.2F));
  EXPECT_FALSE(is_sound(-0.3F, -kInfinite, -0.2F));
  EXPECT_FALSE(is_sound(-0.3F, std::numeric_limits<float>::quiet_NaN(), -0.2F));
  EXPECT_FALSE(is_sound(-0.3F, -0.1F, -kInfinite));
}

}  // namespace
}  // namespace hodhod
