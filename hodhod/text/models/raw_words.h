// SPDX-License-Identifier: Apache-2.0
// The fast way from raw text to ids: a word that was met before needs neither normalising nor segmenting.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "hodhod/text/models/word_cache.h"
#include "hodhod/text/normalizers/normalizer.h"
#include "hodhod/text/normalizers/sentencepiece_normalizer.h"

namespace hodhod::text {

// A buffer for ids on their way to a vector, which would check its capacity for every id.
class IdWriter {
 public:
  explicit IdWriter(std::vector<int32_t>& out) : out_(out), before_(out.size()) {}

  void add(const WordCache& cache, const WordCache::Entry& entry) {
    // All places of the entry, used or not: a copy of fixed size is a few moves.
    std::memcpy(buffer_.data() + count_, entry.ids.data(), sizeof entry.ids);
    if (entry.count > WordCache::kTokensInEntry) {
      std::copy_n(cache.more_ids(entry), entry.count - WordCache::kTokensInEntry,
                  buffer_.data() + count_ + WordCache::kTokensInEntry);
    }
    count_ += entry.count;
    if (count_ > buffer_.size() - WordCache::kMostTokens) flush();
  }
  // Appends what is buffered and returns the vector.
  std::vector<int32_t>& flush() {
    out_.insert(out_.end(), buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count_));
    count_ = 0;
    return out_;
  }
  // Removes everything that was added.
  std::vector<int32_t>& cancel() {
    count_ = 0;
    out_.resize(before_);
    return out_;
  }

 private:
  std::vector<int32_t>& out_;
  size_t before_, count_ = 0;
  std::array<int32_t, 256> buffer_;
};

// Runs a SentencePiece normaliser word by word. This is possible if no rule of its character map crosses a
// space, and there are no user-defined pieces.
class RawWords {
 public:
  // nullptr if text cannot be normalised word by word.
  static std::unique_ptr<const RawWords> make(const SentencePieceNormalizerOptions& options);

  // The next word of `text` from `at` on; empty at the end. If extra spaces are removed it is a run of other
  // characters, else it begins with the spaces before it.
  WordKey next(std::string_view text, size_t& at) const {
    size_t begin = at, spaces = 0;
    if (removes_spaces_) {
      while (begin < text.size() && text[begin] == ' ') ++begin;
    } else {
      while (begin + spaces < text.size() && text[begin + spaces] == ' ') ++spaces;
    }
    size_t size = 0;
    bool ended = false;
    // The next eight bytes of the key, up to the word's end. Keeping the key in registers makes this 1.5
    // times as fast.
    const auto take = [&] {
      uint64_t bytes = load(text, begin + size);
      uint64_t found = spaces_in(bytes);
      if (size < spaces) found &= spaces - size >= 8 ? 0 : ~uint64_t{0} << 8 * (spaces - size);
      ended = found != 0;
      const auto length = static_cast<unsigned>(std::countr_zero(found)) / 8;
      if (ended) bytes &= (uint64_t{1} << 8 * length) - 1;
      size += length;
      return bytes;
    };
    const uint64_t first = take(), second = ended ? 0 : take(), third = ended ? 0 : take();
    if (!ended) size = std::min(text.find(' ', begin + std::max(size, spaces)), text.size()) - begin;
    at = begin + size;
    return {text.substr(begin, size), {first, second, third}};
  }
  // Calls visit(word, whether it is the first) for every word until it returns false, and returns its last
  // result. Looks a few words ahead, so that the cache lines of the next words are being loaded meanwhile.
  template <class Visit>
  bool for_each(std::string_view text, const WordCache& cache, Visit visit) const {
    std::array<WordKey, 16> words;
    size_t at = 0;
    for (bool first = true;;) {
      size_t count = 0;
      while (count < words.size()) {
        words[count] = next(text, at);
        if (words[count].word.empty()) break;
        cache.prefetch(words[count++]);
      }
      for (size_t i = 0; i < count; ++i, first = false) {
        if (!visit(words[i], first)) return false;
      }
      if (count < words.size()) return true;
    }
  }
  // Whether a word's pieces depend on its being the first.
  bool first_differs() const { return first_differs_; }
  // Normalises a word within a text. False if the result depends on the text around it.
  bool normalize(std::string_view word, bool first, std::string& out) const;

 private:
  // Eight bytes, the first one lowest; spaces past the end.
  static uint64_t load(std::string_view text, size_t at) {
    constexpr uint64_t kSpaces = 0x2020202020202020u;
    uint64_t bytes = kSpaces;
    if (at + 8 <= text.size()) {
      std::memcpy(&bytes, text.data() + at, 8);
    } else if (at < text.size()) {
      const size_t rest = text.size() - at;
      if (text.size() >= 8) {
        std::memcpy(&bytes, text.data() + text.size() - 8, 8);
        bytes = bytes >> 8 * (8 - rest) | kSpaces << 8 * rest;
      } else {
        for (size_t i = rest; i-- > 0;) bytes = bytes << 8 | static_cast<unsigned char>(text[at + i]);
      }
    }
    return bytes;
  }
  // The highest bit of each byte that is a space.
  static uint64_t spaces_in(uint64_t bytes) {
    constexpr uint64_t kLow = 0x7F7F7F7F7F7F7F7Fu;
    const uint64_t x = bytes ^ 0x2020202020202020u;
    return ~(((x & kLow) + kLow) | x | kLow);
  }

  NormalizerPtr plain_;
  bool removes_spaces_ = false;
  bool first_differs_ = false;
  bool first_has_space_ = false;
};

}  // namespace hodhod::text
