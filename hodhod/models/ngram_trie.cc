// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_trie.h"

#include <algorithm>
#include <numbers>

#include "hodhod/base/error.h"
#include "hodhod/base/hash.h"

namespace hodhod {
namespace {

constexpr int kGuesses = 6;   // before a search by halves
constexpr uint64_t kFew = 4;  // n-grams that are searched by halves at once
constexpr size_t kMostLevels = 1 << 16;
constexpr auto kLn10 = static_cast<float>(std::numbers::ln10);

template <class Number>
Number number_at(std::span<const std::byte> bytes, size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

NgramTrie::NgramTrie(const std::string& path) : file_(path) {
  const auto bytes = file_.bytes();
  check(bytes.size() >= kNgramHeaderBytes &&
            std::memcmp(bytes.data(), kNgramMagic.data(), kNgramMagic.size()) == 0,
        "{}: is not a file of n-grams, or of another version of this program", path);
  const auto order = number_at<uint32_t>(bytes, 24);
  bits_ = number_at<uint32_t>(bytes, 28);
  vocabulary_ = number_at<uint64_t>(bytes, 32);
  const size_t header = kNgramHeaderBytes + size_t{16} * order;
  check(order >= 1 && order <= kMostLevels && bytes.size() >= header,
        "{}: says that its order is {}, for which its {} bytes are too few; the file is damaged", path, order,
        bytes.size());
  const std::string_view rest(reinterpret_cast<const char*>(bytes.data()) + 24, header - 24);
  check(hash64(rest) == number_at<uint64_t>(bytes, 16), "{}: the header is damaged", path);
  check((bits_ == 8 || bits_ == 32) && vocabulary_ >= 1 && vocabulary_ <= uint64_t{1} << 31,
        "{}: {} bits and {} words; the file is damaged", path, bits_, vocabulary_);
  scatter_ = WordScatter(vocabulary_);

  std::vector<uint64_t> counts;
  for (size_t n = 0; n < order; ++n) {
    counts.push_back(number_at<uint64_t>(bytes, kNgramHeaderBytes + 16 * n));
    check(counts.back() <= uint64_t{1} << 40, "{}: {} n-grams of order {}; the file is damaged", path,
          counts.back(), n + 1);
  }
  check(counts[0] == vocabulary_, "{}: {} unigrams for {} words; the file is damaged", path, counts[0],
        vocabulary_);
  const std::vector<uint64_t> offsets = ngram_level_offsets(counts, vocabulary_, bits_);
  check(offsets.back() == bytes.size(), "{}: has {} bytes instead of {}; the file is incomplete", path,
        bytes.size(), offsets.back());
  for (size_t n = 1; n <= order; ++n) {
    check(number_at<uint64_t>(bytes, kNgramHeaderBytes + 16 * (n - 1) + 8) == offsets[n - 1],
          "{}: level {} is out of place; the file is damaged", path, n);
    Level level{.count = counts[n - 1],
                .fields = NgramFields::of(counts, n, vocabulary_, bits_),
                .records = bytes.data() + offsets[n - 1]};
    if (bits_ == 8) {
      const auto* books = reinterpret_cast<const float*>(bytes.data() + header);
      level.probabilities = books + 2 * (n - 1) * kNgramCodes;
      if (n < order) level.backoffs = level.probabilities + kNgramCodes;
    }
    levels_.push_back(level);
  }
  lay_unigrams();
}

void NgramTrie::lay_unigrams() {
  unigrams_.resize(vocabulary_);
  for (uint64_t w = 0; w < vocabulary_; ++w) unigrams_[w] = kLn10 * levels_[0].probability(w);
}

std::vector<uint64_t> NgramTrie::counts() const {
  std::vector<uint64_t> counts;
  for (const Level& level : levels_) counts.push_back(level.count);
  return counts;
}

void NgramTrie::fail_damaged(size_t n, uint64_t index) const {
  fail("{}: what follows n-gram {} of order {} is out of place; the file is damaged", file_.path(), index, n);
}

// The n-gram as a context.
NgramContext::Suffix NgramTrie::suffix(size_t n, uint64_t index) const {
  const Level& level = levels_[n - 1];
  NgramContext::Suffix own{level.first_child(index), level.first_child(index + 1), level.backoff(index)};
  if (own.begin > own.end || own.end > levels_[n].count) fail_damaged(n, index);
  return own;
}

// The place of a scattered word among the n-grams [begin, end) of order n, which differ in their last word
// alone. Their words lie evenly between 0 and 2^b, so that a few guesses come close to it.
std::optional<uint64_t> NgramTrie::child(size_t n, uint64_t begin, uint64_t end, uint32_t scattered) const {
  const Level& level = levels_[n - 1];
  uint64_t low = 0, high = uint64_t{1} << scatter_.bits();  // the words in [begin, end) are in [low, high)
  for (int guess = 0; guess < kGuesses && end - begin > kFew && scattered >= low && scattered < high;
       ++guess) {
    const uint64_t at = begin + (end - begin) * (scattered - low) / (high - low);
    const uint32_t found = level.word(at);
    if (found == scattered) return at;
    if (found < scattered) {
      begin = at + 1;
      low = uint64_t{found} + 1;
    } else {
      end = at;
      high = found;
    }
  }
  uint64_t size = end - begin;
  if (size == 0) return std::nullopt;
  while (size > 1) {
    const uint64_t half = size / 2;
    begin += level.word(begin + half) <= scattered ? half : 0;
    size -= half;
  }
  if (level.word(begin) != scattered) return std::nullopt;
  return begin;
}

NgramScore NgramTrie::extend(NgramContext& context, uint32_t word) const {
  check(word < vocabulary_, "{}: word {} of {}", file_.path(), word, vocabulary_);
  auto& suffixes = context.suffixes;
  const size_t known = suffixes.size(), most = order() - 1;
  const uint32_t scattered = scatter_(word);
  NgramScore score{levels_[0].probability(word), 1};
  size_t kept = 0;
  NgramContext::Suffix before{};  // of the old context, with as many words as the new n-gram has
  uint64_t found = word;
  for (size_t n = 1;; ++n) {
    // The n-gram `found` of order n ends the text.
    const bool deeper = n <= known;
    if (deeper) before = suffixes[n - 1];
    if (n <= most) {
      if (n > known) suffixes.emplace_back();
      suffixes[n - 1] = suffix(n, found);
      if (suffixes[n - 1].begin < suffixes[n - 1].end || suffixes[n - 1].backoff != 0) kept = n;
    }
    if (!deeper) break;
    const auto longer = child(n + 1, before.begin, before.end, scattered);
    if (!longer) {
      score.log10_probability += before.backoff;
      for (size_t m = n; m < known; ++m) score.log10_probability += suffixes[m].backoff;
      break;
    }
    found = *longer;
    score = {levels_[n].probability(found), static_cast<int64_t>(n + 1)};
  }
  suffixes.resize(kept);
  return score;
}

void NgramTrie::distribution(const NgramContext& context, float* row) const {
  const auto& suffixes = context.suffixes;
  float backoff = 0;
  for (const NgramContext::Suffix& suffix : suffixes) backoff += suffix.backoff;
  for (uint64_t w = 0; w < vocabulary_; ++w) row[w] = unigrams_[w] + kLn10 * backoff;
  for (size_t i = 0; i < suffixes.size(); ++i) {
    backoff = 0;
    for (size_t m = i + 1; m < suffixes.size(); ++m) backoff += suffixes[m].backoff;
    const Level& level = levels_[i + 1];
    for (uint64_t c = suffixes[i].begin; c < suffixes[i].end; ++c) {
      const uint32_t word = scatter_.back(level.word(c));
      if (word >= vocabulary_) fail_damaged(i + 1, c);
      row[word] = kLn10 * (level.probability(c) + backoff);
    }
  }
}

std::optional<NgramEntry> NgramTrie::find(std::span<const uint32_t> words) const {
  if (words.empty() || words.size() > order() || words[0] >= vocabulary_) return std::nullopt;
  uint64_t index = words[0];
  for (size_t n = 1; n < words.size(); ++n) {
    const NgramContext::Suffix own = suffix(n, index);
    const auto next = child(n + 1, own.begin, own.end, scatter_(words[n]));
    if (!next) return std::nullopt;
    index = *next;
  }
  const Level& level = levels_[words.size() - 1];
  return NgramEntry{words, level.probability(index), level.backoff(index)};
}

}  // namespace hodhod
