// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/spelling.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

constexpr size_t kLettersBefore = 2;
constexpr double kSymbols = 0x110000 + 1;  // characters of Unicode, and the end of a word
constexpr char32_t kReplacement = 0xFFFD;  // stands for a byte that is not UTF-8

// The letters of a word and its end, after as many ends as a context has.
std::u32string symbols_of(std::string_view word) {
  std::u32string symbols(kLettersBefore, SpellingModel::kWordEnd);
  for (size_t at = 0; at < word.size();) {
    const Character letter = read_character(word, at);
    symbols.push_back(letter.code == kIllFormed ? kReplacement : letter.code);
    at += letter.size;
  }
  symbols.push_back(SpellingModel::kWordEnd);
  return symbols;
}

}  // namespace

SpellingModel::SpellingModel(const text::Tokenizer& tokenizer) {
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_special(id) && tokenizer.role("unk_token") != id) add(tokenizer.readable_token(id));
  }
}

void SpellingModel::add(std::string_view word) {
  const std::u32string symbols = symbols_of(word);
  for (size_t at = kLettersBefore; at < symbols.size(); ++at) {
    for (size_t length = 0; length <= kLettersBefore; ++length) {
      Followers& followers = contexts_[symbols.substr(at - length, length)];
      ++followers.total;
      ++followers.counts[symbols[at]];
    }
  }
}

double SpellingModel::probability(std::u32string_view context, char32_t letter) const {
  double p = 1 / kSymbols;
  const size_t longest = std::min(context.size(), kLettersBefore);
  for (size_t length = 0; length <= longest; ++length) {
    const auto found = contexts_.find(std::u32string(context.substr(context.size() - length)));
    if (found == contexts_.end()) break;  // no longer context has occurred either
    const auto& [total, counts] = found->second;
    const auto count = counts.find(letter);
    const auto kinds = static_cast<double>(counts.size());
    p = ((count == counts.end() ? 0 : static_cast<double>(count->second)) + kinds * p) /
        (static_cast<double>(total) + kinds);
  }
  return p;
}

double SpellingModel::cost(std::string_view word) const {
  const std::u32string symbols = symbols_of(word);
  double cost = 0;
  for (size_t at = kLettersBefore; at < symbols.size(); ++at)
    cost -= std::log(
        probability(std::u32string_view(symbols).substr(at - kLettersBefore, kLettersBefore), symbols[at]));
  return cost;
}

}  // namespace hodhod
