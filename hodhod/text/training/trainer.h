// SPDX-License-Identifier: Apache-2.0
// Training tokenizer models from text.
//
// A trained model is a function of the multiset of lines and of the options: not of the number of threads,
// nor of the order in which the lines come.
#pragma once

#include <vector>

#include "hodhod/text/models/model.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/count_words.h"
#include "hodhod/text/training/options.h"

namespace hodhod::text {

ModelPtr train_model(const std::vector<WordCount>& words, const TokenizerTraining& options);

// Counts, trains, and sets the model and special tokens of `pipeline` (normaliser, pre-tokeniser, decoder,
// …).
void train_tokenizer(Tokenizer& pipeline, const LineSource& lines, const TokenizerTraining& options);

}  // namespace hodhod::text
