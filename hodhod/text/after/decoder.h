// SPDX-License-Identifier: Apache-2.0
// Decoders: turn tokens back into text.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"

namespace hodhod::text {

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Rewrites the tokens so that their concatenation is the text. ByteFallback and ByteLevel give raw bytes,
  // even if they are not UTF-8.
  virtual void apply(std::vector<std::string>& tokens) const = 0;
  virtual Json to_json() const = 0;
};

using DecoderPtr = std::unique_ptr<const Decoder>;

// Reads the object under "decoder"; null gives nullptr.
DecoderPtr decoder_from_json(const Json& json, const std::string& where);

DecoderPtr make_byte_level_decoder();
DecoderPtr make_word_piece_decoder(std::string_view prefix = "##", bool cleanup = true);
DecoderPtr make_metaspace_decoder(MetaspaceOptions options = {});
DecoderPtr make_bpe_decoder(std::string_view suffix = "</w>");
DecoderPtr make_byte_fallback_decoder();
DecoderPtr make_fuse_decoder();
DecoderPtr make_strip_decoder(std::string_view content, int start, int stop);
DecoderPtr make_replace_decoder(std::string_view what, std::string_view with);
DecoderPtr make_decoder_sequence(std::vector<DecoderPtr> parts);

}  // namespace hodhod::text
