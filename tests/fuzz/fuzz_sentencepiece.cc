// SPDX-License-Identifier: Apache-2.0
// SentencePiece .model files: any bytes are read or refused; what is read encodes and decodes.
#include <cstddef>
#include <cstdint>

#include "hodhod/base/error.h"
#include "hodhod/text/formats/sentencepiece_model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  try {
    const auto tokenizer =
        text::sentencepiece_from_bytes({reinterpret_cast<const char*>(data), size}, "fuzz.model");
    const auto encoding = tokenizer.encode("Hello, می\xE2\x80\x8Cخواهم  a1 \xFF<s> \xE2\x96\x81");
    tokenizer.decode(encoding.ids);
    tokenizer.to_json();
  } catch (const Error&) {
  }
  return 0;
}
