// SPDX-License-Identifier: Apache-2.0
// Word vectors between a model's directory and the files of other programs: those of io/word_vectors.h, and
// fastText's .bin (io/fasttext_bin.h), the only one of them that holds subwords.
#pragma once

#include <string>
#include <vector>

#include "hodhod/io/fasttext_bin.h"
#include "hodhod/io/word_vectors.h"
#include "hodhod/tasks/text_model.h"

namespace hodhod {

struct ImportedVectors {
  TextModel model;
  std::vector<std::string> notes = {};  // records that were left out, a sentence each
};

// The words become the tokens of a tokenizer that splits text at blanks and changes nothing in it, as the
// tools do that write such files; one more token stands for unknown words. Error as from read_word_vectors().
ImportedVectors import_word_vectors(const std::string& path, bool lenient = false);
// The same from a .bin. Error for that of a classifier.
ImportedVectors import_fasttext_vectors(const std::string& path);

// Writes the vectors of a model with the role Vectors. Error as from write_word_vectors().
void export_word_vectors(const TextModel& model, WordVectorFormat format, const std::string& path);
// A .bin with all that training further needs: words, subwords, output rows, and counts. Where the model has
// no output rows, they are 0; where it has no counts, they fall by 1 from word to word. Error for a model of
// another kind.
FastTextModel fasttext_from_vectors(const TextModel& model);

}  // namespace hodhod
