// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/ngram_counts.h"

#include <algorithm>
#include <atomic>
#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kContextGrain = 4096;

uint32_t added_count(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(std::min<uint64_t>(uint64_t{a} + b, std::numeric_limits<uint32_t>::max()));
}

// The place of `word` in words[begin … end), where it is; `begin` moves to it. Doubling steps, then halves:
// the words that are looked for come in ascending order.
void advance_to(std::span<const uint32_t> words, size_t& begin, size_t end, uint32_t word) {
  size_t step = 1;
  while (begin + step < end && words[begin + step] <= word) {
    begin += step;
    step *= 2;
  }
  size_t size = std::min(begin + step, end) - begin;
  while (size > 1) {
    const size_t half = size / 2;
    begin += words[begin + half] <= word ? half : 0;
    size -= half;
  }
}

}  // namespace

NgramCounts::NgramCounts(const CountedText& text, const std::string& directory)
    : text_(text), scatter_(static_cast<uint64_t>(text.vocabulary)) {
  for (int64_t n = 1; n <= text.order; ++n) levels_.emplace_back(directory);
}

// ---- the trie ----

void NgramCounts::fill_unigrams(uint32_t up_to) {
  CountedLevel& unigrams = level(1);
  while (unigrams.size() < up_to) {
    unigrams.words.push_back(static_cast<uint32_t>(unigrams.size()));
    unigrams.counts.push_back(0);
    if (order() > 1) unigrams.children.push_back(static_cast<uint32_t>(level(2).size()));
  }
}

// The n-gram of order n at the beginning of the key.
void NgramCounts::append(const uint64_t* key, const NgramPacking& packing, int64_t n) {
  const uint32_t word = packing.token(key, n - 1) - 1;
  if (n == 1) return fill_unigrams(word + 1);
  CountedLevel& own = level(n);
  check(own.size() < std::numeric_limits<uint32_t>::max() - 1,
        "counting: more than {} n-grams of order {}; lower `order`", own.size(), n);
  own.words.push_back(word);
  own.counts.push_back(0);
  if (n < order()) own.children.push_back(static_cast<uint32_t>(level(n + 1).size()));
}

bool NgramCounts::add(NgramMerge& merge, const NgramPacking& packing, uint64_t most) {
  if (previous_.empty()) previous_.assign(packing.words, 0);
  for (uint64_t done = 0; done < most; ++done) {
    if (!merge.next()) {
      fill_unigrams(static_cast<uint32_t>(text_.vocabulary));
      for (int64_t n = 1; n < order(); ++n)
        level(n).children.push_back(static_cast<uint32_t>(level(n + 1).size()));
      // The token before a line is counted where it stands for the end of one alone.
      if (text_.begin >= 0) {
        uint32_t& count = level(1).counts[static_cast<size_t>(text_.begin)];
        count -= std::min(count, static_cast<uint32_t>(text_.sequences));
      }
      return false;
    }
    const uint64_t* key = merge.key();
    const int64_t common = std::min(packing.common(previous_.data(), key), previous_length_);
    int64_t length = common;
    while (length < order() && packing.token(key, length) != 0) append(key, packing, ++length);
    for (int64_t n = 1; n <= length; ++n) {
      uint32_t& count = level(n).counts.back();
      count = added_count(count, merge.count());
    }
    std::copy_n(key, packing.words, previous_.begin());
    previous_length_ = length;
  }
  return true;
}

// ---- suffixes ----

void NgramCounts::find_suffixes(int64_t n) {
  CountedLevel &own = level(n), &before = level(n - 1);
  own.suffixes.resize(own.size());
  before.adjusted.resize(before.size());
  parallel_for(std::ssize(before.words.values()), kContextGrain, [&](int64_t begin, int64_t end) {
    for (auto context = static_cast<size_t>(begin); context < static_cast<size_t>(end); ++context) {
      size_t at = 0, last = before.size();
      if (n > 2) {
        const CountedLevel& shorter = level(n - 2);
        const uint32_t suffix = before.suffixes[context];
        at = shorter.children[suffix];
        last = shorter.children[suffix + 1];
      }
      for (size_t i = before.children[context]; i < before.children[context + 1]; ++i) {
        if (n > 2) {
          advance_to(before.words.values(), at, last, own.words[i]);
        } else {
          at = word(n, i);
        }
        own.suffixes[i] = static_cast<uint32_t>(at);
        std::atomic_ref(before.adjusted[at]).fetch_add(1, std::memory_order_relaxed);
      }
    }
  });
}

std::pair<size_t, size_t> NgramCounts::line_begins(int64_t n) const {
  if (text_.begin < 0) return {0, 0};
  size_t first = static_cast<size_t>(text_.begin), second = first + 1;
  for (int64_t m = 1; m < n; ++m) {
    first = level(m).children[first];
    second = level(m).children[second];
  }
  return {first, second};
}

void NgramCounts::finish() {
  const auto copy_counts = [](CountedLevel& own, size_t first, size_t second) {
    for (size_t i = first; i < second; ++i) own.adjusted[i] = own.counts[i];
  };
  for (int64_t n = 2; n < order(); ++n) {
    const auto [first, second] = line_begins(n);
    copy_counts(level(n), first, second);
  }
  CountedLevel& highest = level(order());
  highest.adjusted.resize(highest.size());
  copy_counts(highest, 0, highest.size());
}

bool NgramCounts::is_predicted(uint32_t word) const {
  return std::find(text_.unpredicted.begin(), text_.unpredicted.end(), word) == text_.unpredicted.end();
}

int64_t NgramCounts::predicted() const {
  return text_.vocabulary - static_cast<int64_t>(text_.unpredicted.size());
}

}  // namespace hodhod
