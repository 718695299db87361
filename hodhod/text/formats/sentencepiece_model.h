// SPDX-License-Identifier: Apache-2.0
// SentencePiece `.model` files as tokenizers, and back.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// A tokenizer with the ids of SentencePiece 0.1.97 (`spm_encode --output_format=id`) and, for well-formed
// text, the text of `spm_decode`. One difference is intended: an ill-formed byte is kept (byte fallback gives
// it back) instead of becoming U+FFFD. As in SentencePiece, control pieces are never found in a text, and <s>
// and </s> are not added.
//
// `name` is the file's name, for messages. Errors: those of SentencePieceProto::parse and Charsmap, and word
// models.
Tokenizer sentencepiece_from_bytes(std::string_view bytes, const std::string& name);

// The same with the changes of a class of Transformers: tokens around a text, T5's sentinels.
TokenizerParts sentencepiece_parts(std::string_view bytes, const std::string& name,
                                   const TokenizerConfig& config = {});

// The parts of such a tokenizer; uses add_prefix_space and Llama's legacy of `config`.
TokenizerParts parts_of_proto(const SentencePieceProto& proto, const std::string& name,
                              const TokenizerConfig& config);

}  // namespace hodhod::text
