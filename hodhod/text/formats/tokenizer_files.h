// SPDX-License-Identifier: Apache-2.0
// What the readers and writers of tokenizer files share: each reads one kind of files into the parts of a
// tokenizer, as a directory's settings want it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// The object of a token in "added_tokens".
Json added_token_to_json(const AddedToken& token);

// The lines of a file, without their ends; the file must be UTF-8.
std::vector<std::string> read_vocabulary_lines(const std::string& path);
// Tokens and their ids from a vocab.json.
std::vector<std::pair<std::string, int64_t>> read_vocab_json(const std::string& path);

TokenizerParts parts_from_json(std::string_view text, const std::string& name);
TokenizerParts gpt2_parts(const std::string& vocab_path, const std::string& merges_path,
                          const TokenizerConfig& config);
TokenizerParts bert_parts(const std::string& path, const TokenizerConfig& config);
TokenizerParts sentencepiece_parts(std::string_view bytes, const std::string& name,
                                   const TokenizerConfig& config);
// source.spm and vocab.json of a Marian model: pieces of the first, with ids of the second.
TokenizerParts marian_parts(const std::string& directory, const TokenizerConfig& config);

// Settings that Transformers holds above what tokenizer.json says: of BERT's normaliser, of ByteLevel's
// prefix space, and Llama's tokens around a text.
void heed_settings(TokenizerParts& parts, const TokenizerConfig& config);

// Puts tokens before and after a text, and each of two; either may be empty. Error when the tokenizer has no
// such token.
void put_around(TokenizerParts& parts, const std::string& before, const std::string& after,
                const std::string& where);
// Llama's: add_bos_token and add_eos_token, with these defaults.
void put_llama_tokens(TokenizerParts& parts, const TokenizerConfig& config, bool bos, bool eos);

}  // namespace hodhod::text
