// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/cooccurrences.h"

#include <algorithm>

#include "hodhod/base/threads.h"

namespace hodhod {

// Sums of one word with all others.
struct CooccurrenceCounter::Sums {
  std::vector<double> of_word;
  std::vector<int32_t> met;  // words whose sum is not 0
};

CooccurrenceCounter::CooccurrenceCounter(const WordCorpus& corpus, int64_t window)
    : corpus_(corpus), window_(window), begin_(corpus.counts.size() + 1), places_(corpus.words.size()) {
  for (const int32_t word : corpus.words) ++begin_[static_cast<size_t>(word) + 1];
  for (size_t w = 0; w + 1 < begin_.size(); ++w) begin_[w + 1] += begin_[w];
  std::vector<int64_t> next(begin_.begin(), begin_.end() - 1);
  for (int64_t place = 0; place < corpus.tokens(); ++place)
    places_[static_cast<size_t>(next[static_cast<size_t>(corpus.words[static_cast<size_t>(place)])]++)] =
        place;
}

void CooccurrenceCounter::count_word(int32_t word, Sums& sums, std::vector<Cooccurrence>& found) const {
  const auto w = static_cast<size_t>(word);
  auto sentence = corpus_.sentences.begin();
  for (int64_t i = begin_[w]; i < begin_[w + 1]; ++i) {
    const int64_t place = places_[static_cast<size_t>(i)];
    sentence = std::upper_bound(sentence, corpus_.sentences.end(), place) - 1;
    const int64_t from = std::max(*sentence, place - window_),
                  to = std::min(*(sentence + 1), place + window_ + 1);
    for (int64_t other = from; other < to; ++other) {
      if (other == place) continue;
      const int32_t context = corpus_.words[static_cast<size_t>(other)];
      double& sum = sums.of_word[static_cast<size_t>(context)];
      if (sum == 0) sums.met.push_back(context);
      sum += 1 / static_cast<double>(std::abs(other - place));
    }
  }
  std::sort(sums.met.begin(), sums.met.end());
  for (const int32_t context : sums.met) {
    found.push_back({word, context, sums.of_word[static_cast<size_t>(context)]});
    sums.of_word[static_cast<size_t>(context)] = 0;
  }
  sums.met.clear();
}

std::vector<Cooccurrence> CooccurrenceCounter::count(int32_t begin, int32_t end) const {
  std::vector<std::vector<Cooccurrence>> found(static_cast<size_t>(end - begin));
  parallel_for(end - begin, 1, [&](int64_t from, int64_t to) {
    Sums sums{std::vector<double>(corpus_.counts.size()), {}};
    for (int64_t i = from; i < to; ++i)
      count_word(begin + static_cast<int32_t>(i), sums, found[static_cast<size_t>(i)]);
  });
  std::vector<Cooccurrence> all;
  for (const auto& one : found) all.insert(all.end(), one.begin(), one.end());
  return all;
}

}  // namespace hodhod
