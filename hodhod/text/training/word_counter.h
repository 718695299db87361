// SPDX-License-Identifier: Apache-2.0
// How often each word occurs in a corpus that is read once, within a memory budget.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::text {

// A hash of a line's bytes assigns it to one of this number of strata: half of all lines to the first, a
// quarter to the second, and so on; the last two are equal. If a corpus is too big, whole strata are dropped,
// the largest first. So which lines are kept depends neither on their order nor on when memory ran out.
constexpr size_t kStrata = 8;
size_t stratum_of_line(std::string_view line, uint64_t seed);

// Words and how often they occur in each stratum.
class WordCounter {
 public:
  struct Entry {
    uint32_t hash = 0;
    uint32_t size = 0;
    uint64_t begin = 0;
    std::array<uint32_t, kStrata> counts{};  // at most 2³² − 1
  };

  void add(std::string_view word, size_t stratum) { add(word, stratum, 1); }
  // Adds the counts of strata from `first` on.
  void merge(const WordCounter& other, size_t first);
  // Forgets words that are counted only in strata before `first`.
  void drop_before(size_t first);
  void clear();

  const std::vector<Entry>& entries() const { return entries_; }
  std::string_view word(const Entry& entry) const {
    return std::string_view(words_).substr(entry.begin, entry.size);
  }
  // The bytes of all distinct words.
  uint64_t word_bytes() const { return words_.size(); }
  uint64_t memory() const;

 private:
  Entry& find_or_add(std::string_view word, uint32_t hash);
  void add(std::string_view word, size_t stratum, uint32_t count);
  void grow();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // index into entries_, + 1; 0 is empty
  std::string words_;
};

}  // namespace hodhod::text
