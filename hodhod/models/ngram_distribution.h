// SPDX-License-Identifier: Apache-2.0
// What an n-gram model says of every word of the vocabulary at once.
//
// The distribution after a context is that of the unigrams, and over it the children of each suffix of the
// context, from the shortest to the longest (models/ngram_trie.h). A word or two that are common are followed
// by a large part of the vocabulary. What comes after such a suffix is written once and kept, and longer
// contexts begin from there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <utility>
#include <vector>

#include "hodhod/models/ngram_trie.h"

namespace hodhod {

class NgramDistribution {
 public:
  // The n-grams must outlive it. It keeps at most `room` bytes.
  explicit NgramDistribution(const NgramTrie& ngrams, uint64_t room = uint64_t{64} << 20);

  // Puts ln p(w | context) of every word at row[0 … V). The bits depend on the context alone. False if a
  // number is so large that the file must be damaged; Error where the n-grams are out of place. Several
  // threads may call it.
  [[nodiscard]] bool write(const NgramContext& context, float* row) const;

 private:
  using Suffixes = std::span<const NgramContext::Suffix>;
  struct Row {
    std::vector<float> values;
    bool sound = true;
  };

  bool is_crowded(const NgramContext::Suffix& suffix) const;
  bool write_from(Suffixes suffixes, size_t most, float* row) const;
  bool write_base(Suffixes suffixes, float shift, float* row) const;
  const Row* kept_row(Suffixes suffixes) const;

  const NgramTrie& ngrams_;
  uint64_t room_;
  Row unigrams_;
  mutable std::shared_mutex mutex_;  // of kept_
  // By the length of the suffix and the first of its children, which no other suffix has.
  mutable std::map<std::pair<size_t, uint64_t>, std::unique_ptr<const Row>> kept_;
};

}  // namespace hodhod
