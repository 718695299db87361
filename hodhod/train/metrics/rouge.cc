// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/rouge.h"

#include <algorithm>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/edit_distance.h"

namespace hodhod::metrics {
namespace {

using RougeWords = std::vector<std::string>;

bool is_joiner(std::string_view character) { return character == "\u200c" || character == "\u200d"; }

double f_measure(int64_t matches, size_t found, size_t wanted) {
  if (matches == 0) return 0;
  const double precision = static_cast<double>(matches) / static_cast<double>(found);
  const double recall = static_cast<double>(matches) / static_cast<double>(wanted);
  return 100 * 2 * precision * recall / (precision + recall);
}

double ngram_rouge(const RougeWords& hypothesis, const RougeWords& reference, size_t order) {
  if (hypothesis.size() < order || reference.size() < order) return 0;
  std::map<RougeWords, int64_t> left;
  const auto ngram = [&](const RougeWords& words, size_t i) {
    const auto begin = words.begin() + static_cast<std::ptrdiff_t>(i);
    return RougeWords(begin, begin + static_cast<std::ptrdiff_t>(order));
  };
  for (size_t i = 0; i + order <= reference.size(); ++i) ++left[ngram(reference, i)];
  int64_t matches = 0;
  for (size_t i = 0; i + order <= hypothesis.size(); ++i) {
    const auto found = left.find(ngram(hypothesis, i));
    if (found == left.end() || found->second == 0) continue;
    --found->second;
    ++matches;
  }
  return f_measure(matches, hypothesis.size() - order + 1, reference.size() - order + 1);
}

double subsequence_rouge(const RougeWords& hypothesis, const RougeWords& reference) {
  const std::vector<std::string_view> found(hypothesis.begin(), hypothesis.end());
  const std::vector<std::string_view> wanted(reference.begin(), reference.end());
  return f_measure(common_subsequence(found, wanted), found.size(), wanted.size());
}

}  // namespace

std::vector<std::string> rouge_words(std::string_view text) {
  RougeWords words;
  std::string word, joiners;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
    joiners.clear();
  };
  const std::string lower = lower_case(text);
  for (const std::string_view character : characters(lower)) {
    const Kind kind = kind_of(character);
    if (kind == Kind::letter || kind == Kind::number || (kind == Kind::mark && !word.empty())) {
      word += joiners;
      word += character;
      joiners.clear();
    } else if (!word.empty() && is_joiner(character)) {
      joiners += character;  // counts when the word goes on behind it
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

RougeScores segment_rouge(std::string_view hypothesis, std::span<const std::string> references) {
  check(!references.empty(), "rouge: a segment without a reference; give one at least");
  const RougeWords found = rouge_words(hypothesis);
  RougeScores best;
  for (const std::string& reference : references) {
    const RougeWords wanted = rouge_words(reference);
    best.rouge1 = std::max(best.rouge1, ngram_rouge(found, wanted, 1));
    best.rouge2 = std::max(best.rouge2, ngram_rouge(found, wanted, 2));
    best.rouge_l = std::max(best.rouge_l, subsequence_rouge(found, wanted));
  }
  return best;
}

void Rouge::add(std::string_view hypothesis, std::span<const std::string> references) {
  const RougeScores one = segment_rouge(hypothesis, references);
  sum_.rouge1 += one.rouge1;
  sum_.rouge2 += one.rouge2;
  sum_.rouge_l += one.rouge_l;
  ++segments_;
}

RougeScores Rouge::score() const {
  const double count = static_cast<double>(std::max<int64_t>(segments_, 1));
  return {sum_.rouge1 / count, sum_.rouge2 / count, sum_.rouge_l / count};
}

}  // namespace hodhod::metrics
