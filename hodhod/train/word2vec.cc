// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/word2vec.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/train/word2vec_plan.h"

namespace hodhod {
namespace {

// Words of a unit of work, a whole number of sentences.
constexpr int64_t kUnitWords = 100'000;
// Rows of tables are padded to a multiple of this with zeros, which stay zeros.
constexpr int64_t kPadding = 16;
// The loss is measured on one window of so many.
constexpr int64_t kLossEvery = 16;

const kernels::Kernels<float>& kernel() { return kernels::cpu_kernels<float>(); }

const WordCorpus& checked(const WordCorpus& corpus, const WordRows& rows, const Word2vecOptions& options) {
  check(options.width >= 1 && options.epochs >= 1 && options.window >= 1 && options.negatives >= 1 &&
            options.block >= 1,
        "word2vec: width {}, epochs {}, window {}, negatives {} and block {} must all be 1 at least",
        options.width, options.epochs, options.window, options.negatives, options.block);
  check(options.window <= 1000 && options.negatives <= 1000,
        "word2vec: window {} and negatives {}; 1000 at most", options.window, options.negatives);
  check(corpus.vocabulary() >= 2,
        "word2vec: the text has {} of the vocabulary; two different ones at least are needed: give more "
        "text, or "
        "a smaller `tokenizer.min_count`",
        corpus.vocabulary() == 1 ? "one word" : "no words");
  check(std::ssize(rows.begin) == corpus.vocabulary() + 1,
        "word2vec: rows of {} words for a vocabulary of {}", rows.begin.size() - 1, corpus.vocabulary());
  check(corpus.tokens() >= 2, "word2vec: the text has {} that the vocabulary knows; more are needed",
        count_of(corpus.tokens(), "word"));
  return corpus;
}

}  // namespace

WordRows own_rows(int64_t vocabulary) {
  WordRows rows;
  rows.table = vocabulary;
  for (int32_t w = 0; w < vocabulary; ++w) {
    rows.rows.push_back(w);
    rows.begin.push_back(w + 1);
  }
  return rows;
}

struct Word2vec::State {
  State(const WordCorpus& text, WordRows word_rows, const Word2vecOptions& wanted)
      : corpus(checked(text, word_rows, wanted)),
        rows(std::move(word_rows)),
        options(wanted),
        planner(corpus, rows, options) {
    padded = (options.width + kPadding - 1) / kPadding * kPadding;
    for (int64_t s = 0; s < corpus.sentence_count(); ++s) {
      if (corpus.sentences[static_cast<size_t>(s)] - corpus.sentences[static_cast<size_t>(parts.back())] >=
          kUnitWords)
        parts.push_back(s);
    }
    parts.push_back(corpus.sentence_count());
    input = Tensor::zeros({rows.table, padded});
    output = Tensor::zeros({corpus.vocabulary(), padded});
    draw_start();
  }

  void draw_start() {
    const Rng draws = Rng(options.seed).fork(kStartStream);
    const double range = options.start / static_cast<double>(options.width);
    parallel_for(rows.table, 64, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        Rng row = draws.fork(static_cast<uint64_t>(r));
        for (int64_t c = 0; c < options.width; ++c)
          input.data<float>()[r * padded + c] = static_cast<float>((2 * row.uniform_double() - 1) * range);
      }
    });
  }

  int64_t units_of_epoch() const { return std::ssize(parts) - 1; }

  // The plans of all blocks of a part.
  std::vector<BlockPlan> plans_of(const BlockPlanner::Part& part) const {
    const int64_t begin = corpus.sentences[static_cast<size_t>(part.first_sentence)];
    const int64_t end = corpus.sentences[static_cast<size_t>(part.last_sentence)];
    std::vector<BlockPlan> plans(static_cast<size_t>((end - begin + options.block - 1) / options.block));
    parallel_for(std::ssize(plans), 1, [&](int64_t from, int64_t to) {
      auto scratch = planner.scratch();
      for (int64_t b = from; b < to; ++b) {
        const int64_t first = begin + b * options.block;
        plans[static_cast<size_t>(b)] =
            planner.plan(part, first, std::min(end, first + options.block), scratch);
      }
    });
    return plans;
  }

  void run_unit() {
    const int64_t epoch = done / units_of_epoch();
    const auto number = static_cast<size_t>(done % units_of_epoch());
    const auto part = planner.part(epoch, parts[number], parts[number + 1]);
    const int64_t first = corpus.sentences[static_cast<size_t>(parts[number])];
    const std::vector<BlockPlan> plans = plans_of(part);
    loss = losses = 0;
    for (size_t b = 0; b < plans.size(); ++b) {
      const auto words =
          static_cast<double>(epoch * corpus.tokens() + first + static_cast<int64_t>(b) * options.block);
      const double progress = words / static_cast<double>(options.epochs * corpus.tokens());
      run_block(plans[b], options.rate * std::max(1 - progress, options.final_rate));
    }
    check(std::isfinite(loss),
          "word2vec: the vectors are no longer finite in epoch {}; give a lower `rate` or a smaller `block`",
          epoch + 1);
    ++done;
  }

  void run_block(const BlockPlan& plan, double rate) {
    const int64_t examples = plan.examples(), words = plan.word_rows.size();
    if (examples == 0) return;
    const auto room = [&](std::vector<float>& values, int64_t count) {
      if (std::ssize(values) < count) values.resize(static_cast<size_t>(count));
      return values.data();
    };
    float* of_words = room(word_sums, words * padded);
    float* step = room(steps, examples * padded);
    float* coefficient = room(coefficients, std::ssize(plan.targets.values));
    const std::vector<float> word_scale = options.cbow ? std::vector<float>() : scales_of(plan.word_rows);
    kernel().row_sums({.count = words,
                       .columns = padded,
                       .begin = plan.word_rows.begin.data(),
                       .rows = plan.word_rows.values.data(),
                       .table = input.data<float>(),
                       .scale = options.cbow ? nullptr : word_scale.data(),
                       .y = of_words});
    const float* hidden = of_words;
    if (options.cbow) {
      float* of_examples = room(hiddens, examples * padded);
      kernel().row_sums({.count = examples,
                         .columns = padded,
                         .begin = plan.inputs.begin.data(),
                         .rows = plan.inputs.values.data(),
                         .table = of_words,
                         .scale = plan.input_scale.data(),
                         .y = of_examples});
      hidden = of_examples;
      while (std::ssize(counting) < examples) counting.push_back(static_cast<int32_t>(counting.size()));
    }
    const int32_t* hidden_row = options.cbow ? counting.data() : plan.inputs.values.data();
    kernel().negative_sampling({.examples = examples,
                                .columns = padded,
                                .rate = static_cast<float>(rate),
                                .hidden = hidden,
                                .hidden_row = hidden_row,
                                .begin = plan.targets.begin.data(),
                                .rows = plan.targets.values.data(),
                                .times = plan.times.data(),
                                .table = output.data<float>(),
                                .coefficient = coefficient,
                                .step = step});
    measure(plan, coefficient, rate);
    kernel().row_adds({.groups = std::ssize(plan.to_output.begin) - 1,
                       .columns = padded,
                       .begin = plan.to_output.begin.data(),
                       .adds = plan.to_output.adds.data(),
                       .from = hidden,
                       .factor = coefficient,
                       .table = output.data<float>()});
    // The steps of an input word, then to each of its rows.
    float* word_steps = room(summed_steps, words * padded);
    kernel().row_sums({.count = words,
                       .columns = padded,
                       .begin = plan.examples_of_word.begin.data(),
                       .rows = plan.examples_of_word.values.data(),
                       .table = step,
                       .y = word_steps});
    kernel().row_adds({.groups = std::ssize(plan.to_input.begin) - 1,
                       .columns = padded,
                       .begin = plan.to_input.begin.data(),
                       .adds = plan.to_input.adds.data(),
                       .from = word_steps,
                       .table = input.data<float>()});
  }

  static std::vector<float> scales_of(const IndexLists& lists) {
    std::vector<float> scales;
    for (size_t i = 0; i + 1 < lists.begin.size(); ++i)
      scales.push_back(1 / static_cast<float>(lists.begin[i + 1] - lists.begin[i]));
    return scales;
  }

  // Adds the loss of some windows, which follows from their coefficients.
  void measure(const BlockPlan& plan, const float* coefficient, double rate) {
    for (int64_t e = 0; e < plan.examples(); e += kLossEvery) {
      for (int32_t t = plan.targets.begin[static_cast<size_t>(e)];
           t < plan.targets.begin[static_cast<size_t>(e) + 1]; ++t) {
        const double times = std::abs(plan.times[static_cast<size_t>(t)]);
        const double miss = std::abs(coefficient[t]) / (rate * times);
        loss -= times * std::log(std::max(1 - miss, 1e-7));
        if (plan.times[static_cast<size_t>(t)] > 0) ++losses;
      }
    }
  }

  // Without the padding.
  Tensor trimmed(const Tensor& table) const {
    return table.with_layout({table.dim(0), options.width}, {padded, 1}).clone();
  }

  static constexpr uint64_t kStartStream = 3;

  const WordCorpus& corpus;
  WordRows rows;
  Word2vecOptions options;
  BlockPlanner planner;
  int64_t padded = 0;
  std::vector<int64_t> parts = {0};  // the first sentence of each unit of an epoch; the last is the end
  Tensor input, output;              // [·, padded]
  int64_t done = 0;
  double loss = 0, losses = 0;
  std::vector<float> word_sums, hiddens, steps, coefficients, summed_steps;
  std::vector<int32_t> counting;
};

Word2vec::Word2vec(const WordCorpus& corpus, WordRows rows, const Word2vecOptions& options)
    : state_(std::make_unique<State>(corpus, std::move(rows), options)) {}

Word2vec::~Word2vec() = default;

void Word2vec::advance() { state_->run_unit(); }

bool Word2vec::finished() const { return state_->done == units(); }

int64_t Word2vec::units() const { return state_->options.epochs * state_->units_of_epoch(); }

std::vector<std::pair<std::string, double>> Word2vec::measures() const {
  if (state_->losses == 0) return {};
  return {{"loss", state_->loss / state_->losses}};
}

void Word2vec::store(FittingState& state) const {
  state.values["units"] = state_->done;
  state.values["of"] = units();
  state.tensors = {{"input", state_->input}, {"output", state_->output}};
}

void Word2vec::restore(const FittingState& state) {
  const auto take = [&](const char* name, const Tensor& table) {
    const auto found = std::find_if(state.tensors.begin(), state.tensors.end(),
                                    [&](const auto& tensor) { return tensor.first == name; });
    check(found != state.tensors.end() && found->second.shape() == table.shape(),
          "word2vec: the state has no table '{}' of shape {}", name, to_string(table.shape()));
    copy(found->second, table);
  };
  take("input", state_->input);
  take("output", state_->output);
  // The learning rate depends on where the end is.
  check(json_get<int64_t>(state.values, "of", "word2vec") == units(), "it was begun with other `epochs`");
  state_->done = json_get<int64_t>(state.values, "units", "word2vec");
}

Tensor Word2vec::input() const { return state_->trimmed(state_->input); }
Tensor Word2vec::output() const { return state_->trimmed(state_->output); }

}  // namespace hodhod
