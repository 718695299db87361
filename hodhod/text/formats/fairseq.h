// SPDX-License-Identifier: Apache-2.0
// SentencePiece files of models that were trained with fairseq: XLM-RoBERTa, mBART and mBART-50. Their tokens
// are <s>, <pad>, </s> and <unk>, then the pieces of the file without its own <unk>, <s> and </s>, then
// mBART's languages, and last <mask>.
#pragma once

#include <string>

#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

bool is_fairseq(TokenizerFamily family);

// The file's pieces with the numbers of the model. Error if the first three are not <unk>, <s> and </s>.
SentencePieceProto with_fairseq_numbers(SentencePieceProto proto, const std::string& name);

// Adds the languages and <mask>, and puts the class's tokens around texts. The language is `src_lang` of
// tokenizer_config.json, or else English.
void add_fairseq_tokens(TokenizerParts& parts, const TokenizerConfig& config);

// NLLB's and M2M-100's: the language that tokenizer_config.json names, or English, before the text, and </s>
// behind it; with NLLB's `legacy_behaviour` both stand behind it.
void put_source_language(TokenizerParts& parts, const TokenizerConfig& config);

// Puts the language that tokenizer_config.json names in the place of that of a tokenizer.json.
void heed_source_language(TokenizerParts& parts, const TokenizerConfig& config);

}  // namespace hodhod::text
