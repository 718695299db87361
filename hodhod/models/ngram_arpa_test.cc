// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_arpa.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <unordered_map>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/arpa.h"
#include "hodhod/models/kenlm_golden.h"
#include "hodhod/models/ngram_distribution.h"

namespace hodhod {
namespace {

using testing_kenlm::golden_kenlm;
using testing_kenlm::GoldenModel;
using testing_kenlm::kGoldenModels;

std::string golden_arpa(const GoldenModel& model) {
  return golden_kenlm(std::string(model.name) + ".arpa.gz");
}

std::unordered_map<std::string, uint32_t> ids_of_words(const std::vector<std::string>& words) {
  std::unordered_map<std::string, uint32_t> ids;
  for (size_t id = 0; id < words.size(); ++id) ids.emplace(words[id], static_cast<uint32_t>(id));
  return ids;
}

using NgramValues = std::map<std::vector<std::string>, std::pair<float, float>>;

NgramValues values_of_arpa(const std::string& path) {
  NgramValues all;
  ArpaReader reader(path);
  while (const auto ngram = reader.next()) {
    all[{ngram->words.begin(), ngram->words.end()}] = {ngram->log10_probability, ngram->log10_backoff};
  }
  return all;
}

void write_back(const NgramTrie& trie, const ArpaVocabulary& vocabulary, const std::string& path) {
  write_arpa(trie, {.words = vocabulary.words, .begin = kArpaBeginId, .end = kArpaEndId}, path);
}

TEST(NgramArpa, ABinaryFileGivesTheArpaFileBack) {
  HODHOD_SKIP_WITHOUT_KENLM();
  for (const GoldenModel& model : kGoldenModels) {
    const TemporaryDirectory directory;
    const ArpaVocabulary vocabulary = write_ngrams_of_arpa(golden_arpa(model), directory / "a.bin");
    EXPECT_TRUE(vocabulary.warnings.empty());
    write_back(NgramTrie(directory / "a.bin"), vocabulary, directory / "b.arpa.gz");
    EXPECT_EQ(values_of_arpa(directory / "b.arpa.gz"), values_of_arpa(golden_arpa(model))) << model.name;
  }
}

TEST(NgramArpa, ScoresAreThoseOfKenlm) {
  HODHOD_SKIP_WITHOUT_KENLM();
  for (const GoldenModel& model : kGoldenModels) {
    const TemporaryDirectory directory;
    const auto ids = ids_of_words(write_ngrams_of_arpa(golden_arpa(model), directory / "a.bin").words);
    const NgramTrie trie(directory / "a.bin");
    const auto query = testing_kenlm::read_golden_query(model);
    double sum = 0, known_sum = 0;
    int64_t tokens = 0, known = 0;
    for (const auto& line : query.lines) {
      NgramContext context;
      trie.extend(context, kArpaBeginId);
      for (const auto& token : line) {
        const auto id = ids.find(token.word);
        ASSERT_EQ(id == ids.end(), token.unknown) << token.word;
        const NgramScore score = trie.extend(context, token.unknown ? uint32_t{kArpaUnknownId} : id->second);
        EXPECT_EQ(score.length, token.length) << model.name << ": " << token.word;
        EXPECT_NEAR(score.log10_probability, token.log10_probability, 2e-6)
            << model.name << ": " << token.word;
        sum += score.log10_probability;
        ++tokens;
        known_sum += token.unknown ? 0 : score.log10_probability;
        known += token.unknown ? 0 : 1;
      }
    }
    const double perplexity = std::pow(10, -sum / static_cast<double>(tokens));
    const double without = std::pow(10, -known_sum / static_cast<double>(known));
    // KenLM adds up a line in single precision.
    EXPECT_NEAR(perplexity / query.perplexity, 1, 1e-6);
    EXPECT_NEAR(without / query.perplexity_without_unknown, 1, 1.1e-6);
  }
}

TEST(NgramArpa, WithEightBitsValuesAreOfTheirGroup) {
  HODHOD_SKIP_WITHOUT_KENLM();
  const GoldenModel& model = kGoldenModels[0];
  const TemporaryDirectory directory;
  const ArpaVocabulary vocabulary = write_ngrams_of_arpa(golden_arpa(model), directory / "a.bin", 8);
  write_ngrams_of_arpa(golden_arpa(model), directory / "b.bin", 32);
  EXPECT_LT(file_size(directory / "a.bin"), file_size(directory / "b.bin"));
  const NgramTrie coded(directory / "a.bin"), exact(directory / "b.bin");
  for (size_t n = 1; n <= 3; ++n) {
    std::vector<float> values;
    exact.for_each(n, [&](const NgramEntry& entry) { values.push_back(entry.log10_probability); });
    const NgramCodebook book = NgramCodebook::of(values, false);
    exact.for_each(n, [&](const NgramEntry& entry) {
      const auto found = coded.find(entry.words);
      ASSERT_TRUE(found.has_value());
      // A value stands for the nearest: no code is nearer.
      const float distance = std::abs(found->log10_probability - entry.log10_probability);
      for (const float code : book.values)
        EXPECT_LE(distance, std::abs(code - entry.log10_probability) + 1e-6F);
      EXPECT_EQ(found->log10_backoff == 0, entry.log10_backoff == 0);
    });
  }
}

TEST(NgramArpa, WhatTheFileLacksIsPutIn) {
  const TemporaryDirectory directory;
  // "b c" and "a b" are missing below "a b c".
  const std::string arpa =
      directory.put("a.arpa",
                    "\\data\\\nngram 1=3\nngram 2=1\nngram 3=1\n\n\\1-grams:\n-0.5\ta\t-0.1\n"
                    "-0.6\tb\t-0.2\n-0.7\tc\t-0.3\n\n\\2-grams:\n-0.4\tc a\t-0.5\n\n"
                    "\\3-grams:\n-0.05\ta b c\n\n\\end\\\n");
  const ArpaVocabulary vocabulary = write_ngrams_of_arpa(arpa, directory / "a.bin");
  EXPECT_EQ(vocabulary.words, (std::vector<std::string>{"<unk>", "<s>", "</s>", "a", "b", "c"}));
  ASSERT_EQ(vocabulary.warnings.size(), 4U);  // the special words, and the n-grams
  EXPECT_THAT(vocabulary.warnings[0], testing::HasSubstr("no <unk>; it gets the log10 probability -100"));
  EXPECT_THAT(vocabulary.warnings[3], testing::HasSubstr("2 n-grams that longer ones need are missing"));
  const NgramTrie trie(directory / "a.bin");
  EXPECT_EQ(trie.counts(), (std::vector<uint64_t>{6, 3, 1}));
  const uint32_t ab[] = {3, 4}, bc[] = {4, 5}, unknown[] = {0};
  EXPECT_FLOAT_EQ(trie.find(ab)->log10_probability, -0.1F - 0.6F);
  EXPECT_FLOAT_EQ(trie.find(bc)->log10_probability, -0.2F - 0.7F);
  EXPECT_EQ(trie.find(unknown)->log10_probability, -100);
}

TEST(NgramArpa, WhatCannotBeRightIsRefused) {
  const TemporaryDirectory directory;
  const auto refuses = [&](const std::string& unigrams, const std::string& bigrams, const std::string& says) {
    const std::string arpa =
        directory.put("a.arpa", "\\data\\\nngram 1=2\nngram 2=2\n\n\\1-grams:\n" + unigrams +
                                    "\n\\2-grams:\n" + bigrams + "\n\\end\\\n");
    expect_error([&] { write_ngrams_of_arpa(arpa, directory / "a.bin"); }, says);
    EXPECT_FALSE(file_exists(directory / "a.bin"));
  };
  refuses("-1\ta\n-1\ta\n", "-1\ta a\n-1\ta a\n", "a.arpa:7: the unigram 'a' occurs twice");
  refuses("-1\t<s>\n-1\t<s>\n", "-1\ta a\n-1\ta a\n", "a.arpa:7: the unigram '<s>' occurs twice");
  refuses("-1\ta\n-1\tb\n", "-1\ta b\n-1\ta b\n", "a.arpa: the n-gram 'a b' occurs twice");
  refuses("-1\ta\n-1\tb\n", "-1\ta b\n-1\ta c\n", "a.arpa:11: 'c' is not among the unigrams");
}

TEST(NgramArpa, AnyDamageIsReadOrRefusedWithThePlace) {
  const TemporaryDirectory directory;
  const std::string good =
      "\\data\\\nngram 1=5\nngram 2=3\nngram 3=2\n\n\\1-grams:\n-1\t<unk>\n-99\t<s>\t-0.5\n-0.5\t</s>\n"
      "-0.3\ta\t-0.25\n-0.4\tb\t-0.1\n\n\\2-grams:\n-0.1\t<s> a\t-0.2\n-0.2\ta </s>\n-0.2\ta b\t0.1\n\n"
      "\\3-grams:\n-0.1\t<s> a b\n-0.3\ta b a\n\n\\end\\\n";
  Rng rng(11);
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bad = good;
    for (uint64_t edits = 1 + rng.below(3); edits > 0; --edits) {
      const size_t at = rng.below(bad.size());
      switch (rng.below(4)) {
        case 0:
          bad[at] = static_cast<char>(rng.below(256));
          break;
        case 1:
          bad.erase(at, 1 + rng.below(8));
          break;
        case 2:
          bad.insert(at, 1, "\t-1 \n\\9"[rng.below(7)]);
          break;
        default:
          bad.resize(at);
      }
      if (bad.empty()) bad = " ";
    }
    const std::string arpa = directory.put("a.arpa", bad);
    try {
      write_ngrams_of_arpa(arpa, directory / "a.bin");
      NgramTrie trie(directory / "a.bin");
      NgramContext context;
      for (uint32_t word = 0; word < trie.vocabulary(); ++word) trie.extend(context, word);
    } catch (const Error& error) {
      ++refused;
      EXPECT_THAT(error.what(), testing::HasSubstr("a.arpa")) << bad;
    }
  }
  EXPECT_GT(refused, 200);
}

TEST(NgramArpa, ADistributionSumsToOneAndIsWhatScoringSays) {
  HODHOD_SKIP_WITHOUT_KENLM();
  for (const GoldenModel& model : kGoldenModels) {
    if (std::string(model.name) == "prose2-vocab-pad")
      continue;  // it keeps mass for words that it does not list
    const TemporaryDirectory directory;
    write_ngrams_of_arpa(golden_arpa(model), directory / "a.bin");
    const NgramTrie trie(directory / "a.bin");
    const NgramDistribution distribution(trie);
    std::vector<float> row(trie.vocabulary());
    Rng rng(7);
    for (int round = 0; round < 50; ++round) {
      NgramContext context;
      for (int i = 0; i < 5; ++i) trie.extend(context, static_cast<uint32_t>(rng.below(trie.vocabulary())));
      EXPECT_TRUE(distribution.write(context, row.data()));
      double sum = 0;
      for (uint32_t word = 0; word < row.size(); ++word) {
        sum += std::exp(static_cast<double>(row[word]));
        if (word % 7 != 0) continue;
        NgramContext copy = context;
        EXPECT_NEAR(row[word], trie.extend(copy, word).log10_probability * std::log(10), 1e-5);
      }
      EXPECT_NEAR(sum, 1, 1e-5) << model.name;
    }
  }
}

TEST(NgramArpa, DamagedBinaryFilesAreRefused) {
  HODHOD_SKIP_WITHOUT_KENLM();
  const TemporaryDirectory directory;
  write_ngrams_of_arpa(golden_arpa(kGoldenModels[4]), directory / "a.bin");
  const std::string good = read_file(directory / "a.bin");
  const auto open = [&](const std::string& bytes) { NgramTrie trie(directory.put("b.bin", bytes)); };
  expect_error([&] { open(""); }, "is not a file of n-grams");
  expect_error([&] { open(good.substr(0, good.size() - 1)); }, "the file is incomplete");
  expect_error([&] { open(good + "x"); }, "the file is incomplete");
  for (size_t at = 16; at < kNgramHeaderBytes + 80; ++at) {
    std::string bad = good;
    bad[at] ^= 1;
    EXPECT_NE(error_of([&] { open(bad); }), "no error") << at;
  }
  // Damage further on is found where it is used, or changes probabilities alone.
  Rng rng(3);
  for (int round = 0; round < 200; ++round) {
    std::string bad = good;
    for (int i = 0; i < 20; ++i) {
      bad[kNgramHeaderBytes + 80 + rng.below(bad.size() - kNgramHeaderBytes - 80)] =
          static_cast<char>(rng.below(256));
    }
    try {
      const NgramTrie trie(directory.put("b.bin", bad));
      const NgramDistribution distribution(trie);
      std::vector<float> row(trie.vocabulary());
      NgramContext context;
      for (uint32_t word = 0; word < trie.vocabulary(); ++word) {
        trie.extend(context, word);
        static_cast<void>(distribution.write(context, row.data()));
      }
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("the file is damaged"));
    }
  }
}

}  // namespace
}  // namespace hodhod
