// SPDX-License-Identifier: Apache-2.0
// Files of word vectors: any bytes are read or refused; what is read is written and read again as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/word_vectors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  static const TemporaryDirectory directory;
  const std::string path = directory.put("v", {reinterpret_cast<const char*>(data), size});
  for (const bool lenient : {false, true}) {
    try {
      const WordVectorFile file = read_word_vectors(path, lenient);
      const std::string copy = directory / "copy";
      write_word_vectors(copy, WordVectorFormat::word2vec, file.words, file.vectors);
      const WordVectorFile again = read_word_vectors(copy);
      if (again.words != file.words || again.vectors != file.vectors) std::abort();
    } catch (const Error&) {
    }
  }
  return 0;
}
