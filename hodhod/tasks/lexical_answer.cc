// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/lexical_answer.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "hodhod/text/languages/sentences.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/rouge.h"

namespace hodhod {
namespace {

constexpr int64_t kLongestRun = 4;

using WordSet = std::unordered_set<std::string>;

WordSet word_set(std::string_view text) {
  const std::vector<std::string> words = metrics::rouge_words(text);
  return {words.begin(), words.end()};
}

// Whether what stands between two blanks is, but for punctuation, a word of the set.
bool is_in(const WordSet& set, std::string_view between_blanks) {
  const std::vector<std::string> words = metrics::rouge_words(between_blanks);
  return words.empty() ||
         std::all_of(words.begin(), words.end(), [&](const std::string& word) { return set.contains(word); });
}

}  // namespace

std::string lexical_answer(const Question& question) {
  const WordSet asked = word_set(question.question);
  std::string_view nearest;
  int64_t most = -1;
  for (const std::string_view sentence : text::split_sentences(question.context)) {
    const WordSet words = word_set(sentence);
    const int64_t shared = std::count_if(words.begin(), words.end(),
                                         [&](const std::string& word) { return asked.contains(word); });
    if (shared <= most) continue;
    most = shared;
    nearest = sentence;
  }
  const std::vector<std::string_view> words = metrics::words(nearest);
  int64_t best_begin = 0, best_length = 0, begin = 0;
  for (int64_t i = 0; i <= std::ssize(words); ++i) {
    if (i < std::ssize(words) && !is_in(asked, words[static_cast<size_t>(i)])) continue;
    if (i - begin > best_length) {
      best_begin = begin;
      best_length = i - begin;
    }
    begin = i + 1;
  }
  if (best_length == 0) return {};
  const std::string_view last =
      words[static_cast<size_t>(best_begin + std::min(best_length, kLongestRun) - 1)];
  const char* from = words[static_cast<size_t>(best_begin)].data();
  return {from, last.data() + last.size()};
}

}  // namespace hodhod
