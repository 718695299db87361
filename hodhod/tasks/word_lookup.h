// SPDX-License-Identifier: Apache-2.0
// Asking a model for the vectors of words as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hodhod/tasks/text_model.h"
#include "hodhod/tasks/word_space.h"

namespace hodhod {

class WordLookup {
 public:
  // Loads the directory of a model that has the role Vectors; Error for any other.
  static WordLookup load(const ModelPath& path);
  explicit WordLookup(TextModel model);

  // The words in the order of the vocabulary, the commonest first, without special tokens.
  const std::vector<std::string>& words() const { return words_; }
  const WordSpace& space() const { return space_; }
  const TextModel& model() const { return model_; }

  // The number of a word that is in the vocabulary. It is looked for as the model's text was normalised, then
  // as it is written, then in lower case.
  std::optional<int64_t> find(std::string_view word) const;
  // The vector of a text: the mean over its words. A word that is not in the vocabulary is made of its
  // subwords, if `subwords`. Nothing if a word has no vector.
  std::optional<std::vector<float>> vector(std::string_view text, bool subwords = true) const;
  // The same, or an Error that suggests the nearest spelling.
  std::vector<float> vector_or_fail(std::string_view text) const;

 private:
  TextModel model_;
  std::vector<std::string> words_;
  std::vector<int64_t> rows_;  // of each word
  std::unordered_map<std::string, int64_t> numbers_;
  WordSpace space_;
};

}  // namespace hodhod
