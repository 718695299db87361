// SPDX-License-Identifier: Apache-2.0
// fastText's .bin files: any bytes are read or refused.
#include <cstddef>
#include <cstdint>

#include "hodhod/base/error.h"
#include "hodhod/io/fasttext_bin.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    hodhod::fasttext_from_bytes({reinterpret_cast<const char*>(data), size}, "fuzz.bin");
  } catch (const hodhod::Error&) {
  }
  return 0;
}
