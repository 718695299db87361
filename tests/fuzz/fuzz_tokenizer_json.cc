// SPDX-License-Identifier: Apache-2.0
// tokenizer.json: any bytes are read or refused; what is read encodes, decodes and is written. What the
// parser for large files reads of them is what the other one reads.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/large_json.h"
#include "hodhod/text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // An Error here is a text that one of them alone refuses.
  if (const auto value = parse_large_json(text); value && size < kLargeJson) {
    if (format_json(*value) != format_json(parse_json(text, "fuzz.json"))) std::abort();
  }
  try {
    const auto tokenizer = text::Tokenizer::from_json(text, "fuzz.json");
    const auto encoding = tokenizer.encode("Hello, می\xE2\x80\x8Cخواهم  a1 \xFF<s>");
    tokenizer.decode(encoding.ids);
    tokenizer.to_json();
  } catch (const Error&) {
  }
  return 0;
}
