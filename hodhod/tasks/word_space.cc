// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_space.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/kernels.h"

namespace hodhod {
namespace {

// Questions that are answered together: what their products take stays small.
constexpr int64_t kTogether = 128;
constexpr int kMostRounds = 100;

double inner_product_of(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// y [n, words] = queries [n, C] · unitᵀ, of the first words.
void products(const float* queries, int64_t n, const Tensor& unit, int64_t words, float* y) {
  kernels::cpu_kernels<float>().product(
      {.m = n,
       .n = words,
       .k = unit.dim(1),
       .a = {.data = queries, .stride = unit.dim(1)},
       .b = {.data = unit.data<float>(), .stride = unit.dim(1), .transpose = true},
       .c = y,
       .c_stride = words});
}

// One run of spherical k-means.
struct KMeans {
  std::vector<int64_t> group;  // of each word
  double tightness = 0;        // the sum of cosines with the own group's centre
};

std::vector<float> first_centres(const WordSpace& words, int64_t groups, Rng& rng) {
  const int64_t n = words.size(), width = words.width();
  std::vector<float> centres;
  std::vector<double> distance(static_cast<size_t>(n), 2.0);  // 1 − cosine with the nearest centre so far
  auto next = static_cast<int64_t>(rng.below(static_cast<uint64_t>(n)));
  for (int64_t g = 0; g < groups; ++g) {
    const auto centre = words.vector(next);
    centres.insert(centres.end(), centre.begin(), centre.end());
    double total = 0;
    for (int64_t w = 0; w < n; ++w) {
      double& own = distance[static_cast<size_t>(w)];
      own = std::min(own, std::max(0.0, 1 - inner_product_of(words.vector(w), centre)));
      total += own;
    }
    double mark = rng.uniform_double() * total;
    for (next = 0; next + 1 < n && mark >= distance[static_cast<size_t>(next)]; ++next)
      mark -= distance[static_cast<size_t>(next)];
  }
  check(std::ssize(centres) == groups * width, "k-means: {} centres", groups);
  return centres;
}

KMeans k_means(const WordSpace& words, int64_t groups, Rng rng) {
  const int64_t n = words.size(), width = words.width();
  Tensor centres = Tensor::from(first_centres(words, groups, rng), {groups, width});
  KMeans result{std::vector<int64_t>(static_cast<size_t>(n), -1)};
  std::vector<float> scores(static_cast<size_t>(n * groups));
  for (int round = 0; round < kMostRounds; ++round) {
    products(words.vector(0).data(), n, centres, groups, scores.data());
    bool changed = false;
    result.tightness = 0;
    std::vector<double> sums(static_cast<size_t>(groups * width), 0.0);
    for (int64_t w = 0; w < n; ++w) {
      const float* row = scores.data() + w * groups;
      const int64_t best = std::max_element(row, row + groups) - row;
      changed = changed || best != result.group[static_cast<size_t>(w)];
      result.group[static_cast<size_t>(w)] = best;
      result.tightness += row[best];
      const auto vector = words.vector(w);
      for (int64_t c = 0; c < width; ++c)
        sums[static_cast<size_t>(best * width + c)] += vector[static_cast<size_t>(c)];
    }
    if (!changed) break;
    for (int64_t g = 0; g < groups; ++g) {
      const std::vector<float> mean(sums.begin() + g * width, sums.begin() + (g + 1) * width);
      const auto unit = to_length_one(mean);
      std::copy(unit.begin(), unit.end(), centres.data<float>() + g * width);
    }
  }
  return result;
}

}  // namespace

std::vector<float> to_length_one(std::span<const float> vector) {
  std::vector<float> unit(vector.begin(), vector.end());
  const double length = std::sqrt(inner_product_of(vector, vector));
  if (length > 0) {
    for (float& value : unit) value = static_cast<float>(value / length);
  }
  return unit;
}

double cosine_of(std::span<const float> a, std::span<const float> b) {
  const double lengths = std::sqrt(inner_product_of(a, a) * inner_product_of(b, b));
  return lengths > 0 ? inner_product_of(a, b) / lengths : 0;
}

WordSpace::WordSpace(const Tensor& vectors) : unit_(vectors.clone()) {
  check(vectors.rank() == 2, "word space: vectors of shape {}", to_string(vectors.shape()));
  parallel_for(size(), 256, [&](int64_t begin, int64_t end) {
    for (int64_t w = begin; w < end; ++w) {
      const auto unit = to_length_one(vector(w));
      std::copy(unit.begin(), unit.end(), unit_.data<float>() + w * width());
    }
  });
}

std::span<const float> WordSpace::vector(int64_t word) const {
  return {unit_.data<float>() + word * width(), static_cast<size_t>(width())};
}

std::vector<NearWord> WordSpace::nearest(std::span<const float> query, int64_t count,
                                         std::span<const int64_t> without, int64_t limit) const {
  const int64_t words = std::min(limit, size());
  const auto unit = to_length_one(query);
  std::vector<float> scores(static_cast<size_t>(words));
  products(unit.data(), 1, unit_, words, scores.data());
  std::vector<NearWord> found;
  for (int64_t w = 0; w < words; ++w) {
    if (std::find(without.begin(), without.end(), w) == without.end())
      found.push_back({w, scores[static_cast<size_t>(w)]});
  }
  const auto most = std::min<int64_t>(count, std::ssize(found));
  std::partial_sort(found.begin(), found.begin() + most, found.end(),
                    [](const NearWord& a, const NearWord& b) {
                      return a.cosine != b.cosine ? a.cosine > b.cosine : a.word < b.word;
                    });
  found.resize(static_cast<size_t>(most));
  return found;
}

AnalogyScore WordSpace::score(std::span<const Analogy> questions, int64_t limit) const {
  const int64_t words = std::min(limit, size()), c = width();
  AnalogyScore total{.asked = std::ssize(questions)};
  std::vector<float> queries(static_cast<size_t>(kTogether * c)),
      scores(static_cast<size_t>(kTogether * words));
  for (int64_t begin = 0; begin < std::ssize(questions); begin += kTogether) {
    const int64_t n = std::min(kTogether, std::ssize(questions) - begin);
    for (int64_t q = 0; q < n; ++q) {
      const auto& [a, b, like, answer] = questions[static_cast<size_t>(begin + q)];
      for (int64_t i = 0; i < c; ++i) {
        const auto at = static_cast<size_t>(i);
        queries[static_cast<size_t>(q * c + i)] = vector(b)[at] - vector(a)[at] + vector(like)[at];
      }
    }
    products(queries.data(), n, unit_, words, scores.data());
    for (int64_t q = 0; q < n; ++q) {
      const Analogy& question = questions[static_cast<size_t>(begin + q)];
      float* row = scores.data() + q * words;
      for (int i = 0; i < 3; ++i) row[question[static_cast<size_t>(i)]] = -1e30f;
      total.right += std::max_element(row, row + words) - row == question[3];
    }
  }
  return total;
}

double cluster_purity(const WordSpace& words, std::span<const int64_t> categories, int64_t starts,
                      uint64_t seed) {
  const int64_t groups = *std::max_element(categories.begin(), categories.end()) + 1;
  KMeans best;
  for (int64_t start = 0; start < starts; ++start) {
    KMeans run = k_means(words, groups, Rng(seed).fork(static_cast<uint64_t>(start)));
    if (start == 0 || run.tightness > best.tightness) best = std::move(run);
  }
  std::vector<int64_t> table(static_cast<size_t>(groups * groups), 0);  // [group, category]
  for (size_t w = 0; w < categories.size(); ++w)
    ++table[static_cast<size_t>(best.group[w] * groups + categories[w])];
  int64_t right = 0;
  for (int64_t g = 0; g < groups; ++g)
    right += *std::max_element(table.begin() + g * groups, table.begin() + (g + 1) * groups);
  return static_cast<double>(right) / static_cast<double>(categories.size());
}

}  // namespace hodhod
