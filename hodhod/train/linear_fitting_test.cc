// SPDX-License-Identifier: Apache-2.0
// Against Newton's method on a dense twin in double precision.
#include "hodhod/train/linear_fitting.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

using Matrix = std::vector<std::vector<double>>;

struct SmallProblem {
  SparseRows rows;
  Matrix dense;  // [texts, features + 1]; the last column is 1, for the bias
};

SmallProblem small_problem(int64_t texts, int64_t features) {
  SmallProblem problem;
  problem.rows.features = features;
  Rng rng(5);
  for (int64_t i = 0; i < texts; ++i) {
    std::vector<int64_t> ids;
    std::vector<float> values;
    std::vector<double> dense(static_cast<size_t>(features) + 1);
    dense.back() = 1;
    for (int64_t f = 0; f < features; ++f) {
      if (rng.uniform() < 0.5f) continue;
      ids.push_back(f);
      values.push_back(rng.uniform() + 0.25f);
      dense[static_cast<size_t>(f)] = double{values.back()};
    }
    problem.rows.add(ids, values);
    problem.dense.push_back(dense);
  }
  return problem;
}

LinearTargets random_targets(ProblemKind kind, int64_t texts, int64_t labels) {
  LinearTargets targets{.problem = kind, .labels = labels};
  Rng rng(6);
  for (int64_t i = 0; i < texts; ++i) {
    std::vector<double> target;
    if (kind == ProblemKind::single_label) {
      target = {static_cast<double>(rng.below(static_cast<uint64_t>(labels)))};
    } else {
      for (int64_t l = 0; l < labels; ++l)
        target.push_back(kind == ProblemKind::regression ? rng.normal() : static_cast<double>(rng.below(2)));
    }
    targets.targets.push_back(target);
  }
  return targets;
}

// Solves a·x = b by elimination with pivots.
std::vector<double> solved(Matrix a, std::vector<double> b) {
  const size_t n = b.size();
  for (size_t c = 0; c < n; ++c) {
    size_t pivot = c;
    for (size_t r = c + 1; r < n; ++r) pivot = std::abs(a[r][c]) > std::abs(a[pivot][c]) ? r : pivot;
    std::swap(a[c], a[pivot]);
    std::swap(b[c], b[pivot]);
    for (size_t r = c + 1; r < n; ++r) {
      const double factor = a[r][c] / a[c][c];
      for (size_t k = c; k < n; ++k) a[r][k] -= factor * a[c][k];
      b[r] -= factor * b[c];
    }
  }
  for (size_t c = n; c-- > 0;) {
    for (size_t k = c + 1; k < n; ++k) b[c] -= a[c][k] * b[k];
    b[c] /= a[c][c];
  }
  return b;
}

// Newton's method on ½‖w‖² + C Σ loss over w [K, F + 1], the last of each row the bias, which is not
// penalised. Columns are joined by the softmax if `softmax`; otherwise each is a logistic regression of its
// own. targets [texts, K] are 0 or 1.
Matrix newton(const Matrix& x, const Matrix& targets, double c, bool softmax) {
  const size_t width = x[0].size(), columns = targets[0].size(), n = width * columns;
  std::vector<double> w(n);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> gradient(n);
    Matrix hessian(n, std::vector<double>(n));
    for (size_t i = 0; i < n; ++i) {
      const bool bias = i % width == width - 1;
      gradient[i] = bias ? 0 : w[i];
      hessian[i][i] = bias ? 1e-9 : 1;  // a softmax does not see a number that is added to all biases
    }
    for (size_t t = 0; t < x.size(); ++t) {
      std::vector<double> p(columns);
      double sum = 0;
      for (size_t k = 0; k < columns; ++k) {
        double z = 0;
        for (size_t f = 0; f < width; ++f) z += w[k * width + f] * x[t][f];
        sum += p[k] = softmax ? std::exp(z) : 1 / (1 + std::exp(-z));
      }
      for (double& value : p) value = softmax ? value / sum : value;
      for (size_t k = 0; k < columns; ++k) {
        for (size_t f = 0; f < width; ++f) gradient[k * width + f] += c * (p[k] - targets[t][k]) * x[t][f];
        for (size_t l = 0; l < columns; ++l) {
          if (!softmax && k != l) continue;
          const double curve = p[k] * ((k == l ? 1 : 0) - (softmax || k == l ? p[l] : 0));
          for (size_t f = 0; f < width; ++f) {
            for (size_t g = 0; g < width; ++g)
              hessian[k * width + f][l * width + g] += c * curve * x[t][f] * x[t][g];
          }
        }
      }
    }
    const std::vector<double> step = solved(hessian, gradient);
    for (size_t i = 0; i < n; ++i) w[i] -= step[i];
  }
  Matrix rows;
  for (size_t k = 0; k < columns; ++k)
    rows.emplace_back(w.begin() + static_cast<ptrdiff_t>(k * width),
                      w.begin() + static_cast<ptrdiff_t>((k + 1) * width));
  return rows;
}

LinearForm form_for(int64_t features, int64_t labels) {
  return {.table = Tensor::zeros({features, labels}), .bias = Tensor::zeros({labels})};
}

void run(LinearFitting& fitting) {
  while (!fitting.finished()) fitting.advance();
  EXPECT_TRUE(fitting.converged());
  fitting.publish();
}

// The logit of label l for a text of the twin.
double logit(const LinearForm& form, const std::vector<double>& text, int64_t l) {
  double z = double{form.bias.data<float>()[l]};
  const int64_t labels = form.table.dim(1);
  for (size_t f = 0; f + 1 < text.size(); ++f)
    z += text[f] * double{form.table.data<float>()[static_cast<int64_t>(f) * labels + l]};
  return z;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST(LinearFitting, TwoLabelsAreOneLogisticRegression) {
  const SmallProblem problem = small_problem(60, 5);
  const LinearTargets targets = random_targets(ProblemKind::single_label, 60, 2);
  for (const double c : {0.1, 1.0, 30.0}) {
    const LinearForm form = form_for(5, 2);
    LinearFitting fitting(form, problem.rows, targets, {.c = c, .tolerance = 1e-7});
    run(fitting);
    const Matrix w = newton(problem.dense, targets.targets, c, false);
    for (const auto& text : problem.dense)
      EXPECT_NEAR(logit(form, text, 1) - logit(form, text, 0), product(w[0], text), 1e-4) << c;
  }
}

TEST(LinearFitting, SeveralLabelsAreOneSoftmax) {
  const SmallProblem problem = small_problem(80, 4);
  const LinearTargets targets = random_targets(ProblemKind::single_label, 80, 3);
  Matrix one_hot;
  for (const auto& target : targets.targets) {
    one_hot.emplace_back(3, 0.0);
    one_hot.back()[static_cast<size_t>(target[0])] = 1;
  }
  const LinearForm form = form_for(4, 3);
  LinearFitting fitting(form, problem.rows, targets, {.c = 2, .tolerance = 1e-7});
  run(fitting);
  const Matrix w = newton(problem.dense, one_hot, 2, true);
  for (const auto& text : problem.dense) {
    for (const int64_t l : {1, 2}) {
      EXPECT_NEAR(logit(form, text, l) - logit(form, text, 0),
                  product(w[static_cast<size_t>(l)], text) - product(w[0], text), 1e-4);
    }
  }
}

TEST(LinearFitting, LabelsOfAnyNumberAreALogisticRegressionEach) {
  const SmallProblem problem = small_problem(60, 4);
  const LinearTargets targets = random_targets(ProblemKind::multi_label, 60, 2);
  const LinearForm form = form_for(4, 2);
  LinearFitting fitting(form, problem.rows, targets, {.tolerance = 1e-7});
  run(fitting);
  const Matrix w = newton(problem.dense, targets.targets, 1, false);
  for (const auto& text : problem.dense) {
    for (const int64_t l : {0, 1})
      EXPECT_NEAR(logit(form, text, l), product(w[static_cast<size_t>(l)], text), 1e-4);
  }
}

// ½‖w‖² + C Σ ½ (z − y)²: the normal equations.
TEST(LinearFitting, NumbersAreRidgeRegression) {
  const SmallProblem problem = small_problem(50, 4);
  const LinearTargets targets = random_targets(ProblemKind::regression, 50, 1);
  const LinearForm form = form_for(4, 1);
  LinearFitting fitting(form, problem.rows, targets, {.c = 3, .tolerance = 1e-7});
  run(fitting);
  Matrix a(5, std::vector<double>(5));
  std::vector<double> b(5);
  for (size_t f = 0; f < 4; ++f) a[f][f] = 1;
  for (size_t t = 0; t < problem.dense.size(); ++t) {
    for (size_t f = 0; f < 5; ++f) {
      b[f] += 3 * problem.dense[t][f] * targets.targets[t][0];
      for (size_t g = 0; g < 5; ++g) a[f][g] += 3 * problem.dense[t][f] * problem.dense[t][g];
    }
  }
  const std::vector<double> w = solved(a, b);
  for (const auto& text : problem.dense) EXPECT_NEAR(logit(form, text, 0), product(w, text), 1e-5);
}

TEST(LinearFitting, WeightsOfLabelsAreRepetitions) {
  const SmallProblem problem = small_problem(40, 3);
  LinearTargets weighted = random_targets(ProblemKind::single_label, 40, 2), repeated = weighted;
  weighted.label_weights = {1, 3};
  SparseRows rows = problem.rows;
  for (size_t i = 0; i < 40; ++i) {
    const auto begin = static_cast<size_t>(problem.rows.starts[i]),
               end = static_cast<size_t>(problem.rows.starts[i + 1]);
    for (int more = 0; more < 2 && weighted.targets[i][0] == 1; ++more) {
      const std::vector<int64_t> ids(problem.rows.ids.begin() + static_cast<ptrdiff_t>(begin),
                                     problem.rows.ids.begin() + static_cast<ptrdiff_t>(end));
      rows.add(ids, std::span(problem.rows.values).subspan(begin, end - begin));
      repeated.targets.push_back({1});
    }
  }
  const LinearForm one = form_for(3, 2), other = form_for(3, 2);
  LinearFitting a(one, problem.rows, weighted, {.tolerance = 1e-8}),
      b(other, rows, repeated, {.tolerance = 1e-8});
  run(a);
  run(b);
  for (const auto& text : problem.dense) EXPECT_NEAR(logit(one, text, 1), logit(other, text, 1), 1e-5);
}

// p = 1 + (2, 1), q = 1 + (0, 1): r = ln(3/5 ÷ 1/3), ln(2/5 ÷ 2/3).
TEST(LinearFitting, LogRatios) {
  SparseRows rows{.features = 2};
  const LinearTargets targets{.labels = 2, .targets = {{1}, {1}, {0}}};
  rows.add(std::vector<int64_t>{0, 1}, std::vector<float>{1, 1});
  rows.add(std::vector<int64_t>{0}, std::vector<float>{1});
  rows.add(std::vector<int64_t>{1}, std::vector<float>{1});
  const std::vector<double> r = log_ratios(rows, targets, 1);
  ASSERT_EQ(r.size(), 2u);
  EXPECT_NEAR(r[0], std::log(9.0 / 5), 1e-12);
  EXPECT_NEAR(r[1], std::log(3.0 / 5), 1e-12);
  // A feature that is no count changes no other's ratio.
  SparseRows more{.features = 3, .plain = 1};
  for (int64_t i = 0; i < rows.rows(); ++i) {
    const auto begin = rows.starts[static_cast<size_t>(i)], end = rows.starts[static_cast<size_t>(i) + 1];
    std::vector<int64_t> ids(rows.ids.begin() + begin, rows.ids.begin() + end);
    std::vector<float> values(rows.values.begin() + begin, rows.values.begin() + end);
    ids.push_back(2);
    values.push_back(-1.5f);
    more.add(ids, values);
  }
  EXPECT_EQ(log_ratios(more, targets, 1), (std::vector<double>{r[0], r[1], 1}));
}

// With x ∘ r as the data, the weights are r ∘ w; and the interpolation draws w to its mean.
TEST(LinearFitting, LogRatiosMultiplyTheFeatures) {
  const SmallProblem problem = small_problem(50, 3);
  const LinearTargets targets = random_targets(ProblemKind::single_label, 50, 2);
  const std::vector<double> r = log_ratios(problem.rows, targets, 1);
  Matrix scaled = problem.dense;
  for (auto& text : scaled) {
    for (size_t f = 0; f < 3; ++f) text[f] *= r[f];
  }
  std::vector<double> w = newton(scaled, targets.targets, 5, false)[0];
  for (const double beta : {1.0, 0.25}) {
    LinearForm form = form_for(3, 2);
    form.log_ratio = true;
    form.interpolation = beta;
    LinearFitting fitting(form, problem.rows, targets, {.c = 5, .tolerance = 1e-7});
    run(fitting);
    const double mean = (std::abs(w[0]) + std::abs(w[1]) + std::abs(w[2])) / 3;
    for (size_t f = 0; f < 3; ++f) {
      const auto* row = form.table.data<float>() + 2 * f;
      EXPECT_NEAR(double{row[1] - row[0]}, r[f] * ((1 - beta) * mean + beta * w[f]), 1e-4) << beta;
    }
  }
}

TEST(LinearFitting, StoppedAndOnAnyThreadsTheBitsAreTheSame) {
  const SmallProblem problem = small_problem(3000, 40);
  const LinearTargets targets = random_targets(ProblemKind::single_label, 3000, 3);
  const auto weights = [&](int threads, int64_t stop) {
    set_thread_count(threads);
    const LinearForm form = form_for(40, 3);
    auto fitting =
        std::make_unique<LinearFitting>(form, problem.rows, targets, SolverOptions{.tolerance = 1e-6});
    for (int64_t i = 0; i < stop && !fitting->finished(); ++i) fitting->advance();
    FittingState state;
    fitting->store(state);
    fitting = std::make_unique<LinearFitting>(form, problem.rows, targets, SolverOptions{.tolerance = 1e-6});
    fitting->restore(state);
    run(*fitting);
    return form.table.values<float>();
  };
  const int before = thread_count();
  const auto one = weights(1, 0);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(weights(threads, threads), one);
  set_thread_count(before);
}

}  // namespace
}  // namespace hodhod
