// SPDX-License-Identifier: Apache-2.0
// N-gram models in ARPA files, and in this program's directories.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/models/model.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

// Writes the model of an ARPA file into a directory, with a tokenizer of its words, which stand between
// blanks. Returns what was put right, in sentences. Error for a damaged file (models/ngram_arpa.h).
std::vector<std::string> arpa_to_directory(const std::string& arpa, const std::string& directory,
                                           int64_t bits = 32);

// Writes an n-gram model as an ARPA file, compressed when its name ends in .gz. A blank in a token is written
// as ▁, and other characters that part words as their bytes, "<0x0A>". Error for a model of another kind.
void write_arpa(const Model& model, const text::Tokenizer& tokenizer, const std::string& arpa);

}  // namespace hodhod
