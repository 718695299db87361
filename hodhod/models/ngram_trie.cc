// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_trie.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/mapped_pages.h"

namespace hodhod {
namespace {

constexpr uint32_t kNear = 4;            // n-grams so close to each other that they come near together
constexpr uint64_t kBytesOfWord = 4096;  // of the file for each word that is scored: fewer are mapped at once
constexpr size_t kMostLevels = 1 << 16;

template <class Number>
Number number_at(std::span<const std::byte> bytes, size_t at) {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

void NgramTrie::expect_lookups(uint64_t words) const {
  const uint64_t expected = expected_lookups_.fetch_add(words, std::memory_order_relaxed) + words;
  if (expected >= file_.bytes().size() / kBytesOfWord) std::call_once(mapped_, map_all_pages, file_.bytes());
}

// An n-gram as a context.
inline NgramContext::Suffix NgramTrie::as_context(size_t n, uint64_t index, const NgramValues& values) const {
  const uint64_t size = values.last_child - values.first_child;
  if (size > vocabulary_ || values.last_child > levels_[n].count()) fail_damaged(n, index);
  return {values.first_child, static_cast<uint32_t>(size), values.log10_backoff};
}

NgramContext::Suffix NgramTrie::suffix(size_t n, uint64_t index) const {
  return as_context(n, index, levels_[n - 1].values(index));
}

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
    const auto* books =
        bits_ == 8 ? reinterpret_cast<const float*>(bytes.data() + header) + 2 * (n - 1) * kNgramCodes
                   : nullptr;
    levels_.emplace_back(bytes.data() + offsets[n - 1], counts[n - 1],
                         NgramFields::of(counts, n, vocabulary_, bits_), scatter_.bits(), books,
                         books != nullptr && n < order ? books + kNgramCodes : nullptr);
  }
  unpack_unigrams();
}

void NgramTrie::unpack_unigrams() {
  const NgramLevel& level = levels_[0];
  unigrams_.resize(vocabulary_);
  for (uint64_t w = 0; w < vocabulary_; ++w) {
    unigrams_[w].log10_probability = level.probability(w);
    if (order() > 1) unigrams_[w].context = suffix(1, w);
  }
}

std::vector<uint64_t> NgramTrie::counts() const {
  std::vector<uint64_t> counts;
  for (const NgramLevel& level : levels_) counts.push_back(level.count());
  return counts;
}

void NgramTrie::fail_damaged(size_t n, uint64_t index) const {
  fail("{}: what follows n-gram {} of order {} is out of place; the file is damaged", file_.path(), index, n);
}

NgramScore NgramTrie::extend(NgramContext& context, uint32_t word) const {
  NgramLookup lookup;
  begin(context, word, lookup);
  while (!advance(context, lookup)) {
  }
  return lookup.score;
}

void NgramTrie::begin(const NgramContext& context, uint32_t word, NgramLookup& lookup) const {
  check(word < vocabulary_, "{}: word {} of {}", file_.path(), word, vocabulary_);
  lookup.word = word;
  lookup.scattered = scatter_(word);
  lookup.n = lookup.kept = 0;
  __builtin_prefetch(&unigrams_[word]);
  if (context.known > 0) aim(context, lookup);
}

// Guesses where the word is among the children of suffix n.
inline void NgramTrie::aim(const NgramContext& context, NgramLookup& lookup) const {
  const NgramRange children = context.suffixes[lookup.n].children();
  const NgramLevel& level = levels_[lookup.n + 1];
  lookup.place = level.guess(children.size, lookup.scattered);
  lookup.is_near = children.size <= kNear;
  level.prefetch(children.begin + lookup.place);
}

bool NgramTrie::advance(NgramContext& context, NgramLookup& lookup) const {
  const size_t known = context.known, most = order() - 1;
  size_t& n = lookup.n;
  if (n < known && !lookup.is_near) {
    const NgramRange children = context.suffixes[n].children();
    lookup.place = levels_[n + 1].guess_again(children, lookup.place, lookup.scattered);
    levels_[n + 1].prefetch(children.begin + lookup.place);
    lookup.is_near = true;
    return false;
  }
  if (n == 0) {
    const Unigram& unigram = unigrams_[lookup.word];
    lookup.own = unigram.context;
    lookup.score = {unigram.log10_probability, 1};
    if (context.suffixes.size() <= known) context.suffixes.resize(known + 1);
  }
  while (n < most) {
    NgramContext::Suffix* suffixes = context.suffixes.data();
    const NgramContext::Suffix before = std::exchange(suffixes[n], lookup.own);
    if (lookup.own.size != 0 || lookup.own.backoff != 0) lookup.kept = n + 1;
    if (n == known) break;
    const NgramLevel& level = levels_[n + 1];
    const auto found = level.find(before.children(), lookup.place, lookup.scattered);
    if (!found) {
      lookup.score.log10_probability += before.backoff;
      for (size_t m = n + 1; m < known; ++m) lookup.score.log10_probability += suffixes[m].backoff;
      break;
    }
    const NgramValues values = level.values(*found);
    ++n;
    lookup.score = {values.log10_probability, static_cast<int64_t>(n + 1)};
    if (n < most) lookup.own = as_context(n + 1, *found, values);
    if (n < known) {
      aim(context, lookup);
      return false;
    }
  }
  context.known = lookup.kept;
  return true;
}

std::optional<NgramEntry> NgramTrie::find(std::span<const uint32_t> words) const {
  if (words.empty() || words.size() > order() || words[0] >= vocabulary_) return std::nullopt;
  uint64_t index = words[0];
  for (size_t n = 1; n < words.size(); ++n) {
    const NgramRange children = suffix(n, index).children();
    const uint32_t scattered = scatter_(words[n]);
    const auto next = levels_[n].find(children, levels_[n].guess(children.size, scattered), scattered);
    if (!next) return std::nullopt;
    index = *next;
  }
  const NgramLevel& level = levels_[words.size() - 1];
  return NgramEntry{words, level.probability(index), level.backoff(index)};
}

}  // namespace hodhod
