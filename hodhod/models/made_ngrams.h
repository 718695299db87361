// SPDX-License-Identifier: Apache-2.0
// For tests: a trigram model that is made of random numbers and written to a file, and what it says in
// double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/ngram_trie_writer.h"

namespace hodhod {

// The words 2 and 3, and the words 3 2, are followed by a large part of the vocabulary, a few others by some
// words, and most by none. The probabilities after each context sum to 1.
class MadeNgrams {
 public:
  static constexpr uint32_t kWords = 1200;
  using Words = std::vector<uint32_t>;

  MadeNgrams() {
    double total = 0;
    for (uint32_t word = 0; word < kWords; ++word) total += 1.0 / (word + 1);
    for (uint32_t word = 0; word < kWords; ++word) unigrams_.push_back(1.0 / (word + 1) / total);
    const std::map<Words, uint32_t> words = {{{1}, 3}, {{2}, 700}, {{3}, 300}, {{4}, 40}, {{900}, 9}};
    const std::map<Words, uint32_t> pairs = {{{1, 2}, 5}, {{3, 2}, 280}, {{4, 2}, 30}, {{2, 4}, 12}};
    for (const auto& [pair, count] : pairs) followers_[{pair[0]}][pair[1]] = 0.02;
    for (const auto& [context, count] : words) add(context, count);
    for (const auto& [context, count] : pairs) add(context, count);
  }

  // p(word | context), of which the last two words count.
  double p(std::span<const uint32_t> context, uint32_t word) const {
    if (context.size() > 2) context = context.last(2);
    if (context.empty()) return unigrams_[word];
    const auto found = followers_.find({context.begin(), context.end()});
    if (found == followers_.end()) return p(context.subspan(1), word);
    const auto own = found->second.find(word);
    return own != found->second.end() ? own->second
                                      : backoffs_.at(found->first) * p(context.subspan(1), word);
  }
  std::vector<double> all(std::span<const uint32_t> context) const {
    std::vector<double> row;
    for (uint32_t word = 0; word < kWords; ++word) row.push_back(p(context, word));
    return row;
  }

  void write(const std::string& path) const {
    const WordScatter scatter(kWords);
    std::vector<Words> bigrams, trigrams;
    const auto put_followers = [&](const Words& context, std::vector<Words>& longer) {
      const auto found = followers_.find(context);
      if (found == followers_.end()) return;
      const size_t begin = longer.size();
      for (const auto& [word, p] : found->second) {
        longer.push_back(context);
        longer.back().push_back(word);
      }
      std::sort(longer.begin() + static_cast<int64_t>(begin), longer.end(),
                [&](const Words& a, const Words& b) { return scatter(a.back()) < scatter(b.back()); });
    };
    std::vector<uint64_t> first_bigram, first_trigram;
    for (uint32_t word = 0; word < kWords; ++word) {
      first_bigram.push_back(bigrams.size());
      put_followers({word}, bigrams);
    }
    for (const Words& bigram : bigrams) {
      first_trigram.push_back(trigrams.size());
      put_followers(bigram, trigrams);
    }
    NgramTrieWriter writer(path, {kWords, bigrams.size(), trigrams.size()});
    for (uint32_t word = 0; word < kWords; ++word)
      writer.add(word, log10(unigrams_[word]), log_backoff({word}), first_bigram[word]);
    for (size_t i = 0; i < bigrams.size(); ++i)
      writer.add(bigrams[i][1], log10(own(bigrams[i])), log_backoff(bigrams[i]), first_trigram[i]);
    for (const Words& trigram : trigrams) writer.add(trigram[2], log10(own(trigram)), 0, 0);
    writer.finish();
  }

  // The model of a stream of words, in a directory.
  std::unique_ptr<NgramModel> model(const std::string& directory) const {
    make_directories(directory);
    write(join_path(directory, kNgramFile));
    NgramConfig config;
    config.order = 3;
    config.unit = NgramUnit::stream;
    config.vocabulary = kWords;
    auto made = std::make_unique<NgramModel>(NgramModelConfig(config));
    made->load_files(directory);
    return made;
  }

 private:
  static float log10(double p) { return static_cast<float>(std::log10(p)); }
  float log_backoff(const Words& words) const {
    const auto found = backoffs_.find(words);
    return found == backoffs_.end() ? 0 : log10(found->second);
  }
  double own(const Words& words) const {
    return followers_.at({words.begin(), words.end() - 1}).at(words.back());
  }
  void add(const Words& context, uint32_t count) {
    auto& followers = followers_[context];
    while (followers.size() < count) {
      const double uniform = rng_.uniform_double();
      followers[static_cast<uint32_t>(std::pow(kWords, rng_.uniform_double())) - 1] = uniform * uniform;
      followers[static_cast<uint32_t>(rng_.below(kWords))] = 0.3 * uniform;
    }
    normalise(context);
  }
  // The followers get three quarters of the probability, and the others what they have without the context's
  // first word, times its backoff.
  void normalise(const Words& context) {
    double sum = 0, shorter = 0;
    for (const auto& [word, p] : followers_[context]) sum += p;
    for (auto& [word, own] : followers_[context]) {
      own *= 0.75 / sum;
      shorter += p(std::span(context).subspan(1), word);
    }
    backoffs_[context] = 0.25 / (1 - shorter);
  }

  Rng rng_{17};
  std::vector<double> unigrams_;
  std::map<Words, std::map<uint32_t, double>> followers_;
  std::map<Words, double> backoffs_;
};

}  // namespace hodhod
