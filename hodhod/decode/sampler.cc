// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/sampler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/scratch.h"

namespace hodhod {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();
// Weights from 0 to 1 as numbers of three digits: 30 bits are enough, since those of 1 are 0x3F800000.
constexpr int kDigitBits = 10;
constexpr size_t kDigits = size_t{1} << kDigitBits;

constexpr auto kComesBefore = [](const Candidate& a, const Candidate& b) {
  return a.score > b.score || (a.score == b.score && a.token < b.token);
};

// A token that may be drawn, and its probability up to a common factor.
struct Choice {
  int64_t token;
  double weight;
};

double total_of(const std::vector<Choice>& choices) {
  double total = 0;
  for (const Choice& choice : choices) total += choice.weight;
  return total;
}

// −Σ p log p
double entropy_of(const std::vector<Choice>& choices) {
  const double total = total_of(choices);
  double entropy = 0;
  for (const Choice& choice : choices) {
    const double p = choice.weight / total;
    if (p > 0) entropy -= p * std::log(p);
  }
  return entropy;
}

// Elements in the way of the sums below: enough for SIMD, whatever its width.
constexpr size_t kLanes = 16;

// The greatest score, or −∞ if all are −∞ or NaN.
float greatest_of(std::span<const float> scores) {
  std::array<float, kLanes> greatest;
  greatest.fill(kNever);
  const size_t whole = scores.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      greatest[lane] = scores[i + lane] > greatest[lane] ? scores[i + lane] : greatest[lane];
  }
  for (size_t i = whole; i < scores.size(); ++i) greatest[0] = std::max(greatest[0], scores[i]);
  return *std::max_element(greatest.begin(), greatest.end());
}

double sum_of(std::span<const float> values) {
  std::array<double, kLanes> sums{};
  const size_t whole = values.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += static_cast<double>(values[i + lane]);
  }
  for (size_t i = whole; i < values.size(); ++i) sums[0] += static_cast<double>(values[i]);
  double sum = 0;
  for (const double lane : sums) sum += lane;
  return sum;
}

// y_i = exp(x_i) up to a factor that all share, so that their sum is about 1. y may be x.
void exponentials(std::span<const float> x, float* y) {
  kernels::cpu_kernels<float>().softmax(
      {.rows = 1, .columns = static_cast<int64_t>(x.size()), .log = false, .x = x.data(), .y = y});
}

double weight_of(const DecodeOptions& options, float score, float greatest) {
  return std::exp((static_cast<double>(score) - greatest) / options.temperature);
}

// The probabilities of all tokens up to a common factor, in `weights`, which has room for them.
void all_weights(const DecodeOptions& options, std::span<const float> scores, float* weights) {
  if (options.temperature == 1.0) return exponentials(scores, weights);
  const float greatest = scores[static_cast<size_t>(likeliest(scores))];
  const auto inverse = static_cast<float>(std::min(1 / options.temperature, 1e30));  // 0 · inverse is 0
  for (size_t i = 0; i < scores.size(); ++i) weights[i] = (scores[i] - greatest) * inverse;
  exponentials({weights, scores.size()}, weights);
}

// The top k tokens, or all of them, likeliest first.
std::vector<Choice> sorted_choices(const DecodeOptions& options, std::span<const float> scores) {
  const auto all = static_cast<int64_t>(scores.size());
  const float greatest = scores[static_cast<size_t>(likeliest(scores))];
  std::vector<Choice> choices;
  for (const Candidate& candidate : top_candidates(scores, options.top_k > 0 ? options.top_k : all))
    choices.push_back({candidate.token, weight_of(options, candidate.score, greatest)});
  return choices;
}

// Keeps the likeliest tokens until their probabilities reach `share`.
void keep_top_p(std::vector<Choice>& choices, double share) {
  if (share >= 1) return;
  const double total = total_of(choices);
  double sum = 0;
  size_t kept = 0;
  while (kept < choices.size() && sum < share * total) sum += choices[kept++].weight;
  choices.resize(std::max<size_t>(kept, 1));
}

// The likeliest tokens whose probabilities reach `top_p`, in no order; of equal ones the first. Tokens of
// less than (1 − top_p) / V are together below what may be missing. The others are not sorted: the bits of
// positive numbers are in their order, so sums over the first digits of weights tell up to which digit all
// tokens are in, then sums over the next digits of those that begin with it, and so on.
std::vector<Choice> choices_of_top_p(const DecodeOptions& options, std::span<const float> weights) {
  const double total = sum_of(weights), wanted = options.top_p * total;
  const auto least_weight = static_cast<float>((1 - 1e-6) * std::max(0.0, 1 - options.top_p) * total /
                                               static_cast<double>(weights.size()));
  std::vector<uint32_t> tokens(weights.size());
  size_t count = 0;
  for (uint32_t i = 0; i < weights.size(); ++i) {
    tokens[count] = i;
    count += weights[i] > 0 && weights[i] >= least_weight ? 1 : 0;
  }
  tokens.resize(count);
  std::vector<Choice> choices;
  std::array<double, kDigits> sums;
  double sum = 0;
  const auto choose = [&](uint32_t token) {
    choices.push_back({token, static_cast<double>(weights[token])});
  };
  for (const int shift : {2 * kDigitBits, kDigitBits, 0}) {
    const auto digit = [&](uint32_t token) {
      return (std::bit_cast<uint32_t>(weights[token]) >> shift) % kDigits;
    };
    sums.fill(0);
    size_t least = 0;
    for (const uint32_t token : tokens) {
      sums[digit(token)] += static_cast<double>(weights[token]);
      least = std::max<size_t>(least, digit(token));
    }
    while (least > 0 && sum + sums[least] < wanted) sum += sums[least--];
    size_t kept = 0;
    for (const uint32_t token : tokens) {
      if (digit(token) > least) choose(token);
      if (digit(token) == least) tokens[kept++] = token;
    }
    tokens.resize(kept);
  }
  for (const uint32_t token : tokens) {
    if (!choices.empty() && sum >= wanted) break;
    choose(token);
    sum += choices.back().weight;
  }
  return choices;
}

// A token of the whole vocabulary. Sums of blocks lead to it.
int64_t drawn_from(std::span<const float> weights, Rng& rng) {
  constexpr size_t kBlock = 256;
  std::vector<double> sums;
  for (size_t i = 0; i < weights.size(); i += kBlock)
    sums.push_back(sum_of(weights.subspan(i, std::min(kBlock, weights.size() - i))));
  double rest = rng.uniform_double() * std::accumulate(sums.begin(), sums.end(), 0.0);
  size_t block = 0;
  while (block + 1 < sums.size() && rest >= sums[block]) rest -= sums[block++];
  int64_t last = -1;
  for (size_t i = block * kBlock; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    last = static_cast<int64_t>(i);
    if (rest < static_cast<double>(weights[i])) break;
    rest -= static_cast<double>(weights[i]);
  }
  // Rounding may lead behind the last token that is possible.
  for (size_t i = weights.size(); last < 0 && i-- > 0;) {
    if (weights[i] > 0) last = static_cast<int64_t>(i);
  }
  return last;
}

void keep_min_p(std::vector<Choice>& choices, double fraction) {
  while (choices.size() > 1 && choices.back().weight < fraction * choices.front().weight) choices.pop_back();
}

// Keeps the tokens whose surprise −log p is nearest to the entropy (Meister et al. 2022, "Locally Typical
// Sampling").
void keep_typical(std::vector<Choice>& choices, double share) {
  if (share >= 1) return;
  const double total = total_of(choices), entropy = entropy_of(choices);
  std::vector<std::pair<double, Choice>> by_distance;
  for (const Choice& choice : choices) {
    by_distance.emplace_back(std::abs(-std::log(choice.weight / total) - entropy), choice);
  }
  std::stable_sort(by_distance.begin(), by_distance.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  choices.clear();
  double sum = 0;
  for (const auto& [distance, choice] : by_distance) {
    if (!choices.empty() && sum >= share * total) break;
    choices.push_back(choice);
    sum += choice.weight;
  }
  std::stable_sort(choices.begin(), choices.end(),
                   [](const Choice& a, const Choice& b) { return a.weight > b.weight; });
}

void keep_above(std::vector<Choice>& choices, double probability) {
  const double bound = probability * total_of(choices);
  while (choices.size() > 1 && choices.back().weight < bound) choices.pop_back();
}

// Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing".
double eta_bound(const std::vector<Choice>& choices, double epsilon) {
  return std::min(epsilon, std::sqrt(epsilon) * std::exp(-entropy_of(choices)));
}

}  // namespace

int64_t likeliest(std::span<const float> scores) {
  const float greatest = greatest_of(scores);
  check(greatest > kNever,
        "decoding: no token is possible: every score is NaN or minus infinity; relax the rules or check "
        "the model's weights");
  return std::find(scores.begin(), scores.end(), greatest) - scores.begin();
}

std::vector<Candidate> top_candidates(std::span<const float> scores, int64_t count) {
  // A heap with the least of those kept on top: most tokens need one comparison.
  std::vector<Candidate> kept;
  count = std::min<int64_t>(count, static_cast<int64_t>(scores.size()));
  if (count == 0) return kept;
  kept.reserve(static_cast<size_t>(count));
  for (size_t i = 0; i < scores.size(); ++i) {
    const Candidate candidate{static_cast<int64_t>(i), scores[i]};
    if (static_cast<int64_t>(kept.size()) < count) {
      kept.push_back(candidate);
      std::push_heap(kept.begin(), kept.end(), kComesBefore);
    } else if (candidate.score > kept.front().score) {
      std::pop_heap(kept.begin(), kept.end(), kComesBefore);
      kept.back() = candidate;
      std::push_heap(kept.begin(), kept.end(), kComesBefore);
    }
  }
  std::sort(kept.begin(), kept.end(), kComesBefore);
  return kept;
}

double log_sum_exp(std::span<const float> scores) {
  const float greatest = greatest_of(scores);
  if (!std::isfinite(greatest)) return greatest;
  kernels::Scratch scratch;
  auto* weights = scratch.get<float>(std::ssize(scores));
  exponentials(scores, weights);
  const auto best = std::find(scores.begin(), scores.end(), greatest) - scores.begin();
  return greatest + std::log(sum_of({weights, scores.size()}) / static_cast<double>(weights[best]));
}

int64_t sample(const DecodeOptions& options, std::span<const float> scores, Rng& rng) {
  const bool truncates =
      options.min_p > 0 || options.typical_p < 1 || options.epsilon_cutoff > 0 || options.eta_cutoff > 0;
  std::vector<Choice> choices;
  if (options.top_k > 0 || (truncates && options.top_p >= 1)) {
    choices = sorted_choices(options, scores);
    keep_top_p(choices, options.top_p);
  } else {
    likeliest(scores);  // an error if no token is possible
    kernels::Scratch scratch;
    auto* weights = scratch.get<float>(std::ssize(scores));
    all_weights(options, scores, weights);
    check(sum_of({weights, scores.size()}) > 0,
          "decoding: a score is NaN or infinite; check the model's weights and the biases of tokens");
    if (options.top_p >= 1) return drawn_from({weights, scores.size()}, rng);
    choices = choices_of_top_p(options, {weights, scores.size()});
    if (truncates) {
      std::sort(choices.begin(), choices.end(), [&](const Choice& a, const Choice& b) {
        return kComesBefore({a.token, scores[static_cast<size_t>(a.token)]},
                            {b.token, scores[static_cast<size_t>(b.token)]});
      });
    }
  }
  keep_min_p(choices, options.min_p);
  keep_typical(choices, options.typical_p);
  keep_above(choices, options.epsilon_cutoff);
  if (options.eta_cutoff > 0) keep_above(choices, eta_bound(choices, options.eta_cutoff));
  double rest = rng.uniform_double() * total_of(choices);
  size_t last = 0;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (!(choices[i].weight > 0)) continue;
    last = i;
    if (rest < choices[i].weight) break;
    rest -= choices[i].weight;
  }
  return choices[last].token;
}

}  // namespace hodhod
