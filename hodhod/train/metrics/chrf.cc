// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/chrf.h"

#include <algorithm>
#include <unordered_map>

#include "hodhod/base/error.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod::metrics {
namespace {

using Tokens = std::vector<std::string_view>;

// The n-grams of `tokens`, which follow each other in one text: each is a stretch of it.
std::unordered_map<std::string_view, int64_t> ngrams_of(const Tokens& tokens, size_t n) {
  std::unordered_map<std::string_view, int64_t> counts;
  for (size_t i = 0; i + n <= tokens.size(); ++i) {
    const char* begin = tokens[i].data();
    const char* end = tokens[i + n - 1].data() + tokens[i + n - 1].size();
    ++counts[std::string_view(begin, static_cast<size_t>(end - begin))];
  }
  return counts;
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const std::string_view word : words(text)) out.append(word);
  return out;
}

bool is_ascii_punctuation(std::string_view character) {
  if (character.size() != 1) return false;
  const char c = character[0];
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// Words with one mark of punctuation split off, at the end if there is one, else at the beginning.
std::string split_punctuation(std::string_view text) {
  std::string out;
  const auto add = [&](std::string_view word) {
    if (!out.empty()) out.push_back(' ');
    out.append(word);
  };
  for (const std::string_view word : words(text)) {
    const Tokens letters = characters(word);
    if (letters.size() > 1 && is_ascii_punctuation(letters.back())) {
      add(word.substr(0, word.size() - 1));
      add(letters.back());
    } else if (letters.size() > 1 && is_ascii_punctuation(letters.front())) {
      add(letters.front());
      add(word.substr(1));
    } else {
      add(word);
    }
  }
  return out;
}

}  // namespace

Chrf::Chrf(ChrfOptions options) : options_(options) {
  check(options.char_order >= 1 && options.word_order >= 0,
        "chrf: orders {} and {}; give 1 or more and 0 or more", options.char_order, options.word_order);
  totals_.resize(static_cast<size_t>(options.char_order) + static_cast<size_t>(options.word_order));
}

std::vector<Chrf::Counts> Chrf::compare(std::string_view hypothesis, std::string_view reference) const {
  std::vector<Counts> counts;
  const auto add_orders = [&](const std::string& h, const std::string& r, int orders, auto tokens_of) {
    const Tokens h_tokens = tokens_of(h), r_tokens = tokens_of(r);
    for (size_t n = 1; n <= static_cast<size_t>(orders); ++n) {
      const auto found = ngrams_of(h_tokens, n), wanted = ngrams_of(r_tokens, n);
      Counts& here = counts.emplace_back();
      for (const auto& [ngram, count] : found) {
        // Without n-grams in the reference, those of the hypothesis are not held against it.
        if (!wanted.empty()) here.hypothesis += count;
        if (const auto match = wanted.find(ngram); match != wanted.end()) {
          here.matches += std::min(count, match->second);
        }
      }
      for (const auto& [ngram, count] : wanted) here.reference += count;
    }
  };
  const bool keep = options_.whitespace;
  add_orders(keep ? std::string(hypothesis) : without_blanks(hypothesis),
             keep ? std::string(reference) : without_blanks(reference), options_.char_order, characters);
  add_orders(split_punctuation(hypothesis), split_punctuation(reference), options_.word_order, words);
  return counts;
}

double Chrf::score_of(const std::vector<Counts>& counts) const {
  constexpr double kEpsilon = 1e-16;
  const double factor = options_.beta * options_.beta;
  double sum = 0, precisions = 0, recalls = 0;
  int orders = 0;
  for (const Counts& c : counts) {
    const double precision =
        c.hypothesis > 0 ? static_cast<double>(c.matches) / static_cast<double>(c.hypothesis) : kEpsilon;
    const double recall =
        c.reference > 0 ? static_cast<double>(c.matches) / static_cast<double>(c.reference) : kEpsilon;
    const double divisor = factor * precision + recall;
    sum += divisor > 0 ? (1 + factor) * precision * recall / divisor : kEpsilon;
    if (c.hypothesis > 0 && c.reference > 0) {
      precisions += precision;
      recalls += recall;
      ++orders;
    }
  }
  if (options_.eps_smoothing) return 100 * sum / static_cast<double>(counts.size());
  if (orders == 0 || precisions + recalls == 0) return 0;
  const double precision = precisions / orders, recall = recalls / orders;
  return 100 * (1 + factor) * precision * recall / (factor * precision + recall);
}

void Chrf::add(std::string_view hypothesis, std::span<const std::string> references) {
  check(!references.empty(), "chrf: a segment without a reference; give one at least");
  const std::string prepared = options_.lowercase ? lower_case(hypothesis) : std::string(hypothesis);
  std::vector<Counts> best;
  double best_score = -1;
  for (const std::string& reference : references) {
    std::vector<Counts> counts = compare(prepared, options_.lowercase ? lower_case(reference) : reference);
    const double score = score_of(counts);
    if (score <= best_score) continue;
    best_score = score;
    best = std::move(counts);
  }
  for (size_t i = 0; i < totals_.size(); ++i) {
    totals_[i].hypothesis += best[i].hypothesis;
    totals_[i].reference += best[i].reference;
    totals_[i].matches += best[i].matches;
  }
}

}  // namespace hodhod::metrics
