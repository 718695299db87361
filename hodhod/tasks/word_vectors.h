// SPDX-License-Identifier: Apache-2.0
// Training word vectors: from a text and a tokenizer of words to a model's directory.
//
//     TextModel model = TextModel::make(*config, std::move(tokenizer), seed);
//     VectorsTask task(model, lines, {}, seed);
//     fit_model(task.fitted(), {}, run);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/word_vectors.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/text/training/count_words.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/word_corpus.h"

namespace hodhod {

// What is not given is what the tool that the method comes from has: with subwords fastText, otherwise
// word2vec, or GloVe.
struct VectorTraining {
  std::optional<int64_t> epochs = {}, window = {}, negatives = {}, block = {};
  std::optional<double> rate = {}, power = {}, sample = {}, cap = {}, x_max = {}, alpha = {};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("epochs", epochs, "Passes over the text; without it 5, for glove 15", at_least(1));
    v("window", window, "Greatest distance between words that belong together; without it 5, for glove 15",
      in(1, 1000));
    v("rate", rate, "Learning rate at the beginning; without it 0.05, for skip-gram without subwords 0.025",
      above(0));
    v("negatives", negatives, "Number of words drawn for each window; without it 5", in(1, 1000));
    v("power", power,
      "Words are drawn in proportion to their count to this power; without it 0.75, with subwords 0.5",
      in(0, 2));
    v("sample", sample,
      "Words of a greater frequency than this are left out now and then; 0 keeps all; without it 1e-3, for "
      "models with subwords 1e-4",
      at_least(0).below(1));
    v("block", block, "Number of words whose steps are computed from the same vectors; without it 1024",
      in(1, 1 << 20));
    v("cap", cap,
      "Pairs of words whose steps a row gets in full in a block; further ones only in proportion; without it "
      "√block",
      above(0));
    v("x_max", x_max, "For glove: co-occurrences from this on weigh the same; without it 100", above(0));
    v("alpha", alpha,
      "For glove: fewer co-occurrences than --x-max weigh in proportion to their number to this power; "
      "without "
      "it 0.75",
      in(0, 10));
  }
};

// The tokenizer of new word vectors: whole words that occur 5 times.
TaskTokenizerOptions usual_word_tokenizer();

// The text of each row; empty for special tokens, such as that of unknown words.
std::vector<std::string> spelling_of(const text::Tokenizer& tokenizer);

// The text as numbers of the tokenizer's tokens, without special ones and unknown words. A line is a
// sentence; a longer one than 1,000 words is several.
WordCorpus read_word_corpus(const text::Tokenizer& tokenizer, const text::LineSource& lines);

// Sets the number of rows for subwords if it is 0 and there are subwords: the number of different ones in the
// vocabulary, 2 million at most.
void choose_buckets(WordVectorsOptions& options, const text::Tokenizer& tokenizer);

// Writes the directory. Before that, the embeddings are computed from the other tables.
void save_word_vectors(TextModel& model, const std::string& directory);

class VectorsTask {
 public:
  // The model (kind model2vec), whose tables get their values when it is saved, must outlive this. Error for
  // options that have no use for the algorithm, and as from the fittings.
  VectorsTask(TextModel& model, const text::LineSource& lines, const VectorTraining& training, uint64_t seed);
  ~VectorsTask();

  FittedTask fitted();
  int64_t tokens() const { return corpus_.tokens(); }
  // Once it is fitted: a sentence about a text that is too short, or nothing.
  std::string note() const;

 private:
  class Kind;
  class Windows;
  class Pairs;

  TextModel& model_;
  WordCorpus corpus_;
  std::unique_ptr<Kind> kind_;
};

}  // namespace hodhod
