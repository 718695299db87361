// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/unigram_trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/training/seed_pieces.h"

namespace hodhod::text {
namespace {

// Expected counts are added up as integers, in units of 2⁻²⁰, so that their sum does not depend on the order.
constexpr double kUnit = 1 << 20;
constexpr double kLowestExpectedCount = 0.5;
// Each character of a piece multiplies its probability by this much. All segmentations of a word have the
// same number of characters, so it cancels; it keeps products of probabilities within the range of floating
// point.
constexpr double kScalePerCharacter = 3;

// One accumulator a thread.
template <class T>
class Accumulators {
 public:
  explicit Accumulators(size_t size) : size_(size) {}

  std::unique_ptr<std::vector<T>> take() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (free_.empty()) return std::make_unique<std::vector<T>>(size_, T{});
    auto taken = std::move(free_.back());
    free_.pop_back();
    return taken;
  }
  void give(std::unique_ptr<std::vector<T>> used) {
    std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(used));
  }
  std::vector<T> sum() {
    if (free_.empty()) return std::vector<T>(size_, T{});
    for (size_t i = 1; i < free_.size(); ++i) {
      for (size_t j = 0; j < size_; ++j) (*free_[0])[j] += (*free_[i])[j];
    }
    return std::move(*free_[0]);
  }

 private:
  size_t size_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::vector<T>>> free_;
};

class UnigramTrainer {
 public:
  UnigramTrainer(Segments segments, const UnigramTraining& options)
      : segments_(std::move(segments)),
        options_(options),
        characters_(segments_.alphabet.size()),
        pieces_(find_seed_pieces(segments_, options.max_length, options.seed_size)) {
    // The initial weight of a seed is its count.
    std::vector<double> weights(pieces_.lengths.size());
    double total = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      weights[i] = static_cast<double>(pieces_.counts[i] * (i < characters_ ? 1 : pieces_.lengths[i]));
      total += weights[i];
    }
    scores_.resize(weights.size());
    for (size_t i = 0; i < weights.size(); ++i) scores_[i] = std::log(std::max(weights[i], 1e-3) / total);
  }

  std::vector<std::pair<std::string, double>> run() {
    const auto wanted = static_cast<size_t>(static_cast<double>(options_.size) * 1.1);
    const double first = static_cast<double>(scores_.size());
    for (;;) {
      for (int i = 0; i < options_.em_iterations; ++i) maximise(expected_counts());
      if (options_.progress) {
        const double size = static_cast<double>(scores_.size()), last = static_cast<double>(wanted);
        options_.progress(
            "fitting pieces",
            first <= last ? 1.0 : std::clamp(std::log(first / size) / std::log(first / last), 0.0, 1.0));
      }
      if (scores_.size() <= wanted) break;
      prune(wanted);
    }
    return finish();
  }

 private:
  size_t size() const { return scores_.size(); }
  uint32_t character(uint32_t place) const { return segments_.codes[place] - 1u; }

  // Calls edge(piece, end) for the pieces that begin at `place` and end by `last`.
  template <class Edge>
  void for_edges(uint32_t place, uint32_t last, Edge edge) const {
    edge(character(place), place + 1);
    for (uint32_t i = pieces_.offsets[place]; i < pieces_.offsets[place + 1]; ++i) {
      const uint32_t length = pieces_.edges[i] & ((1u << kLengthBits) - 1);
      if (place + length > last) break;
      edge(pieces_.edges[i] >> kLengthBits, place + length);
    }
  }

  // E step: the expected count of each piece in the corpus under the current probabilities.
  std::vector<int64_t> expected_counts() {
    std::vector<float> weights(size());
    for (size_t i = 0; i < size(); ++i) {
      weights[i] = static_cast<float>(std::exp(scores_[i] + kScalePerCharacter * pieces_.lengths[i]));
    }
    Accumulators<int64_t> sums(size());
    parallel_for(static_cast<int64_t>(segments_.size()), 512, [&](int64_t begin, int64_t end) {
      auto counts = sums.take();
      std::vector<double> forward, backward;
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        add_expected(i, weights, forward, backward, *counts);
      }
      sums.give(std::move(counts));
    });
    return sums.sum();
  }

  void add_expected(size_t segment, const std::vector<float>& weights, std::vector<double>& forward,
                    std::vector<double>& backward, std::vector<int64_t>& counts) const {
    const uint32_t begin = segments_.begins[segment], end = segments_.end(segment);
    forward.assign(end - begin + 1, 0);
    backward.assign(end - begin + 1, 0);
    forward[0] = 1;
    for (uint32_t at = begin; at < end; ++at) {
      const double here = forward[at - begin];
      for_edges(at, end, [&](uint32_t piece, uint32_t to) {
        forward[to - begin] += here * static_cast<double>(weights[piece]);
      });
    }
    backward[end - begin] = 1;
    const double total = forward[end - begin];
    const double unit = static_cast<double>(segments_.counts[segment]) * kUnit / total;
    for (uint32_t at = end; at-- > begin;) {
      double sum = 0;
      const double here = forward[at - begin] * unit;
      for_edges(at, end, [&](uint32_t piece, uint32_t to) {
        const double onward = static_cast<double>(weights[piece]) * backward[to - begin];
        sum += onward;
        counts[piece] += std::llround(here * onward);
      });
      backward[at - begin] = sum;
    }
  }

  // M step, with the digamma function's sparse prior; pieces with a small expected count are removed.
  void maximise(const std::vector<int64_t>& expected) {
    std::vector<uint8_t> keep(size());
    double total = 0;
    std::vector<double> counts(size());
    for (size_t i = 0; i < size(); ++i) {
      counts[i] = static_cast<double>(expected[i]) / kUnit;
      keep[i] = i < characters_ || counts[i] >= kLowestExpectedCount;
      if (i < characters_) counts[i] = std::max(counts[i], kLowestExpectedCount);
      if (keep[i]) total += counts[i];
    }
    const double log_total = digamma(total);
    for (size_t i = 0; i < size(); ++i) scores_[i] = digamma(std::max(counts[i], 1e-3)) - log_total;
    retain(keep);
  }

  struct Way {
    double score;
    uint32_t piece;
    uint32_t begin;
  };

  // The best pieces of codes [begin, end), last first; `without` is a piece not to use for the whole.
  template <class Visit>
  double best_way(uint32_t begin, uint32_t end, uint32_t without, std::vector<Way>& ways, Visit visit) const {
    ways.assign(end - begin + 1, {-std::numeric_limits<double>::infinity(), 0, 0});
    ways[0].score = 0;
    for (uint32_t at = begin; at < end; ++at) {
      const double here = ways[at - begin].score;
      for_edges(at, end, [&](uint32_t piece, uint32_t to) {
        Way& way = ways[to - begin];
        const double score = here + scores_[piece];
        if (score > way.score && piece != without) way = {score, piece, at};
      });
    }
    for (uint32_t at = end; at > begin; at = ways[at - begin].begin) visit(ways[at - begin].piece);
    return ways[end - begin].score;
  }

  std::vector<int64_t> viterbi_counts() {
    Accumulators<int64_t> sums(size());
    parallel_for(static_cast<int64_t>(segments_.size()), 512, [&](int64_t begin, int64_t end) {
      auto counts = sums.take();
      std::vector<Way> ways;
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        best_way(segments_.begins[i], segments_.end(i), UINT32_MAX, ways,
                 [&](uint32_t piece) { (*counts)[piece] += segments_.counts[i]; });
      }
      sums.give(std::move(counts));
    });
    return sums.sum();
  }

  // Keeps the pieces whose removal would reduce the likelihood of the corpus most, if each occurrence were
  // replaced by the second best segmentation of the piece.
  void prune(size_t wanted) {
    const std::vector<int64_t> counts = viterbi_counts();
    const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    const double log_total = std::log(total);
    constexpr double kGone = -std::numeric_limits<double>::infinity();
    std::vector<double> losses(size(), kGone);
    parallel_for(static_cast<int64_t>(size() - characters_), 512, [&](int64_t begin, int64_t end) {
      std::vector<Way> ways;
      std::vector<uint32_t> parts;
      for (auto i = static_cast<size_t>(begin) + characters_; i < static_cast<size_t>(end) + characters_;
           ++i) {
        if (counts[i] == 0) continue;
        parts.clear();
        const uint32_t place = pieces_.begins[i];
        const double other = best_way(place, place + pieces_.lengths[i], static_cast<uint32_t>(i), ways,
                                      [&](uint32_t piece) { parts.push_back(piece); });
        if (other > scores_[i]) continue;  // not even its own spelling uses it
        const double count = static_cast<double>(counts[i]);
        const double log_sum = std::log(total + count * static_cast<double>(parts.size() - 1));
        double with_parts = 0;
        for (const uint32_t part : parts)
          with_parts += std::log(static_cast<double>(counts[part]) + count) - log_sum;
        losses[i] = count / total * (std::log(count) - log_total - with_parts);
      }
    });
    const size_t target =
        std::max(wanted, static_cast<size_t>(options_.shrinking_factor * static_cast<double>(size())));
    std::vector<uint32_t> order;
    for (size_t i = characters_; i < size(); ++i) {
      if (losses[i] != kGone) order.push_back(static_cast<uint32_t>(i));
    }
    const size_t room = target > characters_ ? target - characters_ : 0;
    if (order.size() > room) {
      std::nth_element(
          order.begin(), order.begin() + static_cast<std::ptrdiff_t>(room), order.end(),
          [&](uint32_t a, uint32_t b) { return losses[a] != losses[b] ? losses[a] > losses[b] : a < b; });
      order.resize(room);
    }
    std::vector<uint8_t> keep(size(), 0);
    std::fill(keep.begin(), keep.begin() + static_cast<std::ptrdiff_t>(characters_), uint8_t{1});
    for (const uint32_t piece : order) keep[piece] = 1;
    retain(keep);
  }

  // Forgets the other pieces; the rest keep their order.
  void retain(const std::vector<uint8_t>& keep) {
    std::vector<uint32_t> renamed(size(), UINT32_MAX);
    uint32_t count = 0;
    for (size_t i = 0; i < keep.size(); ++i) {
      if (!keep[i]) continue;
      renamed[i] = count;
      scores_[count] = scores_[i];
      pieces_.begins[count] = pieces_.begins[i];
      pieces_.lengths[count] = pieces_.lengths[i];
      ++count;
    }
    if (count == keep.size()) return;
    scores_.resize(count);
    pieces_.begins.resize(count);
    pieces_.lengths.resize(count);
    uint32_t out = 0;
    for (size_t place = 0; place + 1 < pieces_.offsets.size(); ++place) {
      const uint32_t first = pieces_.offsets[place], last = pieces_.offsets[place + 1];
      pieces_.offsets[place] = out;
      for (uint32_t i = first; i < last; ++i) {
        const uint32_t edge = pieces_.edges[i];
        const uint32_t name = renamed[edge >> kLengthBits];
        if (name != UINT32_MAX)
          pieces_.edges[out++] = name << kLengthBits | (edge & ((1u << kLengthBits) - 1));
      }
    }
    pieces_.offsets.back() = out;
  }

  std::vector<std::pair<std::string, double>> finish() const {
    std::vector<uint32_t> order(size() - characters_);
    std::iota(order.begin(), order.end(), static_cast<uint32_t>(characters_));
    const auto better = [&](uint32_t a, uint32_t b) {
      return scores_[a] != scores_[b] ? scores_[a] > scores_[b] : a < b;
    };
    std::sort(order.begin(), order.end(), better);
    if (const size_t room = options_.size - std::min(options_.size, characters_); order.size() > room)
      order.resize(room);
    for (uint32_t i = 0; i < characters_; ++i) order.push_back(i);
    std::sort(order.begin(), order.end(), better);
    std::vector<std::pair<std::string, double>> result;
    for (const uint32_t piece : order) {
      std::string text;
      for (uint32_t i = 0; i < pieces_.lengths[piece]; ++i) {
        // A character may not occur at all, when it was put into the alphabet by hand.
        const uint32_t code = piece < characters_ ? piece : character(pieces_.begins[piece] + i);
        append_utf8(text, segments_.alphabet[code]);
      }
      result.emplace_back(std::move(text), scores_[piece]);
    }
    return result;
  }

  Segments segments_;
  const UnigramTraining& options_;
  size_t characters_;
  SeedPieces pieces_;
  std::vector<double> scores_;
};

}  // namespace

std::vector<std::pair<std::string, double>> train_unigram(Segments segments, const UnigramTraining& options) {
  check(!segments.alphabet.empty(), "train: the corpus holds no characters");
  check(options.size >= segments.alphabet.size(),
        "train: {} pieces are fewer than the {} characters of the alphabet; ask for more, or lower the "
        "coverage",
        options.size, segments.alphabet.size());
  return UnigramTrainer(std::move(segments), options).run();
}

double digamma(double x) {
  // ψ(x) = ψ(x + 1) − 1/x up to where the asymptotic series (Abramowitz and Stegun 6.3.18) is exact.
  double result = 0;
  for (; x < 10; ++x) result -= 1 / x;
  const double inverse = 1 / x, square = inverse * inverse;
  return result + std::log(x) - 0.5 * inverse -
         square *
             (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132))));
}

}  // namespace hodhod::text
