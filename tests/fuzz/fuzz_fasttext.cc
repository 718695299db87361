// SPDX-License-Identifier: Apache-2.0
// fastText's .bin files: any bytes are read or refused; what is read is written to a file that is read the
// same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/fasttext_bin.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  static const TemporaryDirectory directory;
  try {
    const FastTextModel model = fasttext_from_bytes({reinterpret_cast<const char*>(data), size}, "f");
    write_fasttext_bin(directory / "a", model);
    write_fasttext_bin(directory / "b", read_fasttext_bin(directory / "a"));
    if (read_file(directory / "a") != read_file(directory / "b")) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
