// SPDX-License-Identifier: Apache-2.0
// What one block of words of word2vec has to compute, as lists for the kernels (kernels/row_sums.h,
// kernels/negative_sampling.h). It depends on the text, the options and the seed alone, never on the vectors.
#pragma once

#include <cstdint>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/kernels/row_sums.h"
#include "hodhod/train/alias_table.h"
#include "hodhod/train/word2vec.h"

namespace hodhod {

// Lists inside a list: item i has values[begin[i]] … values[begin[i + 1] − 1].
struct IndexLists {
  std::vector<int32_t> begin = {0};
  std::vector<int32_t> values;

  void end_item() { begin.push_back(static_cast<int32_t>(values.size())); }
  int64_t size() const { return static_cast<int64_t>(begin.size()) - 1; }
};

// Additions to the rows of a table in groups that share no row; within one in the order of the text.
struct GroupedAdds {
  std::vector<int32_t> begin;
  std::vector<kernels::RowAdd> adds;
};

struct BlockPlan {
  IndexLists word_rows;             // of each different input word: its rows of the input table
  IndexLists inputs;                // of each example: its input words, as numbers of word_rows
  std::vector<float> input_scale;   // of each example: 1 / number of rows that it has in all
  IndexLists targets;               // of each example: rows of the output table
  std::vector<float> times;         // of each target, as in kernels/negative_sampling.h
  IndexLists examples_of_word;      // of each input word: the examples that it is in
  GroupedAdds to_input, to_output;  // `from` is an input word, and an example
  int64_t examples() const { return inputs.size(); }
};

class BlockPlanner {
 public:
  BlockPlanner(const WordCorpus& corpus, const WordRows& rows, const Word2vecOptions& options);

  // Some sentences whole, and which of their words are kept in an epoch.
  struct Part {
    int64_t epoch = 0;
    int64_t first_sentence = 0, last_sentence = 0;
    std::vector<uint8_t> kept = {};  // of each word from the first sentence's beginning on
  };
  Part part(int64_t epoch, int64_t first_sentence, int64_t last_sentence) const;

  // Room that plans of one thread share.
  struct Scratch {
    std::vector<int32_t> number;  // of each word of the vocabulary; -1: not in the block
    // Of each row: pairs of words in the block that it gets steps from. 0 between plans.
    std::vector<float> input, output;
    std::vector<int32_t> negatives;  // of a window
  };
  Scratch scratch() const;

  // The plan of the words [begin, end) of the part; their windows reach beyond.
  BlockPlan plan(const Part& part, int64_t begin, int64_t end, Scratch& scratch) const;

 private:
  struct KeptWord {
    int64_t place;
    int32_t word;
    int64_t sentence;
  };
  std::vector<KeptWord> kept_words(const Part& part, int64_t begin, int64_t end) const;
  void add_examples(BlockPlan& plan, const std::vector<KeptWord>& words, size_t middle, const Rng& draws,
                    Scratch& scratch) const;
  int32_t number_of(BlockPlan& plan, int32_t word, Scratch& scratch) const;
  GroupedAdds adds_to_input(const BlockPlan& plan, Scratch& scratch) const;
  GroupedAdds adds_to_output(const BlockPlan& plan, Scratch& scratch) const;
  GroupedAdds scaled_and_grouped(std::vector<kernels::RowAdd>& adds, std::vector<float>& pairs) const;

  const WordCorpus& corpus_;
  const WordRows& rows_;
  Word2vecOptions options_;
  AliasTable negatives_;
  std::vector<uint64_t> keep_below_;  // a random 32-bit number below this keeps the word
};

}  // namespace hodhod
