// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/glove.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>
#include <unordered_map>

#include "hodhod/base/file.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/train/cooccurrences.h"

namespace hodhod {
namespace {

WordCorpus random_corpus(int64_t vocabulary, int64_t sentences) {
  WordCorpus corpus;
  corpus.counts.resize(static_cast<size_t>(vocabulary));
  Rng rng(6);
  for (int64_t s = 0; s < sentences; ++s) {
    const uint64_t topic = rng.below(2);
    for (uint64_t length = 1 + rng.below(12); length > 0; --length) {
      const auto word = static_cast<int32_t>(rng.below(static_cast<uint64_t>(vocabulary) / 2) * 2 + topic);
      corpus.words.push_back(word);
      ++corpus.counts[static_cast<size_t>(word)];
    }
    corpus.sentences.push_back(corpus.tokens());
  }
  return corpus;
}

TEST(Cooccurrences, EqualTheirDefinition) {
  const WordCorpus corpus = random_corpus(20, 100);
  for (const int64_t window : {1, 4, 30}) {
    std::map<std::pair<int32_t, int32_t>, double> expected;
    for (int64_t s = 0; s < corpus.sentence_count(); ++s) {
      for (int64_t i = corpus.sentences[s]; i < corpus.sentences[s + 1]; ++i) {
        for (int64_t j = corpus.sentences[s]; j < corpus.sentences[s + 1]; ++j) {
          if (i != j && std::abs(i - j) <= window)
            expected[{corpus.words[i], corpus.words[j]}] += 1 / static_cast<double>(std::abs(i - j));
        }
      }
    }
    const auto found = CooccurrenceCounter(corpus, window).count(0, 20);
    ASSERT_EQ(found.size(), expected.size());
    size_t i = 0;
    for (const auto& [pair, count] : expected) {
      EXPECT_EQ(std::pair(found[i].word, found[i].context), pair);
      EXPECT_NEAR(found[i++].count, count, 1e-12);
    }
  }
}

// What the authors' own program counts, but for one pair: to the commonest word with itself it gives twice
// its count.
TEST(Cooccurrences, EqualThoseOfGlove) {
  const std::string golden = data_directory() + "/ladder-golden/glove/";
  if (!file_exists(golden + "text.txt")) GTEST_SKIP() << golden << " is not there";
  std::unordered_map<std::string, int32_t> numbers;
  std::vector<std::string> words;
  LineReader vocabulary(golden + "vocab.txt");
  while (const auto line = vocabulary.next()) {
    words.emplace_back(line->substr(0, line->find(' ')));
    numbers.emplace(words.back(), static_cast<int32_t>(numbers.size()));
  }
  WordCorpus corpus;
  corpus.counts.resize(words.size());
  LineReader text(golden + "text.txt");
  while (const auto line = text.next()) {
    std::istringstream fields{std::string(*line)};
    for (std::string word; fields >> word;) {
      const auto number = numbers.find(word);
      if (number == numbers.end()) continue;
      corpus.words.push_back(number->second);
      ++corpus.counts[static_cast<size_t>(number->second)];
    }
    corpus.sentences.push_back(corpus.tokens());
  }
  std::map<std::pair<std::string, std::string>, double> expected;
  LineReader records(golden + "cooccurrences.tsv.gz");
  while (const auto line = records.next()) {
    const size_t first = line->find('\t'), second = line->find('\t', first + 1);
    expected[{std::string(line->substr(0, first)),
              std::string(line->substr(first + 1, second - first - 1))}] =
        std::stod(std::string(line->substr(second + 1)));
  }
  const auto found = CooccurrenceCounter(corpus, 5).count(0, static_cast<int32_t>(words.size()));
  EXPECT_EQ(found.size(), 12'529U);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& one : found) {
    const auto theirs = expected.find({words[one.word], words[one.context]});
    ASSERT_NE(theirs, expected.end()) << words[one.word] << " " << words[one.context];
    const double count = one.word == 0 && one.context == 0 ? 2 * one.count : one.count;
    EXPECT_NEAR(count, theirs->second, 1e-6 * std::max(1.0, theirs->second))
        << words[one.word] << " " << words[one.context];
  }
}

void run_to_the_end(Glove& fitting) {
  while (!fitting.finished()) fitting.advance();
}

TEST(Glove, GivesTheSameBitsWithAnyNumberOfThreads) {
  const WordCorpus corpus = random_corpus(60, 300);
  const int before = thread_count();
  std::vector<float> first;
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    Glove fitting(corpus, {.width = 10, .epochs = 3});
    run_to_the_end(fitting);
    if (first.empty()) first = fitting.vectors().values<float>();
    EXPECT_EQ(fitting.vectors().values<float>(), first) << threads << " threads";
  }
  set_thread_count(before);
}

TEST(Glove, GoesOnWithTheSameBits) {
  const WordCorpus corpus = random_corpus(40, 80'000);  // counted in several units
  const GloveOptions options{.width = 6, .epochs = 2};
  Glove whole(corpus, options);
  ASSERT_GT(whole.units(), 33);
  run_to_the_end(whole);
  for (const int64_t stop : {1, 2, 3, 10, 30}) {
    Glove first(corpus, options);
    for (int64_t unit = 0; unit < stop; ++unit) first.advance();
    FittingState state;
    first.store(state);
    Glove second(corpus, options);
    second.restore(state);
    run_to_the_end(second);
    EXPECT_EQ(second.vectors().values<float>(), whole.vectors().values<float>()) << "stopped after " << stop;
  }
}

TEST(Glove, TheLossFallsAndProductsBecomeLogarithms) {
  const WordCorpus corpus = random_corpus(12, 3000);
  Glove fitting(corpus, {.width = 12, .epochs = 60, .window = 4});
  double first = 0, last = 0;
  while (!fitting.finished()) {
    fitting.advance();
    if (!fitting.usable()) continue;
    last = fitting.measures()[0].second;
    if (first == 0) first = last;
  }
  EXPECT_LT(last, 0.02 * first);
  // Words of one topic stand together, and those of different ones never do: all pairs are of one parity.
  EXPECT_EQ(fitting.pairs(), 2 * 6 * 6);
}

TEST(Glove, SaysWhatIsWrong) {
  WordCorpus single;
  single.words = {0, 1};
  single.sentences = {0, 1, 2};
  single.counts = {1, 1};
  Glove lonely(single, {});
  expect_error([&] { run_to_the_end(lonely); }, "no two known words stand near each other");
  expect_error([&] { Glove(WordCorpus{}, {}); }, "0 words that the vocabulary knows",
               "`tokenizer.min_count`");
  expect_error([&] { Glove(single, {.window = 0}); }, "window 0");
}

}  // namespace
}  // namespace hodhod
