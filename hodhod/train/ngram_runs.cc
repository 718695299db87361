// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/ngram_runs.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/hash.h"

namespace hodhod {
namespace {

template <size_t kWords>
using FixedKey = std::array<uint64_t, kWords>;

// Sorts keys of kWords words by their bytes, from the last to the first; bytes that all keys share are passed
// over.
template <size_t kWords>
void radix_sort(std::vector<uint64_t>& keys) {
  const size_t count = keys.size() / kWords;
  std::vector<uint64_t> spare(keys.size());
  auto* from = reinterpret_cast<FixedKey<kWords>*>(keys.data());
  auto* to = reinterpret_cast<FixedKey<kWords>*>(spare.data());
  std::vector<std::array<uint32_t, 256>> counts(kWords * 8);
  for (size_t i = 0; i < count; ++i) {
    for (size_t byte = 0; byte < kWords * 8; ++byte)
      ++counts[byte][from[i][byte / 8] >> (56 - byte % 8 * 8) & 255];
  }
  for (size_t byte = kWords * 8; byte-- > 0;) {
    auto& places = counts[byte];
    const auto digit = [byte](const FixedKey<kWords>& key) {
      return key[byte / 8] >> (56 - byte % 8 * 8) & 255;
    };
    if (count == 0 || places[digit(from[0])] == count) continue;
    std::exclusive_scan(places.begin(), places.end(), places.begin(), uint32_t{0});
    for (size_t i = 0; i < count; ++i) to[places[digit(from[i])]++] = from[i];
    std::swap(from, to);
  }
  if (from != reinterpret_cast<FixedKey<kWords>*>(keys.data())) keys.swap(spare);
}

// The same for keys of any length.
void sort_long_keys(std::vector<uint64_t>& keys, size_t words) {
  std::vector<uint32_t> order(keys.size() / words);
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](uint32_t i) { return std::span(keys).subspan(i * words, words); };
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return std::ranges::lexicographical_compare(key(a), key(b)); });
  std::vector<uint64_t> sorted;
  sorted.reserve(keys.size());
  for (const uint32_t i : order) sorted.insert(sorted.end(), key(i).begin(), key(i).end());
  keys = std::move(sorted);
}

void sort_keys(std::vector<uint64_t>& keys, size_t words) {
  switch (words) {
    case 1:
      return radix_sort<1>(keys);
    case 2:
      return radix_sort<2>(keys);
    case 3:
      return radix_sort<3>(keys);
    default:
      return sort_long_keys(keys, words);
  }
}

uint32_t sum_of_counts(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(std::min<uint64_t>(uint64_t{a} + b, std::numeric_limits<uint32_t>::max()));
}

std::span<const std::byte> keys_of(const MappedFile& file, const NgramRunFile& run, size_t words) {
  return file.bytes().first(run.ngrams * words * sizeof(uint64_t));
}

}  // namespace

NgramPacking::NgramPacking(int64_t length, int64_t vocabulary)
    : order(length),
      scatter(static_cast<uint64_t>(vocabulary)),
      bits(scatter.bits() + 1),
      per_word(64 / bits),
      words((static_cast<size_t>(order) + per_word - 1) / per_word) {}

void NgramPacking::pack(std::span<const int32_t> tokens, std::vector<uint64_t>& keys) const {
  const size_t length = std::min(tokens.size(), static_cast<size_t>(order));
  for (size_t word = 0, at = 0; word < words; ++word) {
    uint64_t packed = 0;
    uint32_t shift = 64;
    for (uint32_t i = 0; i < per_word && at < length; ++i, ++at) {
      shift -= bits;
      const auto id = static_cast<uint64_t>(tokens[at]);
      packed |= ((at == 0 ? id : uint64_t{scatter(id)}) + 1) << shift;
    }
    keys.push_back(packed);
  }
}

int64_t NgramPacking::common(const uint64_t* a, const uint64_t* b) const {
  for (size_t word = 0; word < words; ++word) {
    if (const uint64_t different = a[word] ^ b[word]; different != 0) {
      return static_cast<int64_t>(word * per_word) + std::countl_zero(different) / static_cast<int>(bits);
    }
  }
  return order;
}

NgramRun NgramRun::of(std::vector<uint64_t> keys, const NgramPacking& packing) {
  const size_t words = packing.words;
  sort_keys(keys, words);
  NgramRun run;
  size_t kept = 0;  // keys so far, which move to the front
  for (size_t i = 0; i * words < keys.size(); ++i) {
    const uint64_t* key = &keys[i * words];
    if (kept > 0 && std::equal(key, key + words, &keys[(kept - 1) * words])) {
      run.counts.back() = sum_of_counts(run.counts.back(), 1);
    } else {
      std::copy(key, key + words, &keys[kept++ * words]);
      run.counts.push_back(1);
    }
  }
  keys.resize(kept * words);
  run.keys = std::move(keys);
  run.keys.shrink_to_fit();
  run.counts.shrink_to_fit();
  return run;
}

// ---- all runs ----

NgramRuns::NgramRuns(const NgramPacking& packing, std::string directory, uint64_t memory)
    : packing_(packing), directory_(std::move(directory)), memory_(memory) {}

void NgramRuns::add(NgramRun run) {
  bytes_ += run.bytes();
  in_memory_.push_back(std::move(run));
}

void NgramRuns::spill() {
  make_directories(directory_);
  NgramRunFile file{join_path(directory_, fmt::format("run-{}", files_.size()))};
  FileWriter writer(file.path);
  Hasher hasher;
  const auto put = [&](const void* bytes, size_t size) {
    writer.write(bytes, size);
    hasher.update(bytes, size);
  };
  constexpr size_t kPiece = size_t{1} << 17;
  std::vector<uint64_t> keys;
  std::vector<uint32_t> counts;
  NgramMerge merge(*this, false);
  while (merge.next()) {
    keys.insert(keys.end(), merge.key(), merge.key() + packing_.words);
    counts.push_back(merge.count());
    if (keys.size() < kPiece) continue;
    put(keys.data(), keys.size() * sizeof(uint64_t));
    keys.clear();
  }
  put(keys.data(), keys.size() * sizeof(uint64_t));
  put(counts.data(), counts.size() * sizeof(uint32_t));
  writer.finish();
  file.ngrams = counts.size();
  file.hash = hasher.digest();
  files_.push_back(std::move(file));
  forget_memory();
}

void NgramRuns::restore(std::vector<NgramRun> in_memory, std::vector<NgramRunFile> files) {
  for (NgramRunFile& run : files) {
    run.path = join_path(directory_, run.path.substr(run.path.rfind('/') + 1));
    const MappedFile file(run.path);
    Hasher hasher;
    hasher.update(file.bytes().data(), file.bytes().size());
    check(hasher.digest() == run.hash &&
              file.bytes().size() == run.ngrams * (packing_.words * sizeof(uint64_t) + sizeof(uint32_t)),
          "{}: is damaged; give `restart` to count again", run.path);
  }
  in_memory_.clear();
  bytes_ = 0;
  for (NgramRun& run : in_memory) {
    check(run.keys.size() == run.counts.size() * packing_.words, "the checkpoint's counts are damaged");
    add(std::move(run));
  }
  files_ = std::move(files);
}

uint64_t NgramRuns::ngrams() const {
  uint64_t all = 0;
  for (const NgramRun& run : in_memory_) all += run.counts.size();
  for (const NgramRunFile& file : files_) all += file.ngrams;
  return all;
}

void NgramRuns::forget_memory() {
  in_memory_.clear();
  bytes_ = 0;
}

void NgramRuns::clear() {
  for (const NgramRunFile& file : files_) remove_tree(file.path);
  files_.clear();
  forget_memory();
}

// ---- merging ----

NgramMerge::NgramMerge(const NgramRuns& runs, bool files) : words_(runs.packing_.words), key_(words_) {
  if (files) {
    for (const NgramRunFile& run : runs.files_) {
      const MappedFile& file = files_.emplace_back(run.path);
      const auto* keys = reinterpret_cast<const uint64_t*>(keys_of(file, run, words_).data());
      const uint64_t* end = keys + run.ngrams * words_;
      if (keys != end) heap_.push_back({*keys, keys, end, reinterpret_cast<const uint32_t*>(end)});
    }
  }
  for (const NgramRun& run : runs.in_memory_) {
    const uint64_t* keys = run.keys.data();
    if (!run.keys.empty()) heap_.push_back({*keys, keys, keys + run.keys.size(), run.counts.data()});
  }
  for (size_t i = heap_.size() / 2; i-- > 0;) sift_down(i);
}

NgramMerge::~NgramMerge() = default;

bool NgramMerge::comes_before(const Input& a, const Input& b) const {
  if (a.first != b.first) return a.first < b.first;
  for (size_t i = 1; i < words_; ++i) {
    if (a.key[i] != b.key[i]) return a.key[i] < b.key[i];
  }
  return false;
}

void NgramMerge::sift_down(size_t i) {
  const Input moved = heap_[i];
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && comes_before(heap_[child + 1], heap_[child])) ++child;
    if (!comes_before(heap_[child], moved)) break;
    heap_[i] = heap_[child];
    i = child;
  }
  heap_[i] = moved;
}

bool NgramMerge::next() {
  if (heap_.empty()) return false;
  std::copy_n(heap_[0].key, words_, key_.begin());
  count_ = 0;
  while (!heap_.empty() && std::equal(key_.begin(), key_.end(), heap_[0].key)) {
    Input& first = heap_[0];
    count_ = sum_of_counts(count_, *first.count++);
    first.key += words_;
    if (first.key == first.end) {
      first = heap_.back();
      heap_.pop_back();
    } else {
      first.first = *first.key;
    }
    if (!heap_.empty()) sift_down(0);
  }
  return true;
}

}  // namespace hodhod
