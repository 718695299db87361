// SPDX-License-Identifier: Apache-2.0
// Against all segmentations, written out.
#include "hodhod/text/models/unigram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/text/lookup/double_array.h"

namespace hodhod::text {
namespace {

const std::vector<std::pair<std::string, double>> kPieces = {
    {"<unk>", 0.0}, {"a", -2.1},  {"b", -2.4},   {"ab", -3.3}, {"ba", -3.9}, {"aba", -5.2},
    {"c", -6.0},    {"bc", -4.0}, {"abc", -7.5}, {"می", -1.5}, {"م", -3.0},  {"ی", -3.5}};

using Way = std::pair<double, std::vector<int32_t>>;

// Every way to spell the text with the pieces, best first; none is unknown.
std::vector<Way> all_ways(const std::string& text) {
  std::vector<Way> ways;
  std::vector<int32_t> ids;
  const std::function<void(size_t, double)> walk = [&](size_t at, double score) {
    if (at == text.size()) ways.emplace_back(score, ids);
    for (size_t id = 1; id < kPieces.size(); ++id) {
      if (text.compare(at, kPieces[id].first.size(), kPieces[id].first) != 0) continue;
      ids.push_back(static_cast<int32_t>(id));
      walk(at + kPieces[id].first.size(), score + kPieces[id].second);
      ids.pop_back();
    }
  };
  walk(0, 0);
  std::stable_sort(ways.begin(), ways.end(), [](const Way& x, const Way& y) { return x.first > y.first; });
  return ways;
}

std::vector<int32_t> ids_of(const std::vector<Token>& tokens) {
  std::vector<int32_t> ids;
  for (const Token& token : tokens) ids.push_back(token.id);
  return ids;
}

TEST(Unigram, NBestAreTheBestOfAll) {
  const ModelPtr model = make_unigram(kPieces, 0);
  for (const std::string text : {"abcab", "ababab", "aabcbabc", "b", "abمیab"}) {
    const auto ways = all_ways(text);
    const auto best = best_tokens(*model, text, 1000);
    ASSERT_EQ(best.size(), ways.size()) << text;
    for (size_t i = 0; i < ways.size(); ++i) EXPECT_NEAR(best[i].score, ways[i].first, 1e-12);
    EXPECT_EQ(ids_of(best[0].tokens), ways[0].second);
    EXPECT_EQ(best_tokens(*model, text, 2).size(), std::min<size_t>(2, ways.size()));
    const auto scratch = model->make_scratch();
    std::vector<Token> tokens;
    model->encode(text, *scratch, tokens);
    EXPECT_EQ(ids_of(tokens), ways[0].second);
  }
}

TEST(Unigram, SamplesFollowTheProbabilities) {
  const ModelPtr model = make_unigram(kPieces, 0);
  const std::string text = "abcab";
  const double alpha = 0.5;
  std::map<std::vector<int32_t>, double> expected;
  double total = 0;
  for (const auto& [score, ids] : all_ways(text)) total += expected[ids] = std::exp(alpha * score);
  std::map<std::vector<int32_t>, int> counts;
  Rng rng(1);
  constexpr int kSamples = 20000;
  for (int i = 0; i < kSamples; ++i) ++counts[ids_of(sample_tokens(*model, text, alpha, rng))];
  for (const auto& [ids, weight] : expected) {
    const double p = weight / total;
    EXPECT_NEAR(counts[ids], kSamples * p, 5 * std::sqrt(kSamples * p));
  }
  EXPECT_EQ(counts.size(), expected.size());
}

TEST(Unigram, UnknownCharactersInARowAreOneToken) {
  const ModelPtr model = make_unigram(kPieces, 0);
  const auto scratch = model->make_scratch();
  std::vector<Token> tokens;
  model->encode("axyزb\xFF", *scratch, tokens);
  EXPECT_EQ(ids_of(tokens), (std::vector<int32_t>{1, 0, 2, 0}));
  EXPECT_EQ(tokens[1].begin, 1u);
  EXPECT_EQ(tokens[1].end, 5u);
}

TEST(Unigram, JsonRoundTrip) {
  const ModelPtr model = make_unigram(kPieces, 0, true);
  const ModelPtr again = unigram_from_json(parse_json(model->to_json(), "model"), "model");
  EXPECT_EQ(again->to_json(), model->to_json());
  EXPECT_THROW(unigram_from_json(parse_json(R"({"vocab":[["a",-1]],"unk_id":1})", "m"), "m"), Error);
  EXPECT_THROW(unigram_from_json(parse_json(R"({"vocab":[["a",-1],["a",-2]],"unk_id":0})", "m"), "m"), Error);
  EXPECT_THROW(unigram_from_json(parse_json(R"({"vocab":[["a"]],"unk_id":0})", "m"), "m"), Error);
  EXPECT_THROW(unigram_from_json(parse_json(R"({"vocab":[],"unk_id":null})", "m"), "m"), Error);
}

TEST(DoubleArray, FindsWhatWasPutIn) {
  Rng rng(9);
  std::map<std::string, int32_t> keys;
  for (int32_t i = 0; i < 5000; ++i) {
    std::string key;
    for (uint64_t n = 1 + rng.below(6); n > 0; --n)
      key += static_cast<char>(rng.below(3) == 0 ? rng.below(256) : 'a' + rng.below(4));
    keys.emplace(key, i);
  }
  const DoubleArray trie({keys.begin(), keys.end()});
  for (const auto& [key, value] : keys) EXPECT_EQ(trie.find(key), value);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int n = 0; n < 8; ++n)
      text += static_cast<char>(rng.below(3) == 0 ? rng.below(256) : 'a' + rng.below(4));
    std::vector<std::pair<size_t, int32_t>> expected, found;
    for (size_t size = 1; size <= text.size(); ++size) {
      if (const auto at = keys.find(text.substr(0, size)); at != keys.end())
        expected.emplace_back(size, at->second);
    }
    trie.prefixes(text, [&](size_t size, int32_t value) { found.emplace_back(size, value); });
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace hodhod::text
