// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();
constexpr size_t kWeightClasses = (0x3F800000 >> 18) + 1;  // that of weight 1 is the last

bool comes_before(const Candidate& a, const Candidate& b) {
  return a.score > b.score || (a.score == b.score && a.token < b.token);
}

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

double weight_of(const DecodeOptions& options, float score, float greatest) {
  return std::exp((static_cast<double>(score) - greatest) / options.temperature);
}

// All tokens in their order. Where some are to be left out: the top k of them, likeliest first.
std::vector<Choice> choices_of(const DecodeOptions& options, std::span<const float> scores) {
  const auto all = static_cast<int64_t>(scores.size());
  const bool sorted = options.top_k > 0 || options.top_p < 1 || options.min_p > 0 || options.typical_p < 1 ||
                      options.epsilon_cutoff > 0 || options.eta_cutoff > 0;
  std::vector<Candidate> candidates;
  if (sorted) {
    candidates = top_candidates(scores, options.top_k > 0 ? options.top_k : all);
  } else {
    for (int64_t i = 0; i < all; ++i) candidates.push_back({i, scores[static_cast<size_t>(i)]});
  }
  const float greatest = scores[static_cast<size_t>(likeliest(scores))];
  std::vector<Choice> choices;
  for (const Candidate& candidate : candidates)
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

// Which of kWeightClasses a weight from 0 to 1 is in: more for more.
size_t class_of(double weight) { return std::bit_cast<uint32_t>(static_cast<float>(weight)) >> 18; }

// The likeliest tokens whose probabilities reach `top_p`, in order. Sums over classes of weights tell how
// small the weights go, so that the others need not be sorted.
std::vector<Choice> choices_of_top_p(const DecodeOptions& options, std::span<const float> scores) {
  const float greatest = scores[static_cast<size_t>(likeliest(scores))];
  std::vector<double> weights(scores.size()), sums(kWeightClasses);
  double total = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    weights[i] = weight_of(options, scores[i], greatest);
    if (!(weights[i] > 0)) continue;
    total += weights[i];
    sums[class_of(weights[i])] += weights[i];
  }
  size_t least = kWeightClasses - 1;
  for (double sum = sums[least]; least > 0 && sum < options.top_p * total;) sum += sums[--least];
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (weights[i] > 0 && class_of(weights[i]) >= least)
      candidates.push_back({static_cast<int64_t>(i), scores[i]});
  }
  std::sort(candidates.begin(), candidates.end(), comes_before);
  std::vector<Choice> choices;
  double sum = 0;
  for (const Candidate& candidate : candidates) {
    if (!choices.empty() && sum >= options.top_p * total) break;
    choices.push_back({candidate.token, weights[static_cast<size_t>(candidate.token)]});
    sum += choices.back().weight;
  }
  return choices;
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
  int64_t best = -1;
  float best_score = kNever;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > best_score) {
      best = static_cast<int64_t>(i);
      best_score = scores[i];
    }
  }
  check(best >= 0,
        "decoding: no token is possible: every score is NaN or minus infinity; relax the rules or check "
        "the model's weights");
  return best;
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
      std::push_heap(kept.begin(), kept.end(), comes_before);
    } else if (candidate.score > kept.front().score) {
      std::pop_heap(kept.begin(), kept.end(), comes_before);
      kept.back() = candidate;
      std::push_heap(kept.begin(), kept.end(), comes_before);
    }
  }
  std::sort(kept.begin(), kept.end(), comes_before);
  return kept;
}

double log_sum_exp(std::span<const float> scores) {
  float greatest = kNever;
  for (float score : scores) greatest = std::max(greatest, score);
  if (!std::isfinite(greatest)) return greatest;
  double sum = 0;
  for (float score : scores) sum += std::exp(static_cast<double>(score) - greatest);
  return greatest + std::log(sum);
}

int64_t sample(const DecodeOptions& options, std::span<const float> scores, Rng& rng) {
  const bool by_share = options.top_p < 1 && options.top_k == 0;
  std::vector<Choice> choices = by_share ? choices_of_top_p(options, scores) : choices_of(options, scores);
  if (!by_share) keep_top_p(choices, options.top_p);
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
