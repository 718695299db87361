// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_trie_writer.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/hash.h"

namespace hodhod {
namespace {

// The size of a huge page. A file that is written in pieces of this size, each at a multiple of it, lies in
// the system's cache in huge pages, and is mapped by them: then a lookup needs no walk through page tables.
constexpr size_t kTriePiece = size_t{2} << 20;

template <class Number>
void append_number(std::vector<unsigned char>& bytes, Number value) {
  const auto* first = reinterpret_cast<const unsigned char*>(&value);
  bytes.insert(bytes.end(), first, first + sizeof value);
}

}  // namespace

// ---- codebooks ----

NgramCodebook NgramCodebook::of(std::vector<float> values, bool zero) {
  NgramCodebook book;
  if (zero) std::erase(values, 0.0F);
  std::sort(values.begin(), values.end());
  const size_t codes = kNgramCodes - (zero ? 1 : 0);
  // Few different values stand for themselves.
  std::vector<float> distinct = values;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<float> means;
  if (distinct.size() <= codes) {
    means = std::move(distinct);
  } else {
    for (size_t code = 0; code < codes; ++code) {
      const size_t begin = values.size() * code / codes, end = values.size() * (code + 1) / codes;
      double sum = 0;
      for (size_t i = begin; i < end; ++i) sum += values[i];
      if (end > begin) means.push_back(static_cast<float>(sum / static_cast<double>(end - begin)));
    }
  }
  if (zero) means.push_back(0);
  if (means.empty()) means.push_back(0);
  std::sort(means.begin(), means.end());
  for (size_t code = 0; code < kNgramCodes; ++code)
    book.values[code] = means[std::min(code, means.size() - 1)];
  return book;
}

uint8_t NgramCodebook::code(float value) const {
  const auto above = std::lower_bound(values.begin(), values.end(), value);
  if (above == values.begin()) return 0;
  if (above == values.end()) return kNgramCodes - 1;
  const auto below = above - 1;
  return static_cast<uint8_t>((value - *below < *above - value ? below : above) - values.begin());
}

// ---- the file ----

NgramTrieWriter::NgramTrieWriter(const std::string& path, std::vector<uint64_t> counts,
                                 std::vector<NgramLevelCodebooks> codebooks)
    : path_(path), writer_(path), counts_(std::move(counts)), codebooks_(std::move(codebooks)) {
  check(!counts_.empty() && counts_[0] >= 1, "{}: an n-gram model without words", path);
  check(codebooks_.empty() || codebooks_.size() == counts_.size(), "{}: {} codebooks for {} orders", path,
        codebooks_.size(), counts_.size());
  for (const uint64_t count : counts_)
    check(count <= uint64_t{1} << 40, "{}: {} n-grams of one order; prune them", path, count);
  scatter_ = WordScatter(counts_[0]);
  const int64_t bits = codebooks_.empty() ? 32 : 8;
  offsets_ = ngram_level_offsets(counts_, counts_[0], bits);
  fields_ = NgramFields::of(counts_, 1, counts_[0], bits);
  write_header();
}

void NgramTrieWriter::write_header() {
  std::vector<unsigned char> rest;
  append_number(rest, static_cast<uint32_t>(counts_.size()));
  append_number(rest, static_cast<uint32_t>(codebooks_.empty() ? 32 : 8));
  append_number(rest, counts_[0]);
  for (size_t n = 0; n < counts_.size(); ++n) {
    append_number(rest, counts_[n]);
    append_number(rest, offsets_[n]);
  }
  buffer_.assign(kNgramMagic.begin(), kNgramMagic.end());
  append_number(buffer_, hash64({reinterpret_cast<const char*>(rest.data()), rest.size()}));
  buffer_.insert(buffer_.end(), rest.begin(), rest.end());
  for (size_t n = 0; n < codebooks_.size(); ++n) {
    for (const float value : codebooks_[n].probabilities.values) append_number(buffer_, value);
    if (n + 1 == codebooks_.size()) break;
    for (const float value : codebooks_[n].backoffs.values) append_number(buffer_, value);
  }
  buffer_.resize(offsets_[0]);
}

void NgramTrieWriter::put(uint64_t value, uint32_t width) {
  bits_ |= value << waiting_;
  waiting_ += width;
  if (waiting_ < 64) return;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&bits_);
  buffer_.insert(buffer_.end(), bytes, bytes + 8);
  waiting_ -= 64;
  bits_ = waiting_ == 0 ? 0 : value >> (width - waiting_);
  if (buffer_.size() >= kTriePiece) flush(false);
}

void NgramTrieWriter::add(uint32_t word, float log10_probability, float log10_backoff, uint64_t first_child) {
  while (level_ <= counts_.size() && in_level_ == counts_[level_ - 1]) end_level();
  check(level_ <= counts_.size(), "{}: more n-grams than were counted", path_);
  const bool coded = !codebooks_.empty();
  if (level_ > 1) put(scatter_(word), fields_.word);
  put(coded ? codebooks_[level_ - 1].probabilities.code(log10_probability)
            : std::bit_cast<uint32_t>(std::abs(log10_probability)),
      fields_.probability);
  ++in_level_;
  if (level_ == counts_.size()) return;
  put(coded ? codebooks_[level_ - 1].backoffs.code(log10_backoff) : std::bit_cast<uint32_t>(log10_backoff),
      fields_.backoff);
  put(first_child, fields_.child);
}

void NgramTrieWriter::end_level() {
  if (level_ < counts_.size()) {
    // The end of the last n-gram's children.
    put(0, fields_.word);
    put(0, fields_.probability);
    put(0, fields_.backoff);
    put(counts_[level_], fields_.child);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(&bits_);
  buffer_.insert(buffer_.end(), bytes, bytes + (waiting_ + 7) / 8);
  bits_ = waiting_ = 0;
  buffer_.resize(offsets_[level_] - written_);
  flush(false);
  ++level_;
  in_level_ = 0;
  if (level_ <= counts_.size())
    fields_ = NgramFields::of(counts_, level_, counts_[0], codebooks_.empty() ? 32 : 8);
}

// Writes whole pieces, and at the end all.
void NgramTrieWriter::flush(bool all) {
  const size_t size = all ? buffer_.size() : buffer_.size() / kTriePiece * kTriePiece;
  if (size == 0) return;
  writer_.write(buffer_.data(), size);
  written_ += size;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<int64_t>(size));
}

void NgramTrieWriter::finish() {
  while (level_ <= counts_.size() && in_level_ == counts_[level_ - 1]) end_level();
  check(level_ > counts_.size(), "{}: {} n-grams of order {} instead of {}", path_, in_level_, level_,
        counts_[level_ - 1]);
  flush(true);
  writer_.commit();
}

}  // namespace hodhod
