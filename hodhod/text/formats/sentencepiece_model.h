// SPDX-License-Identifier: Apache-2.0
// SentencePiece `.model` files as tokenizers, and back.
#pragma once

#include <string>
#include <string_view>

#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/formats/tokenizer_config.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// A tokenizer that gives the ids of SentencePiece 0.1.97 (`spm_encode --output_format=id`), and of
// well-formed text the text of `spm_decode`. Differences, on purpose: an ill-formed byte is kept (byte
// fallback gives it back) instead of becoming U+FFFD. As there, control pieces are never found in a text, and
// no <s> or </s> is put in.
//
// `name` is the file's, for messages. Error as SentencePieceProto::parse and Charsmap, and for word models.
Tokenizer sentencepiece_from_bytes(std::string_view bytes, const std::string& name);

// The same with what a class of Transformers changes about it: the tokens around a text, T5's sentinels.
TokenizerParts sentencepiece_parts(std::string_view bytes, const std::string& name,
                                   const TokenizerConfig& config = {});

// The parts of such a tokenizer; of `config`, add_prefix_space and Llama's legacy are heeded.
TokenizerParts parts_of_proto(const SentencePieceProto& proto, const std::string& name,
                              const TokenizerConfig& config);

}  // namespace hodhod::text
