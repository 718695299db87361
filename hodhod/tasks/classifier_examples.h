// SPDX-License-Identifier: Apache-2.0
// A classifier's examples as both ways of finding its weights take them: texts as the model reads them, with
// what is to be predicted; and how a classifier is validated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/words.h"

namespace hodhod {

struct ClassifierExamples {
  std::vector<EncodedText> texts;
  std::vector<std::vector<double>> targets;  // a label's id, 0 or 1 for each label, or numbers
  int64_t cut = 0;                           // texts that were longer than max_length
};

// Texts as the model reads them, with their columns of numbers as its last features. Error, beginning with
// the place of a text, if it has other columns of numbers than the model reads. `words` are those of each
// text, if they are known already.
std::vector<EncodedText> encode_labelled(const TextModel& encoder, std::span<const LabelledText> texts,
                                         std::span<const WordList> words = {});

// Sets the classifier's limit of length and its number of texts. Error with file and line for a label that is
// unknown or no number, also in `dev`, before any work is done. `words` are those of `train`, if they are
// known already (learn_features).
ClassifierExamples encode_examples(Classifier& classifier, std::span<const LabelledText> train,
                                   std::span<const LabelledText> dev, const ClassifierTraining& options,
                                   std::span<const WordList> words = {});

// The scores of a validation; none without examples.
Scores validation_scores(const Classifier& classifier, std::span<const LabelledText> dev);

// Lets a new model that reads features learn them from these examples: the words of their texts, which it
// gives, and their columns of numbers, of which these are the names. Does nothing for others. Error if there
// are columns of numbers and the model reads none, or if the names are not as many.
std::vector<WordList> learn_features(ModelConfig& config, const text::Tokenizer& tokenizer,
                                     std::span<const LabelledText> examples,
                                     const std::vector<std::string>& numbers);

}  // namespace hodhod
