// SPDX-License-Identifier: Apache-2.0
// ARPA files: any bytes are read or refused; what is read scores words, and is written and read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/ngram_arpa.h"
#include "hodhod/models/ngram_distribution.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hodhod;
  static const TemporaryDirectory directory;
  const std::string arpa = directory.put("a.arpa", {reinterpret_cast<const char*>(data), size});
  try {
    const ArpaVocabulary vocabulary = write_ngrams_of_arpa(arpa, directory / "a.bin", size % 2 == 0 ? 32 : 8);
    const NgramTrie trie(directory / "a.bin");
    std::vector<float> row(trie.vocabulary());
    const NgramDistribution distribution(trie);
    NgramContext context;
    for (uint32_t word = 0; word < trie.vocabulary(); ++word) {
      trie.extend(context, word);
      static_cast<void>(distribution.write(context, row.data()));
    }
    write_arpa(trie, {.words = vocabulary.words, .begin = kArpaBeginId, .end = kArpaEndId},
               directory / "b.arpa");
    write_ngrams_of_arpa(directory / "b.arpa", directory / "b.bin");
  } catch (const Error&) {
  }
  return 0;
}
