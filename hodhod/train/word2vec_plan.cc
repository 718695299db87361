// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/word2vec_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

// Groups of rows that are added to at the same time; a constant, so that a plan does not depend on threads.
constexpr int32_t kGroups = 64;

// Names of random streams.
constexpr uint64_t kKeepStream = 1, kWindowStream = 2;

double cap_of(const Word2vecOptions& options) {
  return options.cap > 0 ? options.cap : std::max(2.0, std::sqrt(static_cast<double>(options.block)));
}

std::vector<double> powers_of(const std::vector<int64_t>& counts, double power) {
  std::vector<double> weights;
  for (const int64_t count : counts)
    weights.push_back(count > 0 ? std::pow(static_cast<double>(count), power) : 0);
  return weights;
}

// Sorts additions into groups, in which their order stays.
GroupedAdds grouped(const std::vector<kernels::RowAdd>& adds) {
  GroupedAdds result{std::vector<int32_t>(kGroups + 1, 0), std::vector<kernels::RowAdd>(adds.size())};
  for (const auto& add : adds) ++result.begin[static_cast<size_t>(add.to % kGroups) + 1];
  for (size_t g = 0; g < kGroups; ++g) result.begin[g + 1] += result.begin[g];
  std::vector<int32_t> next(result.begin.begin(), result.begin.end() - 1);
  for (const auto& add : adds)
    result.adds[static_cast<size_t>(next[static_cast<size_t>(add.to % kGroups)]++)] = add;
  return result;
}

// For each input word, the examples that it is in.
IndexLists turned_round(const IndexLists& inputs, int64_t words) {
  IndexLists result{std::vector<int32_t>(static_cast<size_t>(words) + 1, 0),
                    std::vector<int32_t>(inputs.values.size())};
  for (const int32_t word : inputs.values) ++result.begin[static_cast<size_t>(word) + 1];
  for (size_t w = 0; w < static_cast<size_t>(words); ++w) result.begin[w + 1] += result.begin[w];
  std::vector<int32_t> next(result.begin.begin(), result.begin.end() - 1);
  for (int32_t e = 0; e < inputs.size(); ++e) {
    for (int32_t i = inputs.begin[static_cast<size_t>(e)]; i < inputs.begin[static_cast<size_t>(e) + 1];
         ++i) {
      const auto word = static_cast<size_t>(inputs.values[static_cast<size_t>(i)]);
      result.values[static_cast<size_t>(next[word]++)] = e;
    }
  }
  return result;
}

}  // namespace

BlockPlanner::BlockPlanner(const WordCorpus& corpus, const WordRows& rows, const Word2vecOptions& options)
    : corpus_(corpus), rows_(rows), options_(options), negatives_(powers_of(corpus.counts, options.power)) {
  const double total = static_cast<double>(corpus.tokens());
  for (const int64_t count : corpus.counts) {
    const double ratio = options.sample * total / static_cast<double>(std::max<int64_t>(count, 1));
    const double keep = options.sample > 0 ? std::min(1.0, std::sqrt(ratio) + ratio) : 1;
    keep_below_.push_back(static_cast<uint64_t>(keep * 4294967296.0));
  }
}

BlockPlanner::Part BlockPlanner::part(int64_t epoch, int64_t first_sentence, int64_t last_sentence) const {
  const int64_t begin = corpus_.sentences[static_cast<size_t>(first_sentence)];
  const int64_t end = corpus_.sentences[static_cast<size_t>(last_sentence)];
  Part part{epoch, first_sentence, last_sentence, std::vector<uint8_t>(static_cast<size_t>(end - begin))};
  const Rng draws = Rng(options_.seed).fork(kKeepStream).fork(static_cast<uint64_t>(epoch));
  parallel_for(end - begin, 4096, [&](int64_t from, int64_t to) {
    for (int64_t place = begin + from; place < begin + to;) {
      const auto words = draws.at(static_cast<uint64_t>(place) / 4);
      do {
        const auto word = static_cast<size_t>(corpus_.words[static_cast<size_t>(place)]);
        part.kept[static_cast<size_t>(place - begin)] =
            words[static_cast<size_t>(place % 4)] < keep_below_[word];
        ++place;
      } while (place % 4 != 0 && place < begin + to);
    }
  });
  return part;
}

BlockPlanner::Scratch BlockPlanner::scratch() const {
  return {std::vector<int32_t>(static_cast<size_t>(corpus_.vocabulary()), -1),
          std::vector<float>(static_cast<size_t>(rows_.table)),
          std::vector<float>(static_cast<size_t>(corpus_.vocabulary())),
          {}};
}

// The kept words of [begin, end), and as many before and behind in the same sentences as a window can hold.
std::vector<BlockPlanner::KeptWord> BlockPlanner::kept_words(const Part& part, int64_t begin,
                                                             int64_t end) const {
  const auto& starts = corpus_.sentences;
  const int64_t origin = starts[static_cast<size_t>(part.first_sentence)];
  const auto kept = [&](int64_t place) { return part.kept[static_cast<size_t>(place - origin)] != 0; };
  const auto sentence_of = [&](int64_t place) {
    return std::upper_bound(starts.begin() + part.first_sentence, starts.begin() + part.last_sentence,
                            place) -
           starts.begin() - 1;
  };
  int64_t from = begin, to = end, sentence = sentence_of(begin);
  for (int64_t found = 0; from > starts[static_cast<size_t>(sentence)] && found < options_.window; --from)
    found += kept(from - 1);
  const int64_t last_end = starts[static_cast<size_t>(sentence_of(end - 1)) + 1];
  for (int64_t found = 0; to < last_end && found < options_.window; ++to) found += kept(to);
  std::vector<KeptWord> words;
  for (int64_t place = from; place < to; ++place) {
    while (place >= starts[static_cast<size_t>(sentence) + 1]) ++sentence;
    if (kept(place)) words.push_back({place, corpus_.words[static_cast<size_t>(place)], sentence});
  }
  return words;
}

int32_t BlockPlanner::number_of(BlockPlan& plan, int32_t word, Scratch& scratch) const {
  int32_t& number = scratch.number[static_cast<size_t>(word)];
  if (number < 0) {
    number = static_cast<int32_t>(plan.word_rows.size());
    const auto w = static_cast<size_t>(word);
    plan.word_rows.values.insert(plan.word_rows.values.end(), rows_.rows.begin() + rows_.begin[w],
                                 rows_.rows.begin() + rows_.begin[w + 1]);
    plan.word_rows.end_item();
  }
  return number;
}

// Adds the examples of the window around a word, if it has neighbours: of CBOW one, of skip-gram one for
// each.
void BlockPlanner::add_examples(BlockPlan& plan, const std::vector<KeptWord>& words, size_t middle,
                                const Rng& draws, Scratch& scratch) const {
  const uint64_t blocks = (static_cast<uint64_t>(options_.negatives) + 4) / 4;  // of four random numbers
  const uint64_t first_block = static_cast<uint64_t>(words[middle].place) * blocks;
  std::array<uint32_t, 4> drawn = draws.at(first_block);
  const int64_t reach =
      1 + static_cast<int64_t>((uint64_t{drawn[0]} * static_cast<uint64_t>(options_.window)) >> 32);
  const auto neighbour = [&](int64_t i) {
    return i >= 0 && i < std::ssize(words) &&
           words[static_cast<size_t>(i)].sentence == words[middle].sentence;
  };
  int64_t from = static_cast<int64_t>(middle), to = from;
  while (from > static_cast<int64_t>(middle) - reach && neighbour(from - 1)) --from;
  while (to < static_cast<int64_t>(middle) + reach && neighbour(to + 1)) ++to;
  if (from == to) return;

  const int32_t own = words[middle].word;
  int32_t input_rows = 0;
  const auto add_input = [&](int32_t word) {
    plan.inputs.values.push_back(number_of(plan, word, scratch));
    input_rows += rows_.begin[static_cast<size_t>(word) + 1] - rows_.begin[static_cast<size_t>(word)];
  };
  // The word in the middle is told from the negatives, those that it is itself left out.
  const auto end_example = [&] {
    plan.targets.values.push_back(own);
    plan.times.push_back(1);
    for (const int32_t negative : scratch.negatives) {
      if (negative == own) continue;
      plan.targets.values.push_back(negative);
      plan.times.push_back(-1);
    }
    plan.inputs.end_item();
    plan.targets.end_item();
    plan.input_scale.push_back(1 / static_cast<float>(std::exchange(input_rows, 0)));
  };
  scratch.negatives.clear();
  for (int64_t n = 0; n < options_.negatives; ++n) {
    const auto i = static_cast<size_t>(n + 1) % 4;
    if (i == 0) drawn = draws.at(first_block + static_cast<uint64_t>(n + 1) / 4);
    scratch.negatives.push_back(negatives_.pick(drawn[i]));
  }
  for (int64_t i = from; i <= to; ++i) {
    if (i == static_cast<int64_t>(middle)) continue;
    add_input(words[static_cast<size_t>(i)].word);
    if (!options_.cbow) end_example();
  }
  if (options_.cbow) end_example();
}

GroupedAdds BlockPlanner::adds_to_input(const BlockPlan& plan, Scratch& scratch) const {
  // The pairs of each example are its targets that belong to it.
  std::vector<float> pairs(static_cast<size_t>(plan.word_rows.size()));
  for (size_t e = 0; e < static_cast<size_t>(plan.examples()); ++e) {
    float own = 0;
    for (int32_t t = plan.targets.begin[e]; t < plan.targets.begin[e + 1]; ++t)
      own += std::max(plan.times[static_cast<size_t>(t)], 0.0f);
    for (int32_t i = plan.inputs.begin[e]; i < plan.inputs.begin[e + 1]; ++i)
      pairs[static_cast<size_t>(plan.inputs.values[static_cast<size_t>(i)])] += own;
  }
  std::vector<kernels::RowAdd> adds;
  adds.reserve(plan.word_rows.values.size());
  for (int32_t w = 0; w < plan.word_rows.size(); ++w) {
    for (int32_t i = plan.word_rows.begin[static_cast<size_t>(w)];
         i < plan.word_rows.begin[static_cast<size_t>(w) + 1]; ++i) {
      const int32_t row = plan.word_rows.values[static_cast<size_t>(i)];
      adds.push_back({row, w, 0, 1});
      scratch.input[static_cast<size_t>(row)] += pairs[static_cast<size_t>(w)];
    }
  }
  return scaled_and_grouped(adds, scratch.input);
}

GroupedAdds BlockPlanner::adds_to_output(const BlockPlan& plan, Scratch& scratch) const {
  std::vector<kernels::RowAdd> adds;
  adds.reserve(plan.targets.values.size());
  for (int32_t e = 0; e < plan.examples(); ++e) {
    // Where an example has one input word, its hidden vector is that word's.
    const int32_t hidden = options_.cbow ? e : plan.inputs.values[static_cast<size_t>(e)];
    for (int32_t t = plan.targets.begin[static_cast<size_t>(e)];
         t < plan.targets.begin[static_cast<size_t>(e) + 1]; ++t) {
      const int32_t row = plan.targets.values[static_cast<size_t>(t)];
      adds.push_back({row, hidden, t, 1});
      scratch.output[static_cast<size_t>(row)] += std::abs(plan.times[static_cast<size_t>(t)]);
    }
  }
  return scaled_and_grouped(adds, scratch.output);
}

// Scales the additions by how many pairs their rows get, and forgets these.
GroupedAdds BlockPlanner::scaled_and_grouped(std::vector<kernels::RowAdd>& adds,
                                             std::vector<float>& pairs) const {
  const auto most = static_cast<float>(cap_of(options_));
  for (auto& add : adds) {
    add.scale = std::min(1.0f, most / std::max(pairs[static_cast<size_t>(add.to)], 1.0f));
  }
  for (const auto& add : adds) pairs[static_cast<size_t>(add.to)] = 0;
  return grouped(adds);
}

BlockPlan BlockPlanner::plan(const Part& part, int64_t begin, int64_t end, Scratch& scratch) const {
  BlockPlan plan;
  const Rng draws = Rng(options_.seed).fork(kWindowStream).fork(static_cast<uint64_t>(part.epoch));
  const std::vector<KeptWord> words = kept_words(part, begin, end);
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].place >= begin && words[i].place < end) add_examples(plan, words, i, draws, scratch);
  }
  for (const KeptWord& word : words) scratch.number[static_cast<size_t>(word.word)] = -1;
  plan.examples_of_word = turned_round(plan.inputs, plan.word_rows.size());
  plan.to_input = adds_to_input(plan, scratch);
  plan.to_output = adds_to_output(plan, scratch);
  return plan;
}

}  // namespace hodhod
