// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/glove.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/rng.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/train/cooccurrences.h"

namespace hodhod {
namespace {

// Groups of words, and of contexts; a constant, so that the result does not depend on threads.
constexpr int64_t kGloveGroups = 16;
// Rows of tables are padded to a multiple of this with zeros, which stay zeros.
constexpr int64_t kGlovePadding = 16;
// Places of the text whose neighbours are counted in a unit.
constexpr int64_t kCountedPlaces = 200'000;

constexpr uint64_t kWordStream = 1, kContextStream = 2, kShuffleStream = 3;

int64_t glove_group_of(int32_t word) { return word % kGloveGroups; }

const WordCorpus& checked_for_glove(const WordCorpus& corpus, const GloveOptions& options) {
  check(options.width >= 1 && options.epochs >= 1 && options.window >= 1 && options.window <= 1000,
        "glove: width {}, epochs {} and window {} must be 1 at least, and the window 1000 at most",
        options.width, options.epochs, options.window);
  check(options.x_max > 0 && options.alpha >= 0, "glove: x_max {} must be above 0, and alpha {} not below it",
        options.x_max, options.alpha);
  check(
      corpus.tokens() >= 2,
      "glove: the text has {} that the vocabulary knows; give more text, or a smaller `tokenizer.min_count`",
      count_of(corpus.tokens(), "word"));
  return corpus;
}

}  // namespace

// One side of the model. Rows begin uniform between ± 0.5 / width, sums of squares at 1.
struct Glove::Side {
  Side(int64_t rows, const GloveOptions& options, const Rng& draws)
      : padded((options.width + kGlovePadding - 1) / kGlovePadding * kGlovePadding),
        vectors(Tensor::zeros({rows, padded})),
        squares(Tensor::full({rows, padded}, 1)),
        biases(Tensor::zeros({rows})),
        bias_squares(Tensor::full({rows}, 1)) {
    const double range = 0.5 / static_cast<double>(options.width);
    for (int64_t r = 0; r < rows; ++r) {
      Rng row = draws.fork(static_cast<uint64_t>(r));
      const auto next = [&] { return static_cast<float>((2 * row.uniform_double() - 1) * range); };
      for (int64_t c = 0; c < options.width; ++c) vectors.data<float>()[r * padded + c] = next();
      biases.data<float>()[r] = next();
    }
  }

  kernels::GloveTable<float> table() const {
    return {vectors.data<float>(), squares.data<float>(), biases.data<float>(), bias_squares.data<float>()};
  }
  NamedTensors named(const std::string& side) const {
    return {{side + ".vectors", vectors},
            {side + ".squares", squares},
            {side + ".biases", biases},
            {side + ".bias_squares", bias_squares}};
  }

  int64_t padded;
  Tensor vectors, squares, biases, bias_squares;
};

struct Glove::State {
  State(const WordCorpus& text, const GloveOptions& wanted)
      : corpus(checked_for_glove(text, wanted)),
        options(wanted),
        counter(corpus, options.window),
        words(corpus.vocabulary(), options, Rng(options.seed).fork(kWordStream)),
        contexts(corpus.vocabulary(), options, Rng(options.seed).fork(kContextStream)) {
    int64_t places = 0;
    for (int32_t w = 0; w < corpus.vocabulary(); ++w) {
      if (places >= kCountedPlaces) {
        parts.push_back(w);
        places = 0;
      }
      places += corpus.counts[static_cast<size_t>(w)];
    }
    parts.push_back(static_cast<int32_t>(corpus.vocabulary()));
  }

  int64_t count_units() const { return std::ssize(parts) - 1; }
  // A round goes through the diagonals of the grid of groups; each is a unit.
  int64_t units() const { return count_units() + options.epochs * kGloveGroups; }

  void count(int64_t part) {
    for (const Cooccurrence& one :
         counter.count(parts[static_cast<size_t>(part)], parts[static_cast<size_t>(part) + 1])) {
      const double weight = std::min(1.0, std::pow(one.count / options.x_max, options.alpha));
      counted.push_back(
          {one.word, one.context, static_cast<float>(std::log(one.count)), static_cast<float>(weight)});
    }
    if (part + 1 == count_units()) sort_into_blocks();
  }

  // Shuffles the pairs once, and sorts them into the blocks of the grid: diagonal after diagonal.
  void sort_into_blocks() {
    check(!counted.empty(),
          "glove: no two known words stand near each other in a line of the text; give longer lines");
    Rng draws = Rng(options.seed).fork(kShuffleStream);
    for (size_t i = counted.size() - 1; i > 0; --i) std::swap(counted[i], counted[draws.below(i + 1)]);
    const auto block_of = [](const kernels::GlovePair& pair) {
      const int64_t row = glove_group_of(pair.word), column = glove_group_of(pair.context);
      return static_cast<size_t>((column - row + kGloveGroups) % kGloveGroups * kGloveGroups + row);
    };
    block_begin.assign(kGloveGroups * kGloveGroups + 1, 0);
    for (const auto& pair : counted) ++block_begin[block_of(pair) + 1];
    for (size_t b = 0; b + 1 < block_begin.size(); ++b) block_begin[b + 1] += block_begin[b];
    std::vector<int64_t> next(block_begin.begin(), block_begin.end() - 1);
    pairs.resize(counted.size());
    for (const auto& pair : counted) pairs[static_cast<size_t>(next[block_of(pair)]++)] = pair;
    counted = {};
  }

  void step(int64_t diagonal) {
    std::vector<double> losses(kGloveGroups);
    kernels::cpu_kernels<float>().glove({.groups = kGloveGroups,
                                         .columns = words.padded,
                                         .begin = block_begin.data() + diagonal * kGloveGroups,
                                         .pairs = pairs.data(),
                                         .rate = static_cast<float>(options.rate),
                                         .words = words.table(),
                                         .contexts = contexts.table(),
                                         .loss = losses.data()});
    loss = 0;
    for (const double one : losses) loss += one;
    const auto at = static_cast<size_t>(diagonal * kGloveGroups);
    const auto taken = static_cast<double>(block_begin[at + kGloveGroups] - block_begin[at]);
    if (taken > 0) loss /= taken;
    check(std::isfinite(loss), "glove: the vectors are no longer finite; give a lower `rate`");
  }

  void advance() {
    if (done < count_units()) {
      count(done);
    } else {
      step((done - count_units()) % kGloveGroups);
    }
    ++done;
  }

  const WordCorpus& corpus;
  GloveOptions options;
  CooccurrenceCounter counter;
  Side words, contexts;
  std::vector<int32_t> parts = {0};  // the first word of each unit of counting; the last is the end
  std::vector<kernels::GlovePair> counted, pairs;
  std::vector<int64_t> block_begin;
  int64_t done = 0;
  double loss = 0;
};

Glove::Glove(const WordCorpus& corpus, const GloveOptions& options)
    : state_(std::make_unique<State>(corpus, options)) {}

Glove::~Glove() = default;

void Glove::advance() { state_->advance(); }

bool Glove::finished() const { return state_->done == units(); }

int64_t Glove::units() const { return state_->units(); }

bool Glove::usable() const { return state_->done > state_->count_units(); }

std::vector<std::pair<std::string, double>> Glove::measures() const {
  if (!usable()) return {};
  return {{"loss", state_->loss}};
}

void Glove::store(FittingState& state) const {
  state.values["units"] = state_->done;
  state.values["of"] = units();
  if (!usable()) return;
  state.tensors = state_->words.named("words");
  for (auto& tensor : state_->contexts.named("contexts")) state.tensors.push_back(std::move(tensor));
}

void Glove::restore(const FittingState& state) {
  const auto done = json_get<int64_t>(state.values, "units", "glove");
  check(json_get<int64_t>(state.values, "of", "glove") == units(), "it was begun with other `epochs`");
  while (state_->done < std::min(done, state_->count_units())) state_->advance();
  state_->done = done;
  if (!usable()) return;
  for (const auto& side : {state_->words.named("words"), state_->contexts.named("contexts")}) {
    for (const auto& [name, table] : side) {
      const auto found =
          std::find_if(state.tensors.begin(), state.tensors.end(),
                       [&, &wanted = name](const auto& tensor) { return tensor.first == wanted; });
      check(found != state.tensors.end() && found->second.shape() == table.shape(),
            "glove: the state has no table '{}' of shape {}", name, to_string(table.shape()));
      copy(found->second, table);
    }
  }
}

int64_t Glove::pairs() const { return std::max(std::ssize(state_->pairs), std::ssize(state_->counted)); }

Tensor Glove::vectors() const {
  const int64_t rows = state_->corpus.vocabulary(), width = state_->options.width,
                padded = state_->words.padded;
  const Tensor sum = state_->words.vectors.with_layout({rows, width}, {padded, 1}).clone();
  accumulate(sum, state_->contexts.vectors.with_layout({rows, width}, {padded, 1}).clone());
  return sum;
}

}  // namespace hodhod
