// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/smoothing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kSmoothingGrain = 2048;
constexpr std::array<double, 3> kUsualDiscounts = {0.5, 1, 1.5};
constexpr uint32_t kKatzLimit = 5;
constexpr float kPruned = std::numeric_limits<float>::quiet_NaN();

}  // namespace

NgramSmoother::NgramSmoother(NgramCounts& counts, const NgramConfig& config, int64_t unknown,
                             std::function<void(const std::string&)> note,
                             std::vector<std::vector<int32_t>> dev)
    : counts_(counts), config_(config), unknown_(unknown), note_(std::move(note)), dev_(std::move(dev)) {}

// ---- what the methods share ----

void NgramSmoother::set_probability(int64_t n, size_t i, double p) const {
  counts_.level(n).adjusted[i] = std::bit_cast<uint32_t>(static_cast<float>(p));
}

// Whether pruning leaves an n-gram whose counts are still there.
bool NgramSmoother::survives(int64_t n, size_t i) const {
  return counts_.level(n).counts[i] > static_cast<uint64_t>(config_.threshold(static_cast<size_t>(n)));
}

// p(w | h') of the n-gram h w of order n.
double NgramSmoother::shorter(int64_t n, size_t i) const {
  return static_cast<double>(probability(n - 1, counts_.level(n).suffixes[i]));
}

double NgramSmoother::total(const Children& children) const {
  const auto& counts = counts_.level(children.n).counts;
  double sum = 0;
  for (size_t i = children.begin; i < children.end; ++i) sum += counts[i];
  return sum;
}

void NgramSmoother::prepare() {
  switch (config_.smoothing) {
    case NgramSmoothing::modified_kneser_ney:
      return find_discounts();
    case NgramSmoothing::katz:
      return find_katz_discounts();
    case NgramSmoothing::add_k:
      added_ = config_.added;
      if (added_ == 0) choose_added();
      return;
    case NgramSmoothing::maximum_likelihood:
      return;
  }
}

void NgramSmoother::smooth(int64_t n) {
  if (n == 1) {
    switch (config_.smoothing) {
      case NgramSmoothing::modified_kneser_ney:
        return kneser_ney_unigrams();
      case NgramSmoothing::katz:
        return katz_unigrams();
      default:
        return plain_unigrams();
    }
  }
  const CountedLevel& before = counts_.level(n - 1);
  const auto lines = counts_.line_begins(n - 1);
  parallel_for(static_cast<int64_t>(before.size()), kSmoothingGrain, [&](int64_t begin, int64_t end) {
    for (auto context = static_cast<size_t>(begin); context < static_cast<size_t>(end); ++context) {
      const Children children{n, before.children[context], before.children[context + 1],
                              n == counts_.order() || (context >= lines.first && context < lines.second)};
      double backoff = 1;
      if (children.begin < children.end) {
        backoff = config_.smoothing == NgramSmoothing::modified_kneser_ney ? kneser_ney(children)
                  : config_.smoothing == NgramSmoothing::katz              ? katz(children)
                  : config_.smoothing == NgramSmoothing::add_k             ? add_k(children)
                                                                           : maximum_likelihood(children);
      }
      before.counts[context] = std::bit_cast<uint32_t>(static_cast<float>(backoff));
    }
  });
}

void NgramSmoother::take_logs(int64_t n) {
  const CountedLevel& level = counts_.level(n);
  const auto log_of = [](uint32_t bits) {
    const auto value = std::bit_cast<float>(bits);
    const float log = value > 0 ? std::max(kNeverLog10, std::log10(value)) : kNeverLog10;
    return std::bit_cast<uint32_t>(std::isnan(value) ? value : log);
  };
  parallel_for(static_cast<int64_t>(level.size()), kSmoothingGrain, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      level.adjusted[i] = log_of(level.adjusted[i]);
      const auto p = std::bit_cast<float>(level.adjusted[i]);
      if (p > 0) level.adjusted[i] = std::bit_cast<uint32_t>(0.0F);
      if (n < counts_.order()) level.counts[i] = log_of(level.counts[i]);
    }
  });
}

// result[r] is the number of n-grams of order n with count r, for r from 1 to `most`.
std::vector<uint64_t> NgramSmoother::counts_of_counts(int64_t n, bool adjusted, uint32_t most) const {
  const CountedLevel& level = counts_.level(n);
  const auto& counts = adjusted ? level.adjusted : level.counts;
  std::vector<uint64_t> result(most + 1);
  for (const uint32_t count : counts.values()) {
    if (count <= most) ++result[count];
  }
  return result;
}

// Lets the usual discounts take the place of those that the counts of order n do not give, if it may.
void NgramSmoother::use_fallback(int64_t n, const std::string& why) {
  check(config_.falls_back(),
        "counting: there are no discounts for order {}, since {}; is this a small text, or not one of words? "
        "With "
        "`model` discount_fallback=yes, {} are used",
        n, why, "0.5, 1 and 1.5");
  if (note_) note_(fmt::format("The discounts of order {} are 0.5, 1 and 1.5, since {}.", n, why));
  discounts_.emplace_back(kUsualDiscounts.begin(), kUsualDiscounts.end());
}

// ---- modified Kneser–Ney ----

void NgramSmoother::find_discounts() {
  for (int64_t n = 1; n <= counts_.order(); ++n) {
    const std::vector<uint64_t> found = counts_of_counts(n, true, 4);
    std::string why;
    for (size_t j = 1; j <= 3 && why.empty(); ++j) {
      if (found[j] == 0) why = fmt::format("no n-gram of this order has the count {}", j);
    }
    std::vector<double> discounts;
    const auto y =
        static_cast<float>(found[1]) / (static_cast<float>(found[1]) + 2 * static_cast<float>(found[2]));
    for (size_t j = 1; j <= 3 && why.empty(); ++j) {
      const auto whole = static_cast<float>(j);
      const float d =
          whole - (whole + 1) * y * static_cast<float>(found[j + 1]) / static_cast<float>(found[j]);
      if (d < 0 || d > whole) {
        why = fmt::format(
            "the discount for the count {} would be {:.4g} ({} n-grams have that count, {} the next)", j, d,
            found[j], found[j + 1]);
      }
      discounts.push_back(d);
    }
    if (why.empty()) {
      discounts_.push_back(std::move(discounts));
    } else {
      use_fallback(n, why);
    }
  }
}

double NgramSmoother::kneser_ney(const Children& children) const {
  const CountedLevel& level = counts_.level(children.n);
  const std::vector<double>& discounts = discounts_[static_cast<size_t>(children.n - 1)];
  double sum = 0, left = 0;
  for (size_t i = children.begin; i < children.end; ++i) {
    const uint32_t count = level.adjusted[i];
    sum += count;
    left += survives(children.n, i) ? discounts[std::min(count, 3U) - 1] : count;
  }
  const double backoff = left / sum;
  for (size_t i = children.begin; i < children.end; ++i) {
    if (!survives(children.n, i)) {
      set_probability(children.n, i, kPruned);
      continue;
    }
    const uint32_t count = level.adjusted[i];
    const double own = (count - discounts[std::min(count, 3U) - 1]) / sum;
    set_probability(children.n, i, own + backoff * shorter(children.n, i));
  }
  return backoff;
}

void NgramSmoother::kneser_ney_unigrams() const {
  const CountedLevel& unigrams = counts_.level(1);
  check(config_.interpolate_unigrams || unknown_ >= 0,
        "counting: `model` interpolate_unigrams=no gives the unknown token what is left, and this tokenizer "
        "has none");
  // A word that pruning takes away is as one that was never seen.
  const auto kept = [&](uint32_t word) {
    return unigrams.adjusted[word] > 0 && (survives(1, word) || word == unknown_ ||
                                           word == counts_.text().begin || word == config_.special.eos);
  };
  const auto discounted = [&](uint32_t count) { return discounts_[0][std::min(count, 3U) - 1]; };
  double sum = 0, left = 0;
  for (uint32_t word = 0; word < unigrams.size(); ++word) {
    const uint32_t count = unigrams.adjusted[word];
    sum += count;
    if (count > 0) left += kept(word) ? discounted(count) : count;
  }
  check(sum > 0, "counting: the text has no tokens");
  left /= sum;
  const double uniform = left / static_cast<double>(std::max(config_.vocab_pad, counts_.predicted()));
  for (uint32_t word = 0; word < unigrams.size(); ++word) {
    const uint32_t count = unigrams.adjusted[word];
    double p = config_.interpolate_unigrams ? uniform : word == unknown_ ? left : 0;
    if (kept(word)) p += (count - discounted(count)) / sum;
    set_probability(1, word, counts_.is_predicted(word) ? p : 0);
  }
}

// ---- Katz ----

void NgramSmoother::find_katz_discounts() {
  for (int64_t n = 1; n <= counts_.order(); ++n) {
    const std::vector<uint64_t> found = counts_of_counts(n, false, kKatzLimit + 1);
    const auto number = [&](size_t r) { return static_cast<double>(found[r]); };
    std::string why;
    for (size_t r = 1; r <= kKatzLimit + 1 && why.empty(); ++r) {
      if (found[r] == 0) why = fmt::format("no n-gram of this order has the count {}", r);
    }
    std::vector<double> ratios;
    const double x = why.empty() ? (kKatzLimit + 1) * number(kKatzLimit + 1) / number(1) : 0;
    for (size_t r = 1; r <= kKatzLimit && why.empty(); ++r) {
      const auto whole = static_cast<double>(r);
      const double ratio = ((whole + 1) * number(r + 1) / (whole * number(r)) - x) / (1 - x);
      if (!(ratio > 0 && ratio <= 1))
        why = fmt::format("Good and Turing's ratio for the count {} would be {:.4g}", r, ratio);
      ratios.push_back(ratio);
    }
    if (why.empty()) {
      discounts_.push_back(std::move(ratios));
    } else {
      use_fallback(n, why);
    }
  }
}

// What is left of a count.
double NgramSmoother::discount(int64_t n, uint32_t count) const {
  const std::vector<double>& discounts = discounts_[static_cast<size_t>(n - 1)];
  if (count == 0) return 0;
  if (discounts.size() == kUsualDiscounts.size()) return count - discounts[std::min(count, 3U) - 1];
  return count <= kKatzLimit ? discounts[count - 1] * count : count;
}

double NgramSmoother::katz(const Children& children) const {
  const CountedLevel& level = counts_.level(children.n);
  double sum = total(children), seen = 0, seen_below = 0;
  for (size_t i = children.begin; i < children.end; ++i) {
    if (!survives(children.n, i)) continue;
    seen += discount(children.n, level.counts[i]);
    seen_below += shorter(children.n, i);
  }
  const double unseen = 1 - seen_below;
  const bool all_are_seen = unseen < 1e-9;
  if (all_are_seen) {
    sum = seen;
  } else if (seen >= sum) {
    sum += 1;
  }
  for (size_t i = children.begin; i < children.end; ++i) {
    set_probability(children.n, i,
                    survives(children.n, i) ? discount(children.n, level.counts[i]) / sum : double{kPruned});
  }
  return all_are_seen ? 1 : (1 - seen / sum) / unseen;
}

void NgramSmoother::katz_unigrams() const {
  const CountedLevel& unigrams = counts_.level(1);
  double sum = 0, seen = 0;
  int64_t never = 0;
  for (uint32_t word = 0; word < unigrams.size(); ++word) {
    if (!counts_.is_predicted(word)) continue;
    sum += unigrams.counts[word];
    seen += discount(1, unigrams.counts[word]);
    never += unigrams.counts[word] == 0 ? 1 : 0;
  }
  check(sum > 0, "counting: the text has no tokens");
  if (never == 0) sum = seen;
  if (never > 0 && seen >= sum) sum += 1;
  for (uint32_t word = 0; word < unigrams.size(); ++word) {
    const uint32_t count = unigrams.counts[word];
    const double p = count > 0 ? discount(1, count) / sum
                               : (1 - seen / sum) / static_cast<double>(std::max<int64_t>(never, 1));
    set_probability(1, word, counts_.is_predicted(word) ? p : 0);
  }
}

// ---- add-k and maximum likelihood ----

double NgramSmoother::add_k(const Children& children) const {
  const CountedLevel& level = counts_.level(children.n);
  const auto words = static_cast<double>(counts_.predicted());
  const double sum = total(children) + added_ * words;
  for (size_t i = children.begin; i < children.end; ++i)
    set_probability(children.n, i, children.complete ? (level.counts[i] + added_) / sum : 1 / words);
  return children.complete ? added_ * words / sum : 1;
}

double NgramSmoother::maximum_likelihood(const Children& children) const {
  const CountedLevel& level = counts_.level(children.n);
  const double sum = total(children);
  for (size_t i = children.begin; i < children.end; ++i)
    set_probability(children.n, i, level.counts[i] / sum);
  return 0;
}

void NgramSmoother::plain_unigrams() const {
  const CountedLevel& unigrams = counts_.level(1);
  const bool adds = config_.smoothing == NgramSmoothing::add_k;
  const auto words = static_cast<double>(counts_.predicted());
  double sum = 0;
  for (uint32_t word = 0; word < unigrams.size(); ++word)
    sum += counts_.is_predicted(word) ? unigrams.counts[word] : 0;
  check(sum > 0, "counting: the text has no tokens");
  for (uint32_t word = 0; word < unigrams.size(); ++word) {
    double p = (unigrams.counts[word] + added_) / (sum + added_ * words);
    if (adds && counts_.order() > 1) p = 1 / words;
    set_probability(1, word, counts_.is_predicted(word) ? p : 0);
  }
}

// Each token of the training text is predicted from the counts without itself.
NgramSmoother::Occurrences NgramSmoother::left_out() const {
  Occurrences found;
  const auto add = [&](const Children& children) {
    const double sum = total(children);
    for (size_t i = children.begin; i < children.end; ++i) {
      const uint32_t count = counts_.level(children.n).counts[i];
      found.ngrams[count - 1.0] += count;
    }
    found.contexts[sum - 1] += sum;
  };
  const int64_t order = counts_.order();
  if (order == 1) {
    add({1, 0, counts_.level(1).size(), true});
    return found;
  }
  for (int64_t n = 2; n <= order; ++n) {
    const auto [first, end] =
        n == order ? std::pair(size_t{0}, counts_.level(n - 1).size()) : counts_.line_begins(n - 1);
    const auto& starts = counts_.level(n - 1).children;
    for (size_t context = first; context < end; ++context) {
      if (starts[context] < starts[context + 1]) add({n, starts[context], starts[context + 1], true});
    }
  }
  return found;
}

// Of the tokens of the text for validation whose context was seen. The others have the same probability
// whatever k is.
NgramSmoother::Occurrences NgramSmoother::in_dev() const {
  Occurrences found;
  const auto longest = static_cast<size_t>(counts_.order() - 1);
  for (const std::vector<int32_t>& tokens : dev_) {
    const bool begins = !tokens.empty() && tokens[0] == counts_.text().begin;
    for (size_t at = begins ? 1 : 0; at < tokens.size(); ++at) {
      const size_t before = std::min(at, longest);
      if (before < longest && !begins) continue;  // too short to be a context
      Children children{1, 0, counts_.level(1).size(), true};
      bool seen = true;
      for (size_t i = at - before; i < at && seen; ++i) {
        const size_t place = find(children, static_cast<uint32_t>(tokens[i]));
        seen = place < children.end;
        if (!seen) break;
        const auto& starts = counts_.level(children.n).children;
        children = {children.n + 1, starts[place], starts[place + 1], true};
        seen = children.begin < children.end;
      }
      if (!seen) continue;
      const size_t place = find(children, static_cast<uint32_t>(tokens[at]));
      found.ngrams[place < children.end ? counts_.level(children.n).counts[place] : 0] += 1;
      found.contexts[total(children)] += 1;
    }
  }
  return found;
}

// The place of a word among the children; their end if it is not there.
size_t NgramSmoother::find(const Children& children, uint32_t word) const {
  if (children.n == 1) return std::min<size_t>(word, children.end);
  const auto& words = counts_.level(children.n).words;
  const uint32_t sought = counts_.scattered(word);
  size_t low = children.begin, high = children.end;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (words[middle] < sought) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < children.end && words[low] == sought ? low : children.end;
}

// The greatest Σ ln((c(h w) + k) / (Σ c(h ·) + k |V|)) over these tokens, by golden sections of ln k.
void NgramSmoother::choose_added() {
  Occurrences tokens = in_dev();
  const bool by_dev = !tokens.contexts.empty();
  if (!by_dev) tokens = left_out();
  const auto words = static_cast<double>(counts_.predicted());
  const auto value = [&](double log_k) {
    const double k = std::exp(log_k);
    double sum = 0;
    for (const auto& [count, times] : tokens.ngrams) sum += times > 0 ? times * std::log(count + k) : 0;
    for (const auto& [count, times] : tokens.contexts)
      sum -= times > 0 ? times * std::log(count + k * words) : 0;
    return sum;
  };
  constexpr double kGolden = 0.6180339887498949;
  double low = std::log(1e-8), high = std::log(1e4);
  for (int round = 0; round < 60; ++round) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (value(a) < value(b) ? low : high) = value(a) < value(b) ? a : b;
  }
  added_ = std::exp((low + high) / 2);
  if (note_) {
    note_(fmt::format("{:.4g} is added to each count: it predicts {} best.", added_,
                      by_dev ? "the text for validation" : "each token from the counts of the others"));
  }
}

}  // namespace hodhod
