// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram_distribution.h"

#include <cmath>
#include <mutex>
#include <numbers>

namespace hodhod {
namespace {

constexpr auto kLn10OfRow = static_cast<float>(std::numbers::ln10);
// A suffix with so many children, and with so large a part of the vocabulary, is crowded.
constexpr uint32_t kCrowd = 256, kPartOfVocabulary = 16;
constexpr float kMostOfLog = 1e30F;  // no sum of a few numbers below it is infinite

bool is_sound(float log) { return std::abs(log) < kMostOfLog; }

float sum_of_backoffs(std::span<const NgramContext::Suffix> suffixes) {
  float sum = 0;
  for (const NgramContext::Suffix& suffix : suffixes) sum += suffix.backoff;
  return sum;
}

}  // namespace

NgramDistribution::NgramDistribution(const NgramTrie& ngrams, uint64_t room) : ngrams_(ngrams), room_(room) {
  unigrams_.values.resize(ngrams.vocabulary());
  for (uint64_t word = 0; word < ngrams.vocabulary(); ++word) {
    const float log = kLn10OfRow * ngrams.unigram(word);
    unigrams_.values[word] = log;
    unigrams_.sound = unigrams_.sound && is_sound(log);
  }
}

bool NgramDistribution::write(const NgramContext& context, float* row) const {
  return write_from(context.all(), context.known, row);
}

bool NgramDistribution::is_crowded(const NgramContext::Suffix& suffix) const {
  return suffix.size >= kCrowd && uint64_t{suffix.size} * kPartOfVocabulary >= ngrams_.vocabulary();
}

// Begins from the longest crowded suffix among the first `most`, and writes the children of longer ones.
bool NgramDistribution::write_from(Suffixes suffixes, size_t most, float* row) const {
  while (most > 0 && !is_crowded(suffixes[most - 1])) --most;
  const float shift = kLn10OfRow * sum_of_backoffs(suffixes.subspan(most));
  bool sound = write_base(suffixes.first(most), shift, row) && is_sound(shift);
  for (size_t i = most; i < suffixes.size(); ++i) {
    const float backoff = sum_of_backoffs(suffixes.subspan(i + 1));
    ngrams_.for_each_child(i + 1, suffixes[i], [&](uint32_t word, float log10_probability) {
      row[word] = kLn10OfRow * (log10_probability + backoff);
      sound = sound && is_sound(row[word]);
    });
  }
  return sound;
}

// The row of suffixes of which the last one is crowded, or of none, and `shift` added to all of it.
bool NgramDistribution::write_base(Suffixes suffixes, float shift, float* row) const {
  const size_t words = unigrams_.values.size();
  const Row* kept = suffixes.empty() ? &unigrams_ : kept_row(suffixes);
  if (kept != nullptr) {
    const float* base = kept->values.data();
    for (size_t w = 0; w < words; ++w) row[w] = base[w] + shift;
    return kept->sound;
  }
  const bool sound = write_from(suffixes, suffixes.size() - 1, row);
  for (size_t w = 0; w < words; ++w) row[w] += shift;
  return sound;
}

// Null if there is no room for it.
const NgramDistribution::Row* NgramDistribution::kept_row(Suffixes suffixes) const {
  const std::pair key(suffixes.size(), suffixes.back().first);
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = kept_.find(key); found != kept_.end()) return found->second.get();
    if ((kept_.size() + 1) * unigrams_.values.size() * sizeof(float) > room_) return nullptr;
  }
  auto row = std::make_unique<Row>();
  row->values.resize(unigrams_.values.size());
  row->sound = write_from(suffixes, suffixes.size() - 1, row->values.data());
  const std::unique_lock lock(mutex_);
  return kept_.emplace(key, std::move(row)).first->second.get();
}

}  // namespace hodhod
