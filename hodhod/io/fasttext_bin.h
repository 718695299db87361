// SPDX-License-Identifier: Apache-2.0
// fastText's .bin files, version 12 (and 11, which is read): classifiers and word vectors, as fastText 0.9.2
// writes them. A file holds the options, the dictionary and two matrices.
//
//     FastTextModel model = read_fasttext_bin("cc.fa.300.bin");
//     write_fasttext_bin("copy.bin", model);  // the same bytes
//
// How texts and words become rows of the matrices: fasttext_hash.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

// The numbers are those of the file.
enum class FastTextLoss : int32_t {
  hierarchical_softmax = 1,
  negative_sampling = 2,
  softmax = 3,
  one_against_all = 4
};
enum class FastTextKind : int32_t { cbow = 1, skipgram = 2, supervised = 3 };

struct FastTextOptions {
  int32_t width = 100;  // of a vector
  int32_t window = 5;
  int32_t epochs = 5;
  int32_t min_count = 5;
  int32_t negatives = 5;
  int32_t word_ngrams = 1;  // longest n-gram of words
  FastTextLoss loss = FastTextLoss::negative_sampling;
  FastTextKind kind = FastTextKind::skipgram;
  int32_t buckets = 2'000'000;  // for n-grams
  int32_t min_n = 3;            // characters of an n-gram; max_n 0: none
  int32_t max_n = 6;
  int32_t rate_every = 100;  // tokens between changes of the learning rate
  double sampling = 1e-4;    // threshold above which a word is left out now and then

  friend bool operator==(const FastTextOptions&, const FastTextOptions&) = default;
};

struct FastTextEntry {
  std::string text;  // a label with its prefix
  int64_t count = 0;

  friend bool operator==(const FastTextEntry&, const FastTextEntry&) = default;
};

// What ends each line of the training text, and is a word of every classifier.
inline constexpr std::string_view kFastTextLineEnd = "</s>";
inline constexpr std::string_view kFastTextLabelPrefix = "__label__";

struct FastTextModel {
  FastTextOptions options;
  std::vector<FastTextEntry> words, labels;
  int64_t tokens = 0;  // of the training text
  Tensor input;        // [words + buckets, width] f32: a row for each word, then for each bucket
  Tensor output;       // [words, width]; of a classifier [labels, width]
};

// Whether the file begins as such a file does. False if it cannot be read.
bool is_fasttext_bin(const std::string& path);

// Error with the path, the byte and what is wrong there if the file is none of these, is damaged, or is
// quantised (.ftz).
FastTextModel read_fasttext_bin(const std::string& path);
// The same of bytes in memory; `path` is their name in messages.
FastTextModel fasttext_from_bytes(std::string_view bytes, const std::string& path);

// Replaces or creates the file. Error if the matrices do not have the shapes above, or a word has a blank or
// a NUL in it.
void write_fasttext_bin(const std::string& path, const FastTextModel& model);

}  // namespace hodhod
