// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/crf.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

constexpr int64_t kCrfLabels = 3, kCrfSteps = 4;

CrfWeights random_crf(DType dtype = DType::f64) {
  return {random_tensor({kCrfLabels, kCrfLabels}, 1, dtype), random_tensor({kCrfLabels}, 2, dtype),
          random_tensor({kCrfLabels}, 3, dtype)};
}

// Every sequence of labels with its score, by the definition.
struct Enumerated {
  std::vector<std::vector<int64_t>> sequences;
  std::vector<double> scores;
  double partition = 0;

  Enumerated(const Tensor& emissions, const CrfWeights& w, int64_t steps) {
    const auto e = emissions.values(), a = w.transitions.values(), s = w.start.values(), z = w.end.values();
    int64_t count = 1;
    for (int64_t t = 0; t < steps; ++t) count *= kCrfLabels;
    for (int64_t code = 0; code < count; ++code) {
      std::vector<int64_t> y;
      for (int64_t t = 0, rest = code; t < steps; ++t, rest /= kCrfLabels) y.push_back(rest % kCrfLabels);
      double score = s[static_cast<size_t>(y[0])] + z[static_cast<size_t>(y.back())];
      for (int64_t t = 0; t < steps; ++t) {
        const int64_t label = y[static_cast<size_t>(t)];
        score += e[static_cast<size_t>(t * kCrfLabels + label)];
        if (t > 0) score += a[static_cast<size_t>(y[static_cast<size_t>(t) - 1] * kCrfLabels + label)];
      }
      partition += std::exp(score);
      sequences.push_back(std::move(y));
      scores.push_back(score);
    }
  }
};

Tensor row_of(const Tensor& x, int64_t row) {
  const int64_t size = x.numel() / x.dim(0);
  const auto all = x.values();
  return Tensor::from(std::vector<double>(all.begin() + row * size, all.begin() + (row + 1) * size),
                      {x.dim(1), x.dim(2)});
}

TEST(Crf, AgreesWithTheSumOverAllSequences) {
  const Tensor emissions = random_tensor({3, kCrfSteps, kCrfLabels}, 4);
  const std::vector<int64_t> labels = {2, 0, 1, 1, 0, 2, 9, 9, 1, -1, -1, -1}, lengths = {4, 2, 1};
  const HostArray given(Tensor::from(lengths, {3}));
  const CrfWeights weights = random_crf();
  const auto losses = crf_loss(emissions, Tensor::from(labels, {3, kCrfSteps}), weights, given).values();
  const auto marginals = crf_log_marginals(emissions, weights, given).values();
  for (int64_t row = 0; row < 3; ++row) {
    const int64_t steps = lengths[static_cast<size_t>(row)];
    const Enumerated all(row_of(emissions, row), weights, steps);
    const auto begin = labels.begin() + row * kCrfSteps;
    const std::vector<int64_t> gold(begin, begin + steps);
    const auto at = std::find(all.sequences.begin(), all.sequences.end(), gold) - all.sequences.begin();
    EXPECT_NEAR(losses[static_cast<size_t>(row)],
                std::log(all.partition) - all.scores[static_cast<size_t>(at)], 1e-10);
    for (int64_t t = 0; t < kCrfSteps; ++t) {
      for (int64_t l = 0; l < kCrfLabels; ++l) {
        double sum = 0;
        for (size_t i = 0; i < all.scores.size(); ++i) {
          if (t < steps && all.sequences[i][static_cast<size_t>(t)] == l) sum += std::exp(all.scores[i]);
        }
        const double marginal = marginals[static_cast<size_t>((row * kCrfSteps + t) * kCrfLabels + l)];
        EXPECT_NEAR(std::exp(marginal), sum / all.partition, 1e-10) << row << " " << t << " " << l;
      }
    }
  }
}

TEST(Crf, GradientsAgreeWithFiniteDifferences) {
  const Tensor labels = Tensor::from(std::vector<int64_t>{2, 0, 1, 1, 0, 2, 9, 9}, {2, kCrfSteps});
  const HostArray lengths(Tensor::from(std::vector<int64_t>{4, 2}, {2}));
  const CrfWeights w = random_crf();
  const auto result = gradcheck(
      [&](Inputs inputs) {
        return crf_loss(inputs[0], labels, {inputs[1], inputs[2], inputs[3]}, lengths);
      },
      {random_tensor({2, kCrfSteps, kCrfLabels}, 4), w.transitions, w.start, w.end});
  EXPECT_TRUE(result.passed) << result.message;
}

TEST(Crf, ASequenceHasTheSameBitsAloneAndOnAnyNumberOfThreads) {
  const Tensor emissions = random_tensor({5, kCrfSteps, kCrfLabels}, 6, DType::f32);
  const std::vector<int64_t> row = {0, 1, 2, 1};
  std::vector<int64_t> labels;
  for (int i = 0; i < 5; ++i) labels.insert(labels.end(), row.begin(), row.end());
  const CrfWeights weights = random_crf(DType::f32);
  const auto together = crf_loss(emissions, Tensor::from(labels, {5, kCrfSteps}), weights).values<float>();
  const int before = thread_count();
  for (const int threads : {1, 3, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(crf_loss(emissions, Tensor::from(labels, {5, kCrfSteps}), weights).values<float>(), together);
  }
  set_thread_count(before);
  for (int64_t i = 0; i < 5; ++i) {
    const Tensor alone = row_of(emissions, i).converted(DType::f32).reshaped({1, kCrfSteps, kCrfLabels});
    EXPECT_EQ(crf_loss(alone, Tensor::from(row, {1, kCrfSteps}), weights).values<float>()[0],
              together[static_cast<size_t>(i)]);
  }
}

TEST(Crf, BestLabelsHaveTheGreatestScoreThatTheRuleAllows) {
  const CrfWeights weights = random_crf();
  for (uint64_t seed = 10; seed < 30; ++seed) {
    const Tensor emissions = random_tensor({kCrfSteps, kCrfLabels}, seed);
    const Enumerated all(emissions, weights, kCrfSteps);
    for (const LabelRule& rule :
         {LabelRule([](int64_t, int64_t) { return true; }),
          LabelRule([](int64_t from, int64_t to) { return to != 2 || from == 1 || from == 2; })}) {
      double best = -1e30;
      std::vector<int64_t> expected;
      for (size_t i = 0; i < all.scores.size(); ++i) {
        bool permitted = true;
        for (size_t t = 0; t < all.sequences[i].size(); ++t)
          permitted = permitted && rule(t == 0 ? -1 : all.sequences[i][t - 1], all.sequences[i][t]);
        if (!permitted || all.scores[i] <= best) continue;
        best = all.scores[i];
        expected = all.sequences[i];
      }
      EXPECT_EQ(best_labels(emissions, &weights, rule), expected) << "seed " << seed;
    }
  }
}

TEST(Crf, RefusesWhatDoesNotFit) {
  const Tensor emissions = random_tensor({1, 2, kCrfLabels}, 1);
  const CrfWeights weights = random_crf();
  const auto loss_of = [&](std::vector<int64_t> labels, const CrfWeights& w) {
    return [&emissions, labels, w] { crf_loss(emissions, Tensor::from(labels, {1, 2}), w); };
  };
  expect_error(loss_of({0, 3}, weights), "label 3 at step 1");
  expect_error(loss_of({0, 1}, {weights.start, weights.start, weights.end}), "transitions");
}

}  // namespace
}  // namespace hodhod
