// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_scoring.h"

#include <algorithm>
#include <limits>
#include <numbers>
#include <vector>

#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr size_t kPlaces = 16;             // that a thread scores side by side
constexpr size_t kTokensOfPlace = 1024;    // at least
constexpr size_t kTokensPerLookback = 64;  // so that what is read before a place counts little

// One place of a text that is being scored: the labels [first, last).
class ScoredPlace {
 public:
  ScoredPlace(const NgramReader& reader, std::span<const int64_t> tokens, std::span<const int64_t> labels,
              size_t first, size_t last)
      : reader_(&reader), tokens_(tokens), labels_(labels), at_(first), last_(last) {
    const auto before = static_cast<size_t>(reader.config().order - 1);
    size_t t = first > before ? first - before : 0;
    if (t == 0) context_ = reader.beginning();
    for (; t < first; ++t) reader.read(context_, tokens[t]);
  }

  // Begins to look the next label up; false at the end.
  bool begin() {
    for (;; ++at_) {
      if (at_ == last_) return false;
      if (!has_read_) reader_->read(context_, tokens_[at_]);
      has_read_ = false;
      if (labels_[at_] != kIgnoreIndex) break;
    }
    // The label is usually the next token, by which the context then has grown.
    has_read_ = at_ + 1 < last_ && tokens_[at_ + 1] == labels_[at_];
    if (!has_read_) other_ = context_;
    reader_->ngrams().begin(context_, static_cast<uint32_t>(labels_[at_]), lookup_);
    return true;
  }
  // A step of the lookup; false at the end.
  template <class Put>
  bool advance(Put&& put) {
    if (!reader_->ngrams().advance(has_read_ ? context_ : other_, lookup_)) return true;
    put(at_, score_of(lookup_.score));
    if (has_read_ && reader_->is_boundary(labels_[at_])) context_ = reader_->line_start();
    ++at_;
    return begin();
  }

 private:
  TokenScore score_of(const NgramScore& found) const {
    const bool never = reader_->config().smoothing == NgramSmoothing::maximum_likelihood &&
                       found.log10_probability <= kNeverLog10;
    return {never ? -std::numeric_limits<double>::infinity()
                  : std::numbers::ln10 * static_cast<double>(found.log10_probability),
            found.length};
  }

  const NgramReader* reader_;
  std::span<const int64_t> tokens_, labels_;
  size_t at_, last_;
  bool has_read_ = false;  // tokens[at_]
  NgramContext context_, other_;
  NgramLookup lookup_;
};

}  // namespace

NgramReader::NgramReader(const NgramTrie& ngrams, const NgramConfig& config)
    : ngrams_(ngrams), config_(config) {
  const int64_t begin = config.special.bos >= 0 ? config.special.bos : config.special.eos;
  if (begin >= 0) ngrams.extend(line_start_, static_cast<uint32_t>(begin));
}

void NgramReader::read(NgramContext& context, int64_t token) const {
  if (is_boundary(token)) {
    context = line_start_;
  } else {
    ngrams_.extend(context, static_cast<uint32_t>(token));
  }
}

void score_text_of_ngrams(const NgramReader& reader, std::span<const int64_t> tokens,
                          std::span<const int64_t> labels,
                          const std::function<void(size_t, const TokenScore&)>& put) {
  const size_t length =
      std::max(kTokensOfPlace, kTokensPerLookback * static_cast<size_t>(reader.config().order));
  const size_t together = length * kPlaces;
  const auto groups = static_cast<int64_t>((tokens.size() + together - 1) / together);
  parallel_for(groups, 1, [&](int64_t begin, int64_t end) {
    for (auto group = static_cast<size_t>(begin); group < static_cast<size_t>(end); ++group) {
      std::vector<ScoredPlace> places;
      const size_t last = std::min(tokens.size(), (group + 1) * together);
      for (size_t first = group * together; first < last; first += length)
        places.emplace_back(reader, tokens, labels, first, std::min(last, first + length));
      std::erase_if(places, [](ScoredPlace& place) { return !place.begin(); });
      while (!places.empty()) std::erase_if(places, [&](ScoredPlace& place) { return !place.advance(put); });
    }
  });
}

}  // namespace hodhod
