// SPDX-License-Identifier: Apache-2.0
// Counting an n-gram model: text → sorted runs → trie of counts → probabilities → ngrams.bin.
//
// Runs that do not fit in memory lie in files, so that the text may be larger than memory. The bits of the
// model depend on the text and the configuration alone: not on the memory, on the number of threads, or on
// where the work was stopped. After the counting, all is done again when the work was stopped, which takes
// seconds.
#pragma once

#include <memory>

#include "hodhod/train/language_fitters.h"

namespace hodhod {

// For models of the type "ngram".
std::unique_ptr<Fitting> make_ngram_fitting(Model& model, TokenStream& text,
                                            const LanguageFittingOptions& options);

}  // namespace hodhod
