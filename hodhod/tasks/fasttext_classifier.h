// SPDX-License-Identifier: Apache-2.0
// fastText's classifiers (.bin files) as classifiers here, and back.
#pragma once

#include <string>

#include "hodhod/io/fasttext_bin.h"
#include "hodhod/tasks/classify.h"

namespace hodhod {

// The same answers as `fasttext predict-prob`, but for the 1e-5 that fastText adds to each probability. With
// the loss softmax, a text has one label; with ova or ns, each label has a probability of its own. Error,
// beginning with `path`, for word vectors, and for the loss hs, whose tree of labels is not read.
Classifier classifier_from_fasttext(const FastTextModel& model, const std::string& path);

// Error, beginning with `path`, if fastText has no such model: it takes one hidden layer without an
// activation and without biases, on the mean of words and hashed n-grams, and no numbers beside the text.
FastTextModel fasttext_from_classifier(const Classifier& classifier, const std::string& path);

// Whether a classifier reads the words that fastText reads of the same text: what blanks part, unchanged.
// Told by a text that has letters, marks, digits, joiners and punctuation of several scripts.
bool reads_words_of_fasttext(const Classifier& classifier);

}  // namespace hodhod
