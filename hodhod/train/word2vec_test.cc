// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/word2vec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/train/word2vec_plan.h"

namespace hodhod {
namespace {

// Sentences over a small vocabulary, in which word 2i and word 2i + 1 stand together.
WordCorpus paired_corpus(int64_t vocabulary, int64_t sentences, uint64_t seed = 2) {
  WordCorpus corpus;
  corpus.counts.resize(static_cast<size_t>(vocabulary));
  Rng rng(seed);
  for (int64_t s = 0; s < sentences; ++s) {
    for (int pair = 0; pair < 3; ++pair) {
      const auto first = static_cast<int32_t>(rng.below(static_cast<uint64_t>(vocabulary / 2)) * 2);
      for (const int32_t word : {first, first + 1}) {
        corpus.words.push_back(word);
        ++corpus.counts[static_cast<size_t>(word)];
      }
    }
    corpus.sentences.push_back(corpus.tokens());
  }
  return corpus;
}

// Each word has its own row and two that it shares with others.
WordRows shared_rows(int64_t vocabulary) {
  WordRows rows;
  rows.table = vocabulary + 4;
  for (int32_t w = 0; w < vocabulary; ++w) {
    for (const int64_t row : {int64_t{w}, vocabulary + w % 4, vocabulary + w / 2 % 4})
      rows.rows.push_back(static_cast<int32_t>(row));
    rows.begin.push_back(static_cast<int32_t>(rows.rows.size()));
  }
  return rows;
}

using Table = std::vector<std::vector<double>>;

Table table_of(const Tensor& tensor) {
  Table rows;
  const auto values = tensor.values();
  for (int64_t r = 0; r < tensor.dim(0); ++r)
    rows.emplace_back(values.begin() + r * tensor.dim(1), values.begin() + (r + 1) * tensor.dim(1));
  return rows;
}

// The algorithm by its definition, in double, from the examples of the plans.
struct Word2vecTwin {
  Word2vecTwin(const WordCorpus& text, WordRows word_rows, const Word2vecOptions& wanted)
      : corpus(text), rows(std::move(word_rows)), options(wanted), planner(corpus, rows, options) {
    const Word2vec start(corpus, rows, options);
    input = table_of(start.input());
    output = table_of(start.output());
  }

  void run() {
    auto scratch = planner.scratch();
    for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
      const auto part = planner.part(epoch, 0, corpus.sentence_count());
      for (int64_t begin = 0; begin < corpus.tokens(); begin += options.block) {
        const double words = static_cast<double>(epoch * corpus.tokens() + begin);
        const double rate =
            options.rate *
            std::max(options.final_rate, 1 - words / static_cast<double>(options.epochs * corpus.tokens()));
        run_block(planner.plan(part, begin, std::min(corpus.tokens(), begin + options.block), scratch), rate);
      }
    }
  }

  // The rows of an example's input words.
  static std::vector<int32_t> rows_of(const BlockPlan& plan, size_t e) {
    std::vector<int32_t> used;
    for (int32_t i = plan.inputs.begin[e]; i < plan.inputs.begin[e + 1]; ++i) {
      const auto w = static_cast<size_t>(plan.inputs.values[static_cast<size_t>(i)]);
      for (int32_t r = plan.word_rows.begin[w]; r < plan.word_rows.begin[w + 1]; ++r)
        used.push_back(plan.word_rows.values[static_cast<size_t>(r)]);
    }
    return used;
  }

  template <class Visit>
  static void for_each_pair(const BlockPlan& plan, const Visit& visit) {
    for (size_t e = 0; e < static_cast<size_t>(plan.examples()); ++e) {
      const auto used = rows_of(plan, e);
      for (int32_t t = plan.targets.begin[e]; t < plan.targets.begin[e + 1]; ++t)
        visit(used, plan.targets.values[static_cast<size_t>(t)], plan.times[static_cast<size_t>(t)]);
    }
  }

  void run_block(const BlockPlan& plan, double rate) {
    const Table old_input = input, old_output = output;
    // How many pairs of words each row gets steps from.
    std::vector<double> input_pairs(input.size()), output_pairs(output.size());
    for_each_pair(plan, [&](const std::vector<int32_t>& used, int32_t target, double times) {
      output_pairs[target] += std::abs(times);
      for (const int32_t row : used) input_pairs[row] += std::max(times, 0.0);
    });
    const auto scale = [&](double pairs) { return std::min(1.0, options.cap / std::max(pairs, 1.0)); };
    const auto width = static_cast<size_t>(options.width);
    for (size_t e = 0; e < static_cast<size_t>(plan.examples()); ++e) {
      const std::vector<int32_t> used = rows_of(plan, e);
      std::vector<double> hidden(width), step(width);
      for (const int32_t row : used) {
        for (size_t c = 0; c < width; ++c) hidden[c] += old_input[row][c] / static_cast<double>(used.size());
      }
      for (int32_t t = plan.targets.begin[e]; t < plan.targets.begin[e + 1]; ++t) {
        const int32_t target = plan.targets.values[static_cast<size_t>(t)];
        const double times = plan.times[static_cast<size_t>(t)];
        double dot = 0;
        for (size_t c = 0; c < width; ++c) dot += hidden[c] * old_output[target][c];
        const double g = rate * std::abs(times) * ((times > 0) - 1 / (1 + std::exp(-dot)));
        for (size_t c = 0; c < width; ++c) {
          step[c] += g * old_output[target][c];
          output[target][c] += scale(output_pairs[target]) * g * hidden[c];
        }
      }
      for (const int32_t row : used) {
        for (size_t c = 0; c < width; ++c) input[row][c] += scale(input_pairs[row]) * step[c];
      }
    }
  }

  const WordCorpus& corpus;
  WordRows rows;
  Word2vecOptions options;
  BlockPlanner planner;
  Table input, output;
};

void run_to_the_end(Word2vec& fitting) {
  while (!fitting.finished()) fitting.advance();
}

TEST(Word2vec, MatchesATwinInDoublePrecision) {
  const WordCorpus corpus = paired_corpus(12, 60);
  for (const bool cbow : {false, true}) {
    for (const int64_t block : {1, 7, 64, 5000}) {
      const Word2vecOptions options{.cbow = cbow,
                                    .width = 10,
                                    .epochs = 2,
                                    .window = 3,
                                    .sample = 0.1,
                                    .rate = 0.1,
                                    .block = block,
                                    .cap = 20};
      Word2vec fitting(corpus, shared_rows(12), options);
      Word2vecTwin twin(corpus, shared_rows(12), options);
      run_to_the_end(fitting);
      twin.run();
      const Table input = table_of(fitting.input()), output = table_of(fitting.output());
      for (size_t r = 0; r < input.size(); ++r) {
        for (size_t c = 0; c < 10; ++c)
          ASSERT_NEAR(input[r][c], twin.input[r][c], 2e-4) << cbow << " block " << block;
      }
      for (size_t r = 0; r < output.size(); ++r) {
        for (size_t c = 0; c < 10; ++c)
          ASSERT_NEAR(output[r][c], twin.output[r][c], 2e-4) << cbow << " block " << block;
      }
    }
  }
}

TEST(Word2vec, GivesTheSameBitsWithAnyNumberOfThreads) {
  const WordCorpus corpus = paired_corpus(40, 400);
  const int before = thread_count();
  for (const bool cbow : {false, true}) {
    std::vector<float> first;
    for (const int threads : {1, 2, 3, 8}) {
      set_thread_count(threads);
      Word2vec fitting(corpus, shared_rows(40), {.cbow = cbow, .width = 20, .epochs = 2, .block = 256});
      run_to_the_end(fitting);
      std::vector<float> bits = fitting.input().values<float>();
      const auto more = fitting.output().values<float>();
      bits.insert(bits.end(), more.begin(), more.end());
      if (first.empty()) first = bits;
      EXPECT_EQ(bits, first) << threads << " threads";
    }
  }
  set_thread_count(before);
}

TEST(Word2vec, GoesOnWithTheSameBits) {
  const WordCorpus corpus = paired_corpus(20, 40'000);  // three units in an epoch
  const Word2vecOptions options{.width = 8, .epochs = 2, .block = 4096};
  Word2vec whole(corpus, own_rows(20), options);
  ASSERT_EQ(whole.units(), 6);
  run_to_the_end(whole);
  for (int64_t stop = 1; stop < 6; ++stop) {
    Word2vec first(corpus, own_rows(20), options);
    for (int64_t unit = 0; unit < stop; ++unit) first.advance();
    FittingState state;
    first.store(state);
    Word2vec second(corpus, own_rows(20), options);
    second.restore(state);
    run_to_the_end(second);
    EXPECT_EQ(second.input().values<float>(), whole.input().values<float>()) << "stopped after " << stop;
  }
  Word2vec other(corpus, own_rows(20), {.width = 40, .epochs = 2});
  FittingState state;
  whole.store(state);
  expect_error([&] { other.restore(state); }, "no table 'input'");
  Word2vec longer(corpus, own_rows(20), {.width = 8, .epochs = 3, .block = 4096});
  expect_error([&] { longer.restore(state); }, "begun with other `epochs`");
}

TEST(Word2vec, WordsThatStandTogetherBecomeNeighbours) {
  const WordCorpus corpus = paired_corpus(20, 2000);
  Word2vec fitting(corpus, own_rows(20), {.width = 16, .epochs = 3, .window = 1, .sample = 0, .block = 64});
  run_to_the_end(fitting);
  const Table input = table_of(fitting.input()), output = table_of(fitting.output());
  for (size_t w = 0; w < 20; w += 2) {
    // Beside word 2i, the likeliest word is 2i + 1.
    std::vector<double> scores;
    for (const auto& row : output) {
      double dot = 0;
      for (size_t c = 0; c < row.size(); ++c) dot += row[c] * input[w][c];
      scores.push_back(dot);
    }
    EXPECT_EQ(std::max_element(scores.begin(), scores.end()) - scores.begin(), w + 1);
  }
}

TEST(Word2vec, SaysWhatIsWrong) {
  const WordCorpus corpus = paired_corpus(4, 10);
  expect_error([&] { Word2vec(corpus, own_rows(4), {.epochs = 0}); }, "epochs 0");
  expect_error([&] { Word2vec(WordCorpus{}, own_rows(0), {}); }, "no words of the vocabulary",
               "`tokenizer.min_count`");
  WordCorpus empty;
  empty.counts = {0, 0, 0};
  expect_error([&] { Word2vec(empty, own_rows(3), {}); }, "0 words that the vocabulary knows");
  Word2vec wild(corpus, own_rows(4), {.width = 4, .epochs = 200, .rate = 1e30, .block = 1});
  expect_error([&] { run_to_the_end(wild); }, "no longer finite", "`rate`");
}

// The examples of a part in blocks of this size: input words and targets, spelled out.
std::vector<std::vector<int32_t>> examples_in_blocks(const WordCorpus& corpus, const Word2vecOptions& options,
                                                     int64_t block) {
  const WordRows rows = own_rows(corpus.vocabulary());
  const BlockPlanner planner(corpus, rows, options);
  auto scratch = planner.scratch();
  const auto part = planner.part(1, 0, corpus.sentence_count());
  std::vector<std::vector<int32_t>> all;
  for (int64_t begin = 0; begin < corpus.tokens(); begin += block) {
    const BlockPlan plan = planner.plan(part, begin, std::min(corpus.tokens(), begin + block), scratch);
    for (size_t e = 0; e < static_cast<size_t>(plan.examples()); ++e) {
      std::vector<int32_t> one;
      for (int32_t i = plan.inputs.begin[e]; i < plan.inputs.begin[e + 1]; ++i) {
        const auto w = static_cast<size_t>(plan.inputs.values[static_cast<size_t>(i)]);
        one.push_back(plan.word_rows.values[static_cast<size_t>(plan.word_rows.begin[w])]);
      }
      one.push_back(-1);
      for (int32_t t = plan.targets.begin[e]; t < plan.targets.begin[e + 1]; ++t) {
        one.push_back(plan.targets.values[static_cast<size_t>(t)]);
        one.push_back(static_cast<int32_t>(plan.times[static_cast<size_t>(t)]));
      }
      all.push_back(one);
    }
  }
  return all;
}

TEST(Word2vecPlan, ABlockChangesNoExample) {
  const WordCorpus corpus = paired_corpus(30, 200);
  for (const bool cbow : {false, true}) {
    const Word2vecOptions options{.cbow = cbow, .window = 4, .sample = 0.01};
    const auto whole = examples_in_blocks(corpus, options, 1'000'000);
    EXPECT_GT(whole.size(), 300U);
    for (const int64_t block : {1, 2, 5, 64})
      EXPECT_EQ(examples_in_blocks(corpus, options, block), whole) << block;
  }
}

TEST(Word2vecPlan, AWindowStaysInItsSentence) {
  WordCorpus corpus;
  corpus.words = {0, 1, 2, 3, 4, 5};
  corpus.sentences = {0, 3, 6};
  corpus.counts = {1, 1, 1, 1, 1, 1};
  std::set<int32_t> neighbours;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    for (const auto& example :
         examples_in_blocks(corpus, {.window = 5, .negatives = 1, .sample = 0, .seed = seed}, 2)) {
      for (size_t i = 2; i < example.size(); i += 2) {
        if (example[i + 1] < 0) continue;
        EXPECT_EQ(example[i] / 3, example[0] / 3);
        neighbours.insert(example[i] * 10 + example[0]);
      }
    }
  }
  EXPECT_EQ(neighbours.size(), 12U);  // every ordered pair of both sentences
}

TEST(Word2vecPlan, AWindowSharesItsNegativesWhichAreNeverTheWordItself) {
  const WordCorpus corpus = paired_corpus(6, 50);
  for (const bool cbow : {false, true}) {
    for (const auto& example : examples_in_blocks(corpus, {.cbow = cbow, .window = 3, .sample = 0}, 100)) {
      const auto middle =
          static_cast<size_t>(std::find(example.begin(), example.end(), -1) - example.begin()) + 1;
      EXPECT_TRUE(cbow || middle == 2);  // one neighbour, and the mark
      EXPECT_EQ(example[middle + 1], 1);
      EXPECT_LE(example.size(), middle + 2 * 6);
      for (size_t i = middle + 2; i < example.size(); i += 2) {
        EXPECT_EQ(example[i + 1], -1);
        EXPECT_NE(example[i], example[middle]);
      }
    }
  }
}

TEST(AliasTable, PicksInProportion) {
  const std::vector<double> weights = {0, 1, 5, 0.5, 0, 3.5};
  const AliasTable table(weights);
  std::vector<double> found(weights.size());
  constexpr int kDraws = 1 << 20;
  for (int i = 0; i < kDraws; ++i) ++found[table.pick(static_cast<uint32_t>(i) << 12)];
  for (size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(found[i] / kDraws, weights[i] / 10, 2e-5);
  expect_error([] { AliasTable(std::vector<double>{0, 0}); }, "add up to 0");
}

}  // namespace
}  // namespace hodhod
