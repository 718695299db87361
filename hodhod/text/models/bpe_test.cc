// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/bpe.h"

#include <gtest/gtest.h>

#include <map>

#include "hodhod/base/error.h"
#include "hodhod/text/testing/random_text.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {
namespace {

using Strings = std::vector<std::string>;
using Numbered = std::vector<std::pair<std::string, int64_t>>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Strings encode(const TokenizerModel& model, std::string_view piece, bool bytes = false) {
  const auto scratch = model.make_scratch();
  Strings first;
  // Twice: the second time the word comes from the cache.
  for (int round = 0; round < 2; ++round) {
    std::vector<Token> tokens;
    bytes ? model.encode_bytes(piece, *scratch, tokens) : model.encode(piece, *scratch, tokens);
    Strings names;
    uint32_t end = 0;
    for (const Token& token : tokens) {
      names.emplace_back(model.id_to_token(token.id));
      EXPECT_GE(token.begin, end);
      end = token.end;
      EXPECT_LE(end, piece.size());
    }
    if (round == 0) first = names;
    EXPECT_EQ(names, first);
  }
  return first;
}

// The definition: join the pair that ranks first, leftmost, until there is none.
Strings reference(Strings symbols, const std::map<std::pair<std::string, std::string>, size_t>& ranks) {
  for (;;) {
    size_t best = symbols.size(), rank = ranks.size();
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = ranks.find({symbols[i], symbols[i + 1]});
      if (found != ranks.end() && found->second < rank) {
        rank = found->second;
        best = i;
      }
    }
    if (best == symbols.size()) return symbols;
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

TEST(Bpe, IsItsDefinitionOnWordsOfAnyLength) {
  Rng rng(5);
  for (int round = 0; round < 40; ++round) {
    Strings tokens = {"a", "b", "c"};
    Pairs merges;
    std::map<std::pair<std::string, std::string>, size_t> ranks;
    for (int i = 0; i < 30; ++i) {
      const std::pair<std::string, std::string> pair = {tokens[rng.below(tokens.size())],
                                                        tokens[rng.below(tokens.size())]};
      if (!ranks.emplace(pair, merges.size()).second) continue;
      merges.push_back(pair);
      if (std::find(tokens.begin(), tokens.end(), pair.first + pair.second) == tokens.end()) {
        tokens.push_back(pair.first + pair.second);
      }
    }
    const auto model = make_bpe(tokens, merges);
    for (const size_t length : {1, 2, 5, 20, 30, 39, 40, 41, 42, 100, 300}) {
      std::string word;
      Strings symbols;
      for (size_t i = 0; i < length; ++i)
        symbols.push_back(std::string(1, static_cast<char>('a' + rng.below(3))));
      for (const auto& symbol : symbols) word += symbol;
      EXPECT_EQ(encode(*model, word), reference(symbols, ranks)) << word;
      EXPECT_EQ(encode(*model, word, true).size(), encode(*model, word).size());
    }
  }
}

TEST(Bpe, UnknownCharacters) {
  const Strings tokens = {"<unk>", "a", "b"};
  EXPECT_EQ(encode(*make_bpe(tokens, Pairs{}, {.unk_token = "<unk>"}), "aéb中文"),
            (Strings{"a", "<unk>", "b", "<unk>", "<unk>"}));
  EXPECT_EQ(encode(*make_bpe(tokens, Pairs{}, {.unk_token = "<unk>", .fuse_unk = true}), "aé中bx"),
            (Strings{"a", "<unk>", "b", "<unk>"}));
  EXPECT_EQ(encode(*make_bpe(tokens, Pairs{}), "éaéb"), (Strings{"a", "b"}));
}

TEST(Bpe, ByteFallback) {
  Strings tokens = {"a"};
  for (const char* byte : {"<0xC3>", "<0xA9>"}) tokens.emplace_back(byte);
  EXPECT_EQ(encode(*make_bpe(tokens, Pairs{}, {.byte_fallback = true}), "aé"),
            (Strings{"a", "<0xC3>", "<0xA9>"}));
}

TEST(Bpe, PrefixAndSuffix) {
  const auto model = make_bpe(Strings{"a", "##b", "##c</w>", "##bc</w>", "a</w>"}, {{"##b", "##c</w>"}},
                              {.continuing_subword_prefix = "##", .end_of_word_suffix = "</w>"});
  EXPECT_EQ(encode(*model, "abc"), (Strings{"a", "##bc</w>"}));
  EXPECT_EQ(encode(*model, "a"), (Strings{"a</w>"}));
}

TEST(Bpe, IgnoreMergesTakesWholeWords) {
  const Strings tokens = {"a", "b", "ab", "abab", "Ġ"};
  const Pairs merges = {{"a", "b"}};
  EXPECT_EQ(encode(*make_bpe(tokens, merges), "abab"), (Strings{"ab", "ab"}));
  EXPECT_EQ(encode(*make_bpe(tokens, merges, {.ignore_merges = true}), "abab"), (Strings{"abab"}));
}

TEST(Bpe, DropoutIsOfTheSeedAndAllOfItLeavesCharacters) {
  const Strings tokens = {"a", "b", "ab", "abab"};
  const Pairs merges = {{"a", "b"}, {"ab", "ab"}};
  const std::string word = "abababababab";
  EXPECT_EQ(encode(*make_bpe(tokens, merges, {.dropout = 1.0}), word).size(), word.size());
  const auto model = make_bpe(tokens, merges, {.dropout = 0.5});
  const auto sample = [&](uint64_t seed) {
    const auto scratch = model->make_scratch();
    scratch->rng = Rng(seed);
    std::vector<Token> out;
    model->encode(word, *scratch, out);
    std::string ids;
    for (const Token& token : out) ids += std::to_string(token.id);
    return ids;
  };
  EXPECT_EQ(sample(1), sample(1));
  int different = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) different += sample(seed) != sample(seed + 20);
  EXPECT_GT(different, 0);
}

TEST(Bpe, LongWords) {
  const auto model = make_bpe(Strings{"a", "aa", "aaaa"}, {{"a", "a"}, {"aa", "aa"}});
  const auto scratch = model->make_scratch();
  std::vector<Token> out;
  model->encode(std::string(1 << 20, 'a'), *scratch, out);
  EXPECT_EQ(out.size(), (1u << 20) / 4);
}

TEST(Bpe, RefusesWhatDoesNotFit) {
  EXPECT_THROW(make_bpe(Strings{"a", "b"}, {{"a", "b"}}), Error);
  EXPECT_THROW(make_bpe(Strings{"a", "ab"}, {{"a", "b"}}), Error);
  EXPECT_THROW(make_bpe(Strings{"a", "a"}, Pairs{}), Error);
  EXPECT_THROW(make_bpe(Numbered{{"a", 0}, {"b", 0}}, Pairs{}), Error);
  EXPECT_THROW(make_bpe(Numbered{{"a", -1}}, Pairs{}), Error);
  EXPECT_THROW(make_bpe(Numbered{{"a", int64_t{1} << 31}}, Pairs{}), Error);
  EXPECT_THROW(make_bpe(Numbered{{"a", 2000000000}}, Pairs{}), Error);
  EXPECT_THROW(make_bpe(Strings{"a"}, Pairs{}, {.dropout = 1.5}), Error);
}

}  // namespace
}  // namespace hodhod::text
