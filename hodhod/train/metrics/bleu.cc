// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod::metrics {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_period_or_comma(char c) { return c == '.' || c == ','; }

// Where `matches(a, b)` holds for two neighbouring bytes, puts `before`, a, `between`, b, `after`; what it
// took is not looked at again, as in a regular expression's substitution. Only ASCII is matched or excluded,
// so bytes do as well as characters.
template <class Matches>
std::string split_pairs(const std::string& text, std::string_view before, std::string_view between,
                        std::string_view after, Matches matches) {
  std::string out;
  out.reserve(text.size() * 2);
  size_t at = 0;
  while (at < text.size()) {
    if (at + 1 < text.size() && matches(text[at], text[at + 1])) {
      out.append(before).push_back(text[at]);
      out.append(between).push_back(text[at + 1]);
      out.append(after);
      at += 2;
    } else {
      out.push_back(text[at++]);
    }
  }
  return out;
}

std::string joined_words(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const std::string_view word : words(text)) {
    if (!out.empty()) out.push_back(' ');
    out.append(word);
  }
  return out;
}

// Splits off ASCII symbols and punctuation.
std::string split_ascii_punctuation(std::string_view text) {
  std::string spaced;
  for (const char c : text) {
    // All but the apostrophe, comma, hyphen and period.
    if ((c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
        (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/') {
      spaced.append(" ").push_back(c);
      spaced.append(" ");
    } else {
      spaced.push_back(c);
    }
  }
  spaced =
      split_pairs(spaced, "", " ", " ", [](char a, char b) { return !is_digit(a) && is_period_or_comma(b); });
  spaced =
      split_pairs(spaced, " ", " ", "", [](char a, char b) { return is_period_or_comma(a) && !is_digit(b); });
  spaced = split_pairs(spaced, "", " ", " ", [](char a, char b) { return is_digit(a) && b == '-'; });
  return joined_words(spaced);
}

// mteval-v13a.
std::string tokenize_13a(std::string_view line) {
  std::string text(line);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  return split_ascii_punctuation(" " + text + " ");
}

// Chinese: each of its characters and marks stands alone, the rest as in 13a.
std::string tokenize_zh(std::string_view line) {
  const auto all = words(line);
  if (all.empty()) return "";
  line.remove_prefix(static_cast<size_t>(all.front().data() - line.data()));
  std::string text;
  for (const std::string_view character : characters(line)) {
    const bool alone = is_chinese(character);
    if (alone) text += ' ';
    text += character;
    if (alone) text += ' ';
  }
  return split_ascii_punctuation(text);
}

// mteval-v14 for any script: punctuation is split off unless it stands between numbers, symbols always.
std::string tokenize_intl(std::string_view line) {
  using Pieces = std::vector<std::string_view>;
  const auto split = [](const Pieces& in, bool punctuation_second) {
    Pieces out;
    size_t i = 0;
    while (i < in.size()) {
      const size_t p = punctuation_second ? i + 1 : i, other = punctuation_second ? i : i + 1;
      if (i + 1 < in.size() && kind_of(in[p]) == Kind::punctuation && kind_of(in[other]) != Kind::number) {
        if (!punctuation_second) out.push_back(" ");
        out.insert(out.end(), {in[i], " ", in[i + 1]});
        if (punctuation_second) out.push_back(" ");
        i += 2;
      } else {
        out.push_back(in[i++]);
      }
    }
    return out;
  };
  std::string text;
  for (const std::string_view piece : split(split(characters(line), true), false)) {
    const bool symbol = kind_of(piece) == Kind::symbol;
    if (symbol) text.push_back(' ');
    text.append(piece);
    if (symbol) text.push_back(' ');
  }
  return joined_words(text);
}

std::string tokenize_char(std::string_view line) {
  std::string text;
  for (const std::string_view character : characters(line)) text.append(character).push_back(' ');
  return joined_words(text);
}

// n-grams as stretches of a text whose tokens have one blank between: those of two orders never meet.
struct Ngrams {
  std::unordered_map<std::string_view, int64_t> counts;
  std::vector<int64_t> totals;
  int64_t length = 0;
};

template <class Use>
int64_t for_each_ngram(std::string_view tokens, int max_order, Use use) {
  std::vector<size_t> begins, ends;
  for (const std::string_view word : words(tokens)) {
    begins.push_back(static_cast<size_t>(word.data() - tokens.data()));
    ends.push_back(begins.back() + word.size());
  }
  for (size_t i = 0; i < begins.size(); ++i) {
    for (size_t n = 0; n < static_cast<size_t>(max_order) && i + n < begins.size(); ++n) {
      use(tokens.substr(begins[i], ends[i + n] - begins[i]), n);
    }
  }
  return static_cast<int64_t>(begins.size());
}

Ngrams ngrams_of(std::string_view tokens, int max_order) {
  Ngrams ngrams;
  ngrams.totals.resize(static_cast<size_t>(max_order));
  ngrams.length = for_each_ngram(tokens, max_order, [&](std::string_view ngram, size_t n) {
    ++ngrams.counts[ngram];
    ++ngrams.totals[n];
  });
  return ngrams;
}

}  // namespace

std::optional<double> smoothing_value(const BleuOptions& options) {
  if (options.smoothing == BleuSmoothing::floor) return options.smoothing_value.value_or(0.1);
  if (options.smoothing == BleuSmoothing::add_k) return options.smoothing_value.value_or(1);
  return std::nullopt;
}

void check_options(const BleuOptions& options) {
  check(options.max_order >= 1, "bleu: max_order is {}; give 1 or more", options.max_order);
  check(!options.smoothing_value || smoothing_value(options),
        "bleu: the smoothing {} takes no value; leave it out, or choose the smoothing floor or add-k",
        name_of(options.smoothing));
}

std::string bleu_tokenize(std::string_view line, BleuTokenizer tokenizer) {
  line = without_blanks_at_end(line);
  switch (tokenizer) {
    case BleuTokenizer::v13a:
      return tokenize_13a(line);
    case BleuTokenizer::intl:
      return tokenize_intl(line);
    case BleuTokenizer::zh:
      return tokenize_zh(line);
    case BleuTokenizer::character:
      return tokenize_char(line);
    default:
      return joined_words(line);
  }
}

Bleu::Bleu(BleuOptions options)
    : options_(options),
      matches_(static_cast<size_t>(std::max(options.max_order, 1))),
      totals_(matches_.size()) {
  check_options(options);
}

void Bleu::add(std::string_view hypothesis, std::span<const std::string> references) {
  check(!references.empty(), "bleu: a segment without a reference; give one at least");
  const auto prepared = [this](std::string_view line) {
    return options_.lowercase ? bleu_tokenize(lower_case(line), options_.tokenizer)
                              : bleu_tokenize(line, options_.tokenizer);
  };
  const std::string hypothesis_tokens = prepared(hypothesis);
  const Ngrams found = ngrams_of(hypothesis_tokens, options_.max_order);

  std::vector<std::string> reference_tokens;
  for (const std::string& reference : references) reference_tokens.push_back(prepared(reference));
  std::unordered_map<std::string_view, int64_t> allowed;
  int64_t closest = -1;
  for (const std::string& tokens : reference_tokens) {
    const Ngrams ngrams = ngrams_of(tokens, options_.max_order);
    for (const auto& [ngram, count] : ngrams.counts) {
      int64_t& most = allowed[ngram];
      most = std::max(most, count);
    }
    const int64_t here = std::abs(found.length - ngrams.length), best = std::abs(found.length - closest);
    if (closest < 0 || here < best || (here == best && ngrams.length < closest)) closest = ngrams.length;
  }

  for (const auto& [ngram, count] : found.counts) {
    const auto match = allowed.find(ngram);
    if (match == allowed.end()) continue;
    const auto order = static_cast<size_t>(std::count(ngram.begin(), ngram.end(), ' '));
    matches_[order] += std::min(count, match->second);
  }
  for (size_t n = 0; n < totals_.size(); ++n) totals_[n] += found.totals[n];
  hypothesis_length_ += found.length;
  reference_length_ += closest;
}

BleuScore Bleu::score() const {
  BleuScore result;
  result.hypothesis_length = hypothesis_length_;
  result.reference_length = reference_length_;
  result.precisions.assign(matches_.size(), 0.0);
  result.brevity_penalty = 1;
  if (hypothesis_length_ < reference_length_) {
    const double ratio = static_cast<double>(reference_length_) / static_cast<double>(hypothesis_length_);
    result.brevity_penalty = hypothesis_length_ > 0 ? std::exp(1 - ratio) : 0;
  }
  if (std::all_of(matches_.begin(), matches_.end(), [](int64_t m) { return m == 0; })) return result;

  const double value = smoothing_value(options_).value_or(0);
  double halving = 1;
  size_t orders = matches_.size();
  for (size_t n = 0; n < matches_.size(); ++n) {
    const double added = options_.smoothing == BleuSmoothing::add_k && n > 0 ? value : 0;
    const double matches = static_cast<double>(matches_[n]) + added;
    const double total = static_cast<double>(totals_[n]) + added;
    if (total == 0) break;
    if (options_.effective_order) orders = n + 1;
    if (matches > 0) {
      result.precisions[n] = 100 * matches / total;
    } else if (options_.smoothing == BleuSmoothing::exp) {
      halving *= 2;
      result.precisions[n] = 100 / (halving * total);
    } else if (options_.smoothing == BleuSmoothing::floor) {
      result.precisions[n] = 100 * value / total;
    }
  }
  double log_sum = 0;
  for (size_t n = 0; n < orders; ++n) {
    if (result.precisions[n] == 0) return result;
    log_sum += std::log(result.precisions[n]);
  }
  result.score = result.brevity_penalty * std::exp(log_sum / static_cast<double>(orders));
  return result;
}

BleuScore sentence_bleu(std::string_view hypothesis, std::span<const std::string> references,
                        BleuOptions options) {
  options.effective_order = true;
  Bleu bleu(options);
  bleu.add(hypothesis, references);
  return bleu.score();
}

std::string details_of(const BleuScore& score) {
  std::string precisions;
  for (const double p : score.precisions)
    precisions += fmt::format("{}{:.1f}", precisions.empty() ? "" : "/", p);
  const double ratio = score.reference_length > 0 ? static_cast<double>(score.hypothesis_length) /
                                                        static_cast<double>(score.reference_length)
                                                  : 0;
  return fmt::format("{} (BP = {:.3f} ratio = {:.3f} hyp_len = {} ref_len = {})", precisions,
                     score.brevity_penalty, ratio, score.hypothesis_length, score.reference_length);
}

}  // namespace hodhod::metrics
