// SPDX-License-Identifier: Apache-2.0
// Sorting n-grams that do not fit in memory: sorted runs, kept in memory or in files, and merged.
//
// An n-gram is a key of 64-bit words, into which its tokens are packed from the top, so that keys are in the
// order of their tokens. An n-gram of fewer tokens than the order comes before those that begin with it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/models/ngram_trie_format.h"

namespace hodhod {

// How tokens are packed: `per_word` of `bits` bits in a word of 64, none across two. 0 stands for no token.
// The first token is its id plus 1, the others are scattered (models/ngram_trie_format.h), plus 1: the order
// of ngrams.bin.
struct NgramPacking {
  NgramPacking(int64_t length, int64_t vocabulary);

  int64_t order;
  WordScatter scatter;
  uint32_t bits, per_word;
  size_t words;  // of a key

  // Appends the key of the n-gram that begins at tokens[0], and is shorter than the order if there are fewer.
  void pack(std::span<const int32_t> tokens, std::vector<uint64_t>& keys) const;
  // What stands for token n of a key, from 0; 0 if it has fewer.
  uint32_t token(const uint64_t* key, int64_t n) const {
    const auto at = static_cast<uint32_t>(n) % per_word;
    return static_cast<uint32_t>(key[static_cast<size_t>(n) / per_word] >> (64 - bits * (at + 1)) &
                                 ((uint64_t{1} << bits) - 1));
  }
  // How many tokens two keys have in common at their beginnings; `order` for equal ones.
  int64_t common(const uint64_t* a, const uint64_t* b) const;
};

// Different n-grams in ascending order, with how often each occurs.
struct NgramRun {
  std::vector<uint64_t> keys;
  std::vector<uint32_t> counts;

  // Of these keys, which are used up.
  static NgramRun of(std::vector<uint64_t> keys, const NgramPacking& packing);
  size_t bytes() const { return keys.size() * sizeof(uint64_t) + counts.size() * sizeof(uint32_t); }
};

// A run in a file: its keys, then its counts.
struct NgramRunFile {
  std::string path;
  uint64_t ngrams = 0;
  uint64_t hash = 0;  // of the file's bytes
};

// The runs of a text.
class NgramRuns {
 public:
  // Runs go to files in `directory` when those in memory take more than `memory` bytes.
  NgramRuns(const NgramPacking& packing, std::string directory, uint64_t memory);

  void add(NgramRun run);
  // Whether the runs in memory should be written to a file, and that.
  bool is_full() const { return bytes_ > memory_; }
  void spill();

  const std::vector<NgramRun>& in_memory() const { return in_memory_; }
  const std::vector<NgramRunFile>& files() const { return files_; }
  // What a checkpoint had. Error when a file is missing or damaged.
  void restore(std::vector<NgramRun> in_memory, std::vector<NgramRunFile> files);
  // The n-grams of all runs; those that several runs have count as often.
  uint64_t ngrams() const;
  // Drops the runs in memory, once they are merged.
  void forget_memory();
  // Removes the files, too.
  void clear();

 private:
  friend class NgramMerge;

  NgramPacking packing_;
  std::string directory_;
  uint64_t memory_;
  uint64_t bytes_ = 0;  // of those in memory
  std::vector<NgramRun> in_memory_;
  std::vector<NgramRunFile> files_;
};

// All n-grams of the runs in ascending order. The runs must outlive it and not change.
class NgramMerge {
 public:
  explicit NgramMerge(const NgramRuns& runs, bool files = true);
  ~NgramMerge();
  NgramMerge(const NgramMerge&) = delete;
  NgramMerge& operator=(const NgramMerge&) = delete;

  // The next n-gram; false at the end. `count` is at most 2³² − 1.
  bool next();
  const uint64_t* key() const { return key_.data(); }
  uint32_t count() const { return count_; }

 private:
  struct Input {
    uint64_t first;  // the first word of the key, which mostly decides
    const uint64_t* key;
    const uint64_t* end;
    const uint32_t* count;
  };

  bool comes_before(const Input& a, const Input& b) const;
  void sift_down(size_t i);

  size_t words_;
  std::vector<MappedFile> files_;
  std::vector<Input> heap_;
  std::vector<uint64_t> key_;
  uint32_t count_ = 0;
};

}  // namespace hodhod
