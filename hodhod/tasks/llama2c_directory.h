// SPDX-License-Identifier: Apache-2.0
// Models of llama2.c (https://github.com/karpathy/llama2.c): a file of weights, model.bin, and one of its
// tokenizer.
//
//     llama2c_to_directory("stories15M.bin", "stories");   // with tokenizer.bin, or tok32000.bin, beside it
#pragma once

#include <string>
#include <vector>

namespace hodhod {

// Whether the file begins as such a file does and has the size that its beginning states: the first layout
// ("legacy"), or versions 1 and 2. False if it cannot be read.
bool is_llama2c(const std::string& path);

// Writes the model of such a file into a directory in Llama's layout. Pairs of channels that turn together
// lie side by side in the file and half a head apart in Llama's layout: rows of the query and key weights are
// put in that order. The tokenizer is read from tokN.bin (N the size of the vocabulary) or tokenizer.bin in
// the file's folder; a sentence is returned if there is none, and then the directory has none. Error for
// weights in whole numbers (version 2), and for a tokenizer that is damaged or of another size.
std::vector<std::string> llama2c_to_directory(const std::string& file, const std::string& directory);

}  // namespace hodhod
