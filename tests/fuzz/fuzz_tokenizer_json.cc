// SPDX-License-Identifier: Apache-2.0
// tokenizer.json: any bytes are read or refused; what is read encodes, decodes and is written.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  try {
    const auto tokenizer =
        text::Tokenizer::from_json({reinterpret_cast<const char*>(data), size}, "fuzz.json");
    const auto encoding = tokenizer.encode("Hello, می\xE2\x80\x8Cخواهم  a1 \xFF<s>");
    tokenizer.decode(encoding.ids);
    tokenizer.to_json();
  } catch (const Error&) {
  }
  return 0;
}
