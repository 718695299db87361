// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

bool comes_before(const Candidate& a, const Candidate& b) {
  return a.score > b.score || (a.score == b.score && a.token < b.token);
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
  // A heap whose top is the last of those kept: most tokens are turned away by one comparison.
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
  const int64_t all = static_cast<int64_t>(scores.size());
  const bool sorted = options.top_k > 0 || options.top_p < 1 || options.min_p > 0;
  std::vector<Candidate> candidates;
  if (sorted) {
    candidates = top_candidates(scores, options.top_k > 0 ? options.top_k : all);
  } else {
    for (int64_t i = 0; i < all; ++i) candidates.push_back({i, scores[static_cast<size_t>(i)]});
  }
  const float greatest = scores[static_cast<size_t>(likeliest(scores))];
  std::vector<double> weights;
  double total = 0;
  for (const Candidate& candidate : candidates) {
    weights.push_back(std::exp((static_cast<double>(candidate.score) - greatest) / options.temperature));
    total += weights.back();
  }
  if (options.top_p < 1) {
    // The token that crosses the line is kept.
    double sum = 0;
    size_t kept = 0;
    while (kept < weights.size() && sum < options.top_p * total) sum += weights[kept++];
    weights.resize(std::max<size_t>(kept, 1));
  }
  if (options.min_p > 0) {
    while (weights.size() > 1 && weights.back() < options.min_p * weights.front()) weights.pop_back();
  }
  total = 0;
  for (double weight : weights) total += weight;
  double rest = rng.uniform_double() * total;
  size_t last = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    last = i;
    if (rest < weights[i]) break;
    rest -= weights[i];
  }
  return candidates[last].token;
}

}  // namespace hodhod
