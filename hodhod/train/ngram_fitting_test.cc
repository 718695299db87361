// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/ngram_fitting.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/io/arpa.h"
#include "hodhod/models/kenlm_golden.h"
#include "hodhod/models/ngram_distribution.h"
#include "hodhod/train/ngram_test_text.h"

namespace hodhod {
namespace {

using testing_kenlm::golden_kenlm;
using testing_kenlm::kGoldenModels;
using testing_ngram::count;
using testing_ngram::Counted;
using testing_ngram::kLineEnd;
using testing_ngram::made_text;
using testing_ngram::WordText;

using Words = std::vector<std::string>;

NgramConfig config_of_golden(const std::string& name) {
  if (name == "prose3") return {.order = 3};
  if (name == "prose2-vocab-pad") return {.order = 2, .vocab_pad = 50000};
  if (name == "prose2-sri") return {.order = 2, .interpolate_unigrams = false};
  if (name == "prose4-pruned")
    return {.order = 4, .pruning = {0, 1, 1, 2}, .discount_fallback = DiscountFallback::yes};
  return {.order = 5};
}

std::map<Words, std::pair<float, float>> ngrams_of_arpa(const std::string& path) {
  std::map<Words, std::pair<float, float>> all;
  ArpaReader reader(path);
  while (const auto ngram = reader.next())
    all[{ngram->words.begin(), ngram->words.end()}] = {ngram->log10_probability, ngram->log10_backoff};
  return all;
}

TEST(NgramFitting, ModelsEqualThoseOfKenlm) {
  HODHOD_SKIP_WITHOUT_KENLM();
  for (const auto& golden : kGoldenModels) {
    const TemporaryDirectory directory;
    const WordText text(read_all(golden_kenlm(std::string(golden.text) + ".txt.gz")));
    const Counted counted = count(text, config_of_golden(golden.name), directory.path());
    write_arpa(counted.model->ngrams(), {.words = text.words, .begin = kLineEnd, .end = kLineEnd},
               directory / "ours.arpa");
    const auto ours = ngrams_of_arpa(directory / "ours.arpa");
    const auto theirs = ngrams_of_arpa(golden_kenlm(std::string(golden.name) + ".arpa.gz"));
    EXPECT_EQ(ours.size(), theirs.size());
    double worst = 0;
    for (const auto& [words, values] : theirs) {
      const auto found = ours.find(words);
      ASSERT_NE(found, ours.end()) << golden.name << ": " << testing::PrintToString(words);
      EXPECT_NEAR(found->second.first, values.first, 2e-6) << golden.name << testing::PrintToString(words);
      EXPECT_NEAR(found->second.second, values.second, 2e-6) << golden.name << testing::PrintToString(words);
      worst = std::max<double>(worst, std::abs(found->second.first - values.first));
    }
    RecordProperty(golden.name, std::to_string(worst));
    EXPECT_EQ(counted.notes.size(), std::string(golden.name) == "names5" ? 1U : 0U);
  }
}

TEST(NgramFitting, DiscountsAreThoseOfKenlm) {
  HODHOD_SKIP_WITHOUT_KENLM();
  const TemporaryDirectory directory;
  const WordText text(read_all(golden_kenlm("names.txt.gz")));
  const auto discounts = count(text, {.order = 5}, directory.path()).model->config().discounts;
  const std::vector<std::vector<double>> expected = {{0.5, 1, 1.5},
                                                     {.352941, 1.27807, 1.83922},
                                                     {.537604, 1.1353, 1.5986},
                                                     {.688332, 1.23952, 1.55625},
                                                     {.739237, 1.32746, 1.6376}};
  ASSERT_EQ(discounts.size(), expected.size());
  for (size_t n = 0; n < expected.size(); ++n) {
    for (size_t j = 0; j < 3; ++j) EXPECT_NEAR(discounts[n][j], expected[n][j], 1e-5);
  }
}

// ---- modified Kneser–Ney once more, by its equations ----

class PlainKneserNey {
 public:
  PlainKneserNey(const WordText& text, size_t order)
      : order_(order), adjusted_(order + 1), discounts_(order + 1) {
    for (const std::string& line : text.lines) {
      Words words(order - 1, "<s>");
      std::istringstream fields(line);
      for (std::string word; fields >> word;) words.push_back(word);
      words.push_back("</s>");
      for (size_t end = order; end <= words.size(); ++end)
        ++adjusted_[order][Words(words.begin() + static_cast<long>(end - order),
                                 words.begin() + static_cast<long>(end))];
    }
    // An n-gram that begins with <s> keeps its count; of others the different words before it are counted.
    for (size_t n = order; n > 1; --n) {
      for (const auto& [words, number] : adjusted_[n]) {
        const Words suffix(words.begin() + 1, words.end());
        adjusted_[n - 1][suffix] += words[1] == "<s>" ? number : 1;
      }
    }
    for (size_t n = 1; n <= order; ++n) {
      std::vector<double> of(5);
      for (const auto& [words, number] : adjusted_[n]) {
        const bool padded = n > 1 && words[0] == "<s>" && words[1] == "<s>";
        if (number <= 4 && !padded && words.back() != "<s>") ++of[static_cast<size_t>(number)];
      }
      const double y = of[1] / (of[1] + 2 * of[2]);
      for (size_t j = 1; j <= 3; ++j) {
        const auto whole = static_cast<double>(j);
        discounts_[n].push_back(whole - (whole + 1) * y * of[j + 1] / of[j]);
      }
    }
    words_ = static_cast<double>(text.words.size());
  }

  double probability(Words history, const std::string& word) const {
    if (history.size() >= order_)
      history.erase(history.begin(), history.end() - static_cast<long>(order_) + 1);
    const size_t n = history.size() + 1;
    const double below = n == 1 ? 1 / words_ : probability(Words(history.begin() + 1, history.end()), word);
    double sum = 0, left = 0, own = 0;
    for (const auto& [words, number] : adjusted_[n]) {
      if (!std::equal(history.begin(), history.end(), words.begin()) || words.back() == "<s>") continue;
      const double discount = discounts_[n][static_cast<size_t>(std::min(number, 3.0)) - 1];
      sum += number;
      left += discount;
      if (words.back() == word) own = number - discount;
    }
    return sum == 0 ? below : own / sum + left / sum * below;
  }

 private:
  size_t order_;
  std::vector<std::map<Words, double>> adjusted_;
  std::vector<std::vector<double>> discounts_;
  double words_;
};

TEST(NgramFitting, KneserNeyIsWhatItsEquationsSay) {
  const WordText text = made_text(300, 300);
  const PlainKneserNey plain(text, 3);
  const TemporaryDirectory directory;
  const Counted counted =
      count(text, {.order = 3, .discount_fallback = DiscountFallback::no}, directory.path());
  const NgramTrie& trie = counted.model->ngrams();
  Rng rng(2);
  for (int round = 0; round < 100; ++round) {
    Words history = {"<s>"};
    NgramContext context;
    trie.extend(context, kLineEnd);
    for (uint64_t i = rng.below(4); i > 0; --i) {
      const auto word = static_cast<uint32_t>(2 + rng.below(text.words.size() - 2));
      history.push_back(text.words[word]);
      trie.extend(context, word);
    }
    for (const uint32_t word : {0U, 1U, 2U, static_cast<uint32_t>(2 + rng.below(text.words.size() - 2))}) {
      NgramContext copy = context;
      EXPECT_NEAR(std::pow(10.0, trie.extend(copy, word).log10_probability),
                  plain.probability(history, text.words[word]), 1e-6);
    }
  }
}

// ---- what holds for every method ----

std::vector<NgramConfig> methods() {
  std::vector<NgramConfig> all;
  for (const NgramSmoothing smoothing : {NgramSmoothing::modified_kneser_ney, NgramSmoothing::katz,
                                         NgramSmoothing::add_k, NgramSmoothing::maximum_likelihood}) {
    for (const int64_t order : {1, 2, 3, 6}) {
      for (const NgramUnit unit : {NgramUnit::line, NgramUnit::stream}) {
        all.push_back({.order = order, .smoothing = smoothing, .unit = unit});
      }
    }
  }
  all.push_back({.order = 4, .pruning = {0, 0, 1}});
  all.push_back({.order = 3, .pruning = {1, 1, 3}});
  all.push_back({.order = 3, .smoothing = NgramSmoothing::katz, .pruning = {0, 1, 2}});
  all.push_back({.order = 3, .interpolate_unigrams = false});
  all.push_back({.order = 3, .smoothing = NgramSmoothing::add_k, .added = 0.5});
  return all;
}

TEST(NgramFitting, ProbabilitiesSumToOneAfterAnyContext) {
  const WordText text = made_text(300, 30);
  for (const NgramConfig& config : methods()) {
    const TemporaryDirectory directory;
    const Counted counted = count(text, config, directory.path());
    const NgramTrie& trie = counted.model->ngrams();
    std::vector<float> row(trie.vocabulary());
    Rng rng(5);
    for (int round = 0; round < 60; ++round) {
      NgramContext context;
      if (round % 2 == 0) trie.extend(context, kLineEnd);
      for (uint64_t i = rng.below(7); i > 0; --i)
        trie.extend(context, static_cast<uint32_t>(round % 3 == 0 ? 0 : 2) +
                                 static_cast<uint32_t>(rng.below(text.words.size() - 2)));
      EXPECT_TRUE(NgramDistribution(trie).write(context, row.data()));
      double sum = 0;
      for (const float log : row) sum += std::exp(static_cast<double>(log));
      EXPECT_NEAR(sum, 1, 1e-5) << counted.model->config().summary();
    }
  }
}

TEST(NgramFitting, BytesDependNeitherOnThreadsNorOnMemory) {
  const WordText text = made_text(30000, 500);
  const int threads = thread_count();
  for (const NgramUnit unit : {NgramUnit::line, NgramUnit::stream}) {
    std::string expected;
    for (const int count_of_threads : {1, 2, 3, 8}) {
      set_thread_count(count_of_threads);
      const TemporaryDirectory directory;
      const Counted counted = count(text, {.order = 4, .unit = unit}, directory.path(),
                                    count_of_threads == 2 ? 1 << 20 : 1 << 30);
      const std::string bytes = read_file(directory / kNgramFile);
      if (expected.empty()) expected = bytes;
      EXPECT_EQ(bytes, expected) << count_of_threads;
      EXPECT_EQ(list_directory(directory.path()), Words{kNgramFile});
    }
  }
  set_thread_count(threads);
}

TEST(NgramFitting, StoppedAnywhereItGivesTheSameBytes) {
  const WordText text = made_text(8000, 500);
  const NgramConfig config{.order = 3, .unit = NgramUnit::stream};
  for (const uint64_t memory : {uint64_t{1} << 20, uint64_t{1} << 30}) {
    const TemporaryDirectory whole;
    const int64_t units = count(text, config, whole.path(), memory).units;
    EXPECT_GT(units, 8);
    for (int64_t stop = 0; stop < units; ++stop) {
      const TemporaryDirectory directory;
      FittingState state;
      {
        NgramModel model(testing_ngram::config_for(text, config));
        TokenStream stream = testing_ngram::stream_of(text, config);
        const auto first =
            make_language_fitting(model, stream, {.directory = directory.path(), .memory = memory});
        for (int64_t unit = 0; unit < stop; ++unit) first->advance();
        first->store(state);
      }
      NgramModel model(testing_ngram::config_for(text, config));
      TokenStream stream = testing_ngram::stream_of(text, config);
      const auto second =
          make_language_fitting(model, stream, {.directory = directory.path(), .memory = memory});
      second->restore(state);
      while (!second->finished()) second->advance();
      EXPECT_EQ(read_file(directory / kNgramFile), read_file(whole / kNgramFile)) << "stopped after " << stop;
    }
  }
}

TEST(NgramFitting, SmallTextNeedsTheUsualDiscounts) {
  const WordText text("a b a\nb a b\n");
  const TemporaryDirectory directory;
  const std::string message = error_of(
      [&] { count(text, {.order = 2, .discount_fallback = DiscountFallback::no}, directory.path()); });
  EXPECT_THAT(message,
              testing::HasSubstr("there are no discounts for order 1, since no n-gram of this order has"));
  EXPECT_THAT(message, testing::HasSubstr("discount_fallback=yes"));
  const Counted counted = count(text, {.order = 2}, directory.path());
  ASSERT_EQ(counted.notes.size(), 2U);
  EXPECT_THAT(counted.notes[0], testing::HasSubstr("The discounts of order 1 are 0.5, 1 and 1.5"));
}

TEST(NgramFitting, MaximumLikelihoodIsAFraction) {
  const WordText text("a b\na c\na b\nb a\n");
  const TemporaryDirectory directory;
  const Counted counted =
      count(text, {.order = 2, .smoothing = NgramSmoothing::maximum_likelihood}, directory.path());
  const auto p = [&](uint32_t before, uint32_t word) {
    NgramContext context;
    counted.model->ngrams().extend(context, before);
    return std::pow(10.0, counted.model->ngrams().extend(context, word).log10_probability);
  };
  const uint32_t a = 2, b = 3, c = 4;
  EXPECT_NEAR(p(kLineEnd, a), 3.0 / 4, 1e-6);
  EXPECT_NEAR(p(a, b), 2.0 / 4, 1e-6);
  EXPECT_NEAR(p(a, c), 1.0 / 4, 1e-6);
  EXPECT_NEAR(p(a, kLineEnd), 1.0 / 4, 1e-6);
  EXPECT_NEAR(p(a, a), 0, 1e-30);
}

TEST(NgramFitting, AddKIsItsEquation) {
  const WordText text("a b\na c\na b\nb a\n");
  const TemporaryDirectory directory;
  const Counted counted =
      count(text, {.order = 2, .smoothing = NgramSmoothing::add_k, .added = 0.25}, directory.path());
  const double words = 5;
  const auto p = [&](uint32_t before, uint32_t word) {
    NgramContext context;
    counted.model->ngrams().extend(context, before);
    return std::pow(10.0, counted.model->ngrams().extend(context, word).log10_probability);
  };
  EXPECT_NEAR(p(2, 3), (2 + 0.25) / (4 + 0.25 * words), 1e-6);
  EXPECT_NEAR(p(2, 2), 0.25 / (4 + 0.25 * words), 1e-6);
  EXPECT_NEAR(p(kLineEnd, 3), (1 + 0.25) / (4 + 0.25 * words), 1e-6);
  EXPECT_NEAR(p(4, 0), 0.25 / (1 + 0.25 * words), 1e-6);
}

TEST(NgramFitting, SymbolsInTheTextAreRefusedOrSkipped) {
  const WordText text("a b\nb <unk> a\n");
  const auto stream = [&](bool skip) {
    TokenStream made([&] { return lines_in(text.lines); }, *text.tokenizer, {.symbols = {"<unk>", "<s>"}});
    made.skip_symbols(skip);
    return made;
  };
  TokenBlock block;
  expect_error([&] { stream(false).next(block); }, "line 2 of the text has <unk>", "skip_symbols=yes");
  TokenStream skipping = stream(true);
  ASSERT_TRUE(skipping.next(block));
  EXPECT_EQ(block.tokens, text.tokenizer->encode_ids("a b b a"));
}

}  // namespace
}  // namespace hodhod
