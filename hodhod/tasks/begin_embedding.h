// SPDX-License-Identifier: Apache-2.0
// The embedding of a new network begins from word vectors.
#pragma once

#include <cstdint>
#include <string>

#include "hodhod/tasks/text_model.h"

namespace hodhod {

struct FoundEmbeddings {
  int64_t found = 0;   // tokens whose rows are now word vectors
  int64_t tokens = 0;  // of the tokenizer, without special ones
};

// Sets those rows of the model's embedding whose tokens are words of `source`: a file of word vectors
// (io/word_vectors.h), a .bin of fastText, or the directory of a model with the role Vectors. A token is a
// word if it begins one ("▁word", "Ġword", "word" but not "##ing"). The words of `source` are compared in the
// form that the model's tokenizer normalises them to. A token that is not among them gets the mean of its
// subwords if `source` has subwords. Other rows stay. Error when the model has no embedding, its width is
// another one, or no token is found.
FoundEmbeddings begin_embedding(TextModel& model, const std::string& source);

}  // namespace hodhod
