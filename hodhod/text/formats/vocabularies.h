// SPDX-License-Identifier: Apache-2.0
// Tokenizers that are given as a vocabulary and merges: GPT-2's, BERT's, subword-nmt's.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// The lines of a file, without their ends; the file must be UTF-8.
std::vector<std::string> read_vocabulary_lines(const std::string& path);
// Tokens and their ids from a vocab.json.
std::vector<std::pair<std::string, int64_t>> read_vocab_json(const std::string& path);

// GPT-2's and RoBERTa's vocab.json and merges.txt.
TokenizerParts gpt2_parts(const std::string& vocab_path, const std::string& merges_path,
                          const TokenizerConfig& config = {});
// BERT's vocab.txt.
TokenizerParts bert_parts(const std::string& path, const TokenizerConfig& config = {});
// The codes of subword-nmt, which are merges alone.
TokenizerParts subword_nmt_parts(const std::string& path);

}  // namespace hodhod::text
