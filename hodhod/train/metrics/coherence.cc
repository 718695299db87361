// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/coherence.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace hodhod::metrics {
namespace {

constexpr size_t kWindow = 10;
constexpr double kEpsilon = 1e-12;

// How many sets of words hold each of `count` words, and each pair of them.
class PairCounts {
 public:
  explicit PairCounts(size_t count) : count_(count), together_(count * count) {}

  void add(const std::vector<size_t>& words) {
    ++total_;
    for (const size_t a : words) {
      for (const size_t b : words) ++together_[a * count_ + b];
    }
  }
  double total() const { return total_; }
  double of(size_t a) const { return together_[a * count_ + a]; }
  double of(size_t a, size_t b) const { return together_[a * count_ + b]; }

 private:
  size_t count_;
  double total_ = 0;
  std::vector<double> together_;
};

std::vector<size_t> distinct(std::vector<size_t> words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// The words of a window that are asked for; SIZE_MAX marks the others.
std::vector<size_t> asked_in(const std::vector<size_t>& words, size_t begin, size_t end) {
  std::vector<size_t> asked;
  for (size_t i = begin; i < end; ++i) {
    if (words[i] != SIZE_MAX) asked.push_back(words[i]);
  }
  return distinct(std::move(asked));
}

Coherence of_topic(const std::vector<size_t>& words, const PairCounts& windows, const PairCounts& texts) {
  Coherence sum;
  double pairs = 0;
  for (size_t j = 1; j < words.size(); ++j) {
    for (size_t i = 0; i < j; ++i) {
      const size_t a = words[i], b = words[j];
      if (texts.of(a) == 0 || texts.of(b) == 0) continue;
      const double both = windows.of(a, b) / windows.total() + kEpsilon;
      const double independent = windows.of(a) / windows.total() * windows.of(b) / windows.total();
      // Two words that are in every window say nothing.
      sum.npmi += both >= 1 ? 0 : std::log(both / independent) / -std::log(both);
      sum.umass += std::log((texts.of(a, b) + 1) / texts.of(a));
      ++pairs;
    }
  }
  if (pairs == 0) return {};
  return {sum.npmi / pairs, sum.umass / pairs};
}

}  // namespace

std::vector<Coherence> coherence(std::span<const std::vector<int64_t>> topics,
                                 std::span<const std::vector<int64_t>> texts) {
  std::unordered_map<int64_t, size_t> numbers;
  std::vector<std::vector<size_t>> asked;
  for (const auto& topic : topics) {
    std::vector<size_t>& words = asked.emplace_back();
    for (const int64_t word : topic) words.push_back(numbers.try_emplace(word, numbers.size()).first->second);
  }
  PairCounts windows(numbers.size()), in_texts(numbers.size());
  for (const auto& text : texts) {
    std::vector<size_t> words;
    for (const int64_t word : text) {
      const auto found = numbers.find(word);
      words.push_back(found == numbers.end() ? SIZE_MAX : found->second);
    }
    in_texts.add(asked_in(words, 0, words.size()));
    for (size_t begin = 0; begin + kWindow <= std::max(words.size(), kWindow); ++begin)
      windows.add(asked_in(words, begin, std::min(words.size(), begin + kWindow)));
  }
  std::vector<Coherence> scores;
  for (const auto& words : asked) scores.push_back(of_topic(words, windows, in_texts));
  return scores;
}

}  // namespace hodhod::metrics
