// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/negative_sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

constexpr int64_t kOutputRows = 9, kHiddenRows = 5;

// Examples with 0 to 19 targets.
template <class T>
struct SamplingProblem {
  SamplingProblem(int64_t examples, int64_t width) : columns(width) {
    Rng rng(8);
    for (int64_t e = 0; e < examples; ++e) {
      hidden_row.push_back(static_cast<int32_t>(rng.below(kHiddenRows)));
      for (uint64_t n = rng.below(20); n > 0; --n) {
        rows.push_back(static_cast<int32_t>(rng.below(kOutputRows)));
        times.push_back(static_cast<T>(rng.below(2) == 0 ? 1.0 : -1.0 - static_cast<double>(rng.below(6))));
      }
      begin.push_back(static_cast<int32_t>(rows.size()));
    }
    hidden = random_values<T>(kHiddenRows * columns, 1);
    table = random_values<T>(kOutputRows * columns, 2);
    for (T& value : hidden) value /= static_cast<T>(8);
  }

  // The coefficients, then the steps.
  std::vector<T> run() const {
    const auto examples = static_cast<int64_t>(hidden_row.size());
    std::vector<T> result(rows.size() + hidden_row.size() * static_cast<size_t>(columns));
    cpu_kernels<T>().negative_sampling({.examples = examples,
                                        .columns = columns,
                                        .rate = static_cast<T>(0.25),
                                        .hidden = hidden.data(),
                                        .hidden_row = hidden_row.data(),
                                        .begin = begin.data(),
                                        .rows = rows.data(),
                                        .times = times.data(),
                                        .table = table.data(),
                                        .coefficient = result.data(),
                                        .step = result.data() + rows.size()});
    return result;
  }
  // By its definition.
  double loss() const {
    double sum = 0;
    for (size_t e = 0; e < hidden_row.size(); ++e) {
      for (int32_t t = begin[e]; t < begin[e + 1]; ++t) {
        double dot = 0;
        for (int64_t c = 0; c < columns; ++c)
          dot += hidden[hidden_row[e] * columns + c] * table[rows[t] * columns + c];
        sum += times[t] > 0 ? -times[t] * std::log(1 / (1 + std::exp(-dot)))
                            : times[t] * std::log(1 / (1 + std::exp(dot)));
      }
    }
    return sum;
  }

  int64_t columns;
  std::vector<int32_t> hidden_row, begin = {0}, rows;
  std::vector<T> times, hidden, table;
};

TEST(NegativeSampling, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (int64_t columns : {1, 7, 16, 100, 112, 300}) {
      for (int64_t examples : {0, 1, 40}) {
        expect_near(SamplingProblem<float>(examples, columns).run(),
                    SamplingProblem<double>(examples, columns).run(), 2e-5,
                    std::to_string(examples) + "×" + std::to_string(columns) + " " + target);
      }
    }
  });
}

TEST(NegativeSampling, StepsAreTheGradientOfTheLoss) {
  SamplingProblem<double> problem(6, 5);
  const auto result = problem.run();
  constexpr double kStep = 1e-6, kRate = 0.25;
  // Of every number of both tables: what the steps add to it.
  std::vector<double> to_hidden(problem.hidden.size()), to_table(problem.table.size());
  for (size_t e = 0; e < problem.hidden_row.size(); ++e) {
    for (int64_t c = 0; c < 5; ++c) {
      const size_t h = problem.hidden_row[e] * 5 + c;
      to_hidden[h] += result[problem.rows.size() + e * 5 + c];
      for (int32_t t = problem.begin[e]; t < problem.begin[e + 1]; ++t)
        to_table[problem.rows[t] * 5 + c] += result[t] * problem.hidden[h];
    }
  }
  const auto slope = [&](double& value) {
    const double kept = std::exchange(value, value + kStep);
    const double above = problem.loss();
    value = kept - kStep;
    const double below = problem.loss();
    value = kept;
    return (above - below) / (2 * kStep);
  };
  for (size_t i = 0; i < to_hidden.size(); ++i)
    EXPECT_NEAR(to_hidden[i], -kRate * slope(problem.hidden[i]), 1e-6);
  for (size_t i = 0; i < to_table.size(); ++i)
    EXPECT_NEAR(to_table[i], -kRate * slope(problem.table[i]), 1e-6);
}

TEST(NegativeSampling, DoesNotDependOnThreads) {
  expect_threads_agree([] { return SamplingProblem<float>(300, 112).run(); });
}

}  // namespace
}  // namespace hodhod::kernels
