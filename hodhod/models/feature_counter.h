// SPDX-License-Identifier: Apache-2.0
// Counts features by their spelling: how often each occurs, and in how many texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// Rows by spelling, looked up by hash. Two spellings whose 64 bits of hash agree would be one.
class SpellingTable {
 public:
  static constexpr uint32_t kAbsent = ~uint32_t{0};

  // Room for this many without moving.
  explicit SpellingTable(size_t expected = 0);
  // The row, or kAbsent.
  uint32_t find(std::string_view spelling) const;
  // The row that is there, or `row`, which is put there.
  uint32_t insert(std::string_view spelling, uint32_t row);
  size_t size() const { return used_; }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t row = kAbsent;
  };
  size_t slot_of(uint64_t hash) const;
  void grow();

  std::vector<Slot> slots_;
  size_t used_ = 0;
};

class FeatureCounter {
 public:
  void add(std::string_view spelling);
  // The features that follow are those of another text.
  void next_text() { ++texts_; }

  struct Count {
    std::string_view spelling;  // valid as long as the counter
    int64_t count, texts;
  };
  // Those that occur `min_count` times at least, the commonest first, equals by spelling; `most` of them
  // unless that is 0.
  std::vector<Count> commonest(int64_t min_count, int64_t most) const;
  int64_t texts() const { return texts_; }

 private:
  struct Entry {
    size_t begin;  // of the spelling
    uint32_t length, count, texts, last_text;
  };
  SpellingTable rows_;
  std::vector<Entry> entries_;
  std::string spellings_;
  int64_t texts_ = 0;
};

}  // namespace hodhod
