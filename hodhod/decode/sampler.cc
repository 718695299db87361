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

constexpr float kEver = std::numeric_limits<float>::infinity(), kNever = -kEver;
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
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

// Weights that are added up together.
constexpr size_t kBlock = 256;

// The sum of those of a block's weights that are at least this. Sixteen in each lane and a tree over the
// lanes: their rounding is that of the weights themselves.
float sum_of_block(std::span<const float> weights, float least) {
  std::array<float, kLanes> sums{};
  const size_t whole = weights.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] += weights[i + lane] >= least ? weights[i + lane] : 0.0F;
  }
  for (size_t i = whole; i < weights.size(); ++i) sums[i - whole] += weights[i] >= least ? weights[i] : 0.0F;
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

// The same of all weights.
double sum_of_at_least(std::span<const float> weights, float least) {
  double sum = 0;
  for (size_t i = 0; i < weights.size(); i += kBlock) {
    const auto block = weights.subspan(i, std::min(kBlock, weights.size() - i));
    sum += static_cast<double>(sum_of_block(block, least));
  }
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
  const float greatest = greatest_of(scores);
  const auto inverse = static_cast<float>(std::min(1 / options.temperature, 1e30));  // 0 · inverse is 0
  for (size_t i = 0; i < scores.size(); ++i) weights[i] = (scores[i] - greatest) * inverse;
  exponentials({weights, scores.size()}, weights);
}

// The top k tokens, or all of them, likeliest first.
std::vector<Choice> sorted_choices(const DecodeOptions& options, std::span<const float> scores) {
  const auto all = static_cast<int64_t>(scores.size());
  const std::vector<Candidate> candidates = top_candidates(scores, options.top_k > 0 ? options.top_k : all);
  const float greatest = candidates.at(0).score;
  if (!(greatest > kNever)) likeliest(scores);  // an error: no token is possible
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

// The tokens whose weights are positive and at least this, in their order. Most of a large vocabulary is not
// among them, so that kLanes at once are passed over.
std::vector<uint32_t> tokens_of_at_least(std::span<const float> weights, float least) {
  std::vector<uint32_t> tokens;
  const auto add = [&](size_t i) {
    if (weights[i] > 0 && weights[i] >= least) tokens.push_back(static_cast<uint32_t>(i));
  };
  const size_t whole = weights.size() / kLanes * kLanes;
  for (size_t first = 0; first < whole; first += kLanes) {
    int some = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) some |= weights[first + lane] >= least ? 1 : 0;
    for (size_t i = first; some != 0 && i < first + kLanes; ++i) add(i);
  }
  for (size_t i = whole; i < weights.size(); ++i) add(i);
  return tokens;
}

// The likeliest tokens whose probabilities reach `top_p`, in no order; of equal ones the first. Tokens of
// less than (1 − top_p) / V are together below what may be missing. The others are not sorted: the bits of
// positive numbers are in their order, so sums over the first digits of weights tell up to which digit all
// tokens are in, then sums over the next digits of those that begin with it, and so on.
std::vector<Choice> choices_of_top_p(const DecodeOptions& options, std::span<const float> weights) {
  const double total = sum_of(weights), wanted = options.top_p * total;
  const auto least_weight = static_cast<float>((1 - 1e-6) * std::max(0.0, 1 - options.top_p) * total /
                                               static_cast<double>(weights.size()));
  std::vector<uint32_t> tokens = tokens_of_at_least(weights, least_weight);
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

// Weights, and the sums of blocks of them, which lead to one that is drawn.
class WeightedTokens {
 public:
  explicit WeightedTokens(std::span<float> weights) : weights_(weights) { add_up(); }

  double total() const { return total_; }
  // One of all tokens.
  int64_t draw(Rng& rng) const;
  // One of the nucleus: of the likeliest tokens, the lower one first among equals, until they reach `share`.
  // A token is in it if those before it do not reach the share. If one that was drawn is not, none behind it
  // is, and those before it are drawn from again.
  int64_t draw_from_nucleus(double share, Rng& rng) {
    const double wanted = share * total_;
    for (;;) {
      const int64_t token = draw(rng);
      const double before = sum_before(token);
      if (before < wanted || before == 0) return token;
      keep_before(token);
    }
  }

 private:
  void add_up() {
    sums_.clear();
    for (size_t i = 0; i < weights_.size(); i += kBlock) {
      const auto block = weights_.subspan(i, std::min(kBlock, weights_.size() - i));
      sums_.push_back(static_cast<double>(sum_of_block(block, 0)));
    }
    total_ = std::accumulate(sums_.begin(), sums_.end(), 0.0);
  }
  double sum_before(int64_t token) const {
    const auto place = static_cast<size_t>(token);
    const float weight = weights_[place];
    return sum_of_at_least(weights_.first(place), weight) +
           sum_of_at_least(weights_.subspan(place), std::nextafter(weight, kEver));
  }
  void keep_before(int64_t token) {
    const auto place = static_cast<size_t>(token);
    const float weight = weights_[place];
    for (size_t i = 0; i < place; ++i) weights_[i] = weights_[i] >= weight ? weights_[i] : 0;
    for (size_t i = place; i < weights_.size(); ++i) weights_[i] = weights_[i] > weight ? weights_[i] : 0;
    add_up();
  }

  std::span<float> weights_;
  std::vector<double> sums_;
  double total_ = 0;
};

int64_t WeightedTokens::draw(Rng& rng) const {
  double rest = rng.uniform_double() * total_;
  size_t block = 0;
  while (block + 1 < sums_.size() && rest >= sums_[block]) rest -= sums_[block++];
  int64_t last = -1;
  for (size_t i = block * kBlock; i < weights_.size(); ++i) {
    if (!(weights_[i] > 0)) continue;
    last = static_cast<int64_t>(i);
    if (rest < static_cast<double>(weights_[i])) break;
    rest -= static_cast<double>(weights_[i]);
  }
  // Rounding may lead behind the last token that is possible.
  for (size_t i = weights_.size(); last < 0 && i-- > 0;) {
    if (weights_[i] > 0) last = static_cast<int64_t>(i);
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
  // A heap with the least of those kept on top. Most tokens are not among them, and kLanes at once are passed
  // over.
  std::vector<Candidate> kept;
  const size_t first = std::min(static_cast<size_t>(count), scores.size());
  if (first == 0) return kept;
  kept.reserve(first);
  for (size_t i = 0; i < first; ++i) kept.push_back({static_cast<int64_t>(i), scores[i]});
  std::make_heap(kept.begin(), kept.end(), kComesBefore);
  const auto look = [&](size_t i) {
    if (!(scores[i] > kept.front().score)) return;
    std::pop_heap(kept.begin(), kept.end(), kComesBefore);
    kept.back() = {static_cast<int64_t>(i), scores[i]};
    std::push_heap(kept.begin(), kept.end(), kComesBefore);
  };
  size_t i = first;
  for (; i + kLanes <= scores.size(); i += kLanes) {
    const float least = kept.front().score;
    int some = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) some |= scores[i + lane] > least ? 1 : 0;
    for (size_t lane = 0; some != 0 && lane < kLanes; ++lane) look(i + lane);
  }
  for (; i < scores.size(); ++i) look(i);
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
    kernels::Scratch scratch;
    auto* weights = scratch.get<float>(std::ssize(scores));
    all_weights(options, scores, weights);
    WeightedTokens tokens({weights, scores.size()});
    if (!(tokens.total() > 0)) {
      likeliest(scores);  // an error if no token is possible
      fail("decoding: a score is NaN or infinite; check the model's weights and the biases of tokens");
    }
    if (options.top_p >= 1) return tokens.draw(rng);
    if (!truncates) return tokens.draw_from_nucleus(options.top_p, rng);
    choices = choices_of_top_p(options, {weights, scores.size()});
    std::sort(choices.begin(), choices.end(), [&](const Choice& a, const Choice& b) {
      return kComesBefore({a.token, scores[static_cast<size_t>(a.token)]},
                          {b.token, scores[static_cast<size_t>(b.token)]});
    });
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
