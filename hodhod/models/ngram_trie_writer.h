// SPDX-License-Identifier: Apache-2.0
// Writes a file of n-grams (ngram_trie_format.h), level by level.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/models/ngram_trie_format.h"

namespace hodhod {

struct NgramLevelCodebooks {
  NgramCodebook probabilities, backoffs;
};

class NgramTrieWriter {
 public:
  // counts[n - 1] is the number of n-grams of order n; counts[0] is the vocabulary. `codebooks` has one entry
  // for each order where values are stored as 8 bits, and is empty for 32 bits. Error for an order of more
  // than 2⁴⁰ n-grams.
  NgramTrieWriter(const std::string& path, std::vector<uint64_t> counts,
                  std::vector<NgramLevelCodebooks> codebooks = {});

  // The next n-gram, in the order of levels and within them of their words, those after the first scattered;
  // `word` is the last one as it is. `first_child` is the number of n-grams in the next level that come
  // before its children. The log10 probability is at most 0. At the highest level, backoff and first child
  // are left out.
  void add(uint32_t word, float log10_probability, float log10_backoff, uint64_t first_child);
  // Nothing is at the path before this. Error when n-grams are missing.
  void finish();

 private:
  void write_header();
  void put(uint64_t value, uint32_t width);
  void end_level();
  void flush(bool all);

  std::string path_;
  AtomicFileWriter writer_;
  std::vector<uint64_t> counts_;
  std::vector<NgramLevelCodebooks> codebooks_;
  std::vector<uint64_t> offsets_;
  WordScatter scatter_{1};
  size_t level_ = 1;
  NgramFields fields_;
  uint64_t in_level_ = 0;
  std::vector<unsigned char> buffer_;
  uint64_t written_ = 0;  // bytes before the buffer
  uint64_t bits_ = 0;     // not yet in the buffer
  uint32_t waiting_ = 0;  // how many they are
};

}  // namespace hodhod
