// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "hodhod/kernels/attention_test_problem.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels::attention_test {
namespace {

template <class A, class B>
double difference(const std::vector<A>& a, const std::vector<B>& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    const double error = std::abs(x - y) / std::max(1.0, std::abs(y));
    most = std::isnan(error) ? 1e30 : std::max(most, error);
  }
  return most;
}

void expect_attention_near(const Problem<float>& a, const Problem<double>& b, const std::string& what) {
  EXPECT_LT(difference(a.out, b.out), 1e-5) << what;
  EXPECT_LT(difference(a.log2_sum, b.log2_sum), 1e-5) << what;
  EXPECT_LT(difference(a.weights, b.weights), 3e-6) << what;
  EXPECT_LT(difference(a.dq, b.dq), 2e-5) << what;
  EXPECT_LT(difference(a.dkv, b.dkv), 2e-5) << what;
  EXPECT_LT(difference(a.d_distance_bias, b.d_distance_bias), 2e-5) << what;
  EXPECT_LT(difference(a.d_bias, b.d_bias), 2e-5) << what;
}

// Every combination of the options, on sizes that change with it.
std::vector<Options> all_options() {
  const int64_t sizes[][3] = {{7, 7, 8},  {1, 70, 17},  {13, 66, 5}, {31, 129, 4},
                              {6, 1, 33}, {65, 64, 16}, {3, 40, 64}};
  std::vector<Options> all;
  for (int mask = 0; mask < 4; ++mask) {
    for (int bits = 0; bits < 256; ++bits) {
      Options o;
      const auto& size = sizes[all.size() % 7];
      o.queries = size[0], o.keys = size[1], o.head_size = size[2];
      if (mask % 2) o.right = mask == 3 ? 2 : 0;
      if (mask >= 2) o.left = 9;
      o.offset = bits & 1, o.ragged = bits & 2, o.started = bits & 4, o.query_lengths = bits & 8;
      o.distance_bias = bits & 16, o.bias = bits & 32, o.shared_bias = (bits & 32) && mask % 2;
      o.drop = bits & 64 ? 20000 : 0;
      o.heads = bits & 128 ? 4 : 2;
      o.cap = all.size() % 3 == 0 ? 1.5 : 0;
      o.seed = all.size() + 1;
      all.push_back(o);
    }
  }
  return all;
}

std::string describe(const Options& o) {
  std::string text = "seed " + std::to_string(o.seed) + ":";
  for (int64_t n : {o.queries, o.keys, o.head_size}) text += " " + std::to_string(n);
  return text;
}

TEST(Attention, MatchesTheReferenceWithEveryCombinationOfOptions) {
  for (const Options& o : all_options()) {
    Problem<double> exact(o);
    Problem<float> fast(o);
    expect_attention_near(fast.run(), exact.run(), describe(o));
    if (HasFailure()) return;
  }
}

TEST(Attention, MatchesTheReferenceOnEveryTarget) {
  const std::vector<Options> all = all_options();
  for (size_t i = 0; i < all.size(); i += 23) {
    Problem<double> exact(all[i]);
    exact.run();
    cpu::for_each_target([&](const char* target) {
      Problem<float> fast(all[i]);
      expect_attention_near(fast.run(), exact, target + (" " + describe(all[i])));
    });
    if (HasFailure()) return;
  }
}

// Σ out · dout
double loss(Problem<double>& problem) {
  reference::attention(problem.args.forward);
  double sum = 0;
  for (size_t i = 0; i < problem.out.size(); ++i) sum += problem.out[i] * problem.dout[i];
  return sum;
}

void expect_gradient(Problem<double>& problem, std::vector<double>& x, const std::vector<double>& dx) {
  const double h = 1e-5;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || std::isnan(dx[i])) continue;  // padding and gaps
    const double value = x[i];
    x[i] = value + h;
    const double above = loss(problem);
    x[i] = value - h;
    const double below = loss(problem);
    x[i] = value;
    ASSERT_NEAR(dx[i], (above - below) / (2 * h), 1e-7) << i;
  }
}

TEST(Attention, ReferenceGradientIsTheDerivative) {
  for (int bits = 0; bits < 64; ++bits) {
    Options o{.heads = 4, .kv_heads = 2, .queries = 4, .keys = 5, .head_size = 3, .seed = 99};
    if (bits & 1) o.right = 0, o.left = 3;
    o.offset = bits & 2, o.ragged = o.started = o.query_lengths = bits & 4;
    o.distance_bias = o.bias = bits & 8;
    o.drop = bits & 16 ? 30000 : 0;
    o.cap = bits & 32 ? 1.5 : 0;
    Problem<double> problem(o);
    problem.run();
    expect_gradient(problem, problem.q, problem.dq);
    expect_gradient(problem, problem.kv, problem.dkv);
    if (o.bias) {
      expect_gradient(problem, problem.distance_bias, problem.d_distance_bias);
      expect_gradient(problem, problem.bias, problem.d_bias);
    }
    if (HasFailure()) FAIL() << bits;
  }
}

TEST(Attention, AQueryThatSeesNothingGivesZeros) {
  Options o{.queries = 9, .keys = 9};
  o.ragged = true;
  Problem<float> problem(o);
  problem.end = {0, 0};
  problem.run();
  for (float x : problem.out) EXPECT_EQ(x, 0);
  for (float x : problem.log2_sum) EXPECT_EQ(x, -std::numeric_limits<float>::infinity());
  for (float x : problem.dkv) EXPECT_EQ(x, 0);
}

TEST(Attention, ABiasOfMinusInfinityHides) {
  Options o{.queries = 9, .keys = 70};
  o.bias = o.shared_bias = true;
  Problem<double> exact(o);
  Problem<float> fast(o);
  const auto hide = [](auto& problem) {
    using T = std::decay_t<decltype(problem.bias[0])>;
    for (size_t i = 0; i < problem.bias.size(); ++i) {
      if (i < 70 || i % 3 == 0) problem.bias[i] = -std::numeric_limits<T>::infinity();
    }
  };
  hide(exact);
  hide(fast);
  expect_attention_near(fast.run(), exact.run(), "hidden");
  for (int64_t d = 0; d < 16; ++d) EXPECT_EQ(fast.out[static_cast<size_t>(d)], 0);
}

TEST(Attention, NanAndInfinityReachThoseWhoSeeThemAndNobodyElse) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (float poison : {inf, -inf, nan}) {
    Options o{.batch = 1, .heads = 1, .kv_heads = 1, .queries = 20, .keys = 20, .head_size = 8, .right = 0};
    Problem<float> clean(o), value(o), query(o);
    cpu::attention(clean.args.forward);
    value.kv[10 * 16 + 8 + 3] = poison;  // v[10, 3]
    cpu::attention(value.args.forward);
    query.q[10 * 11 + 3] = poison;  // q[10, 3]
    cpu::attention(query.args.forward);
    for (size_t i = 0; i < 20; ++i) {
      for (size_t d = 0; d < 8; ++d) {
        const size_t at = i * 8 + d;
        if (i >= 10 && d == 3) {
          EXPECT_FALSE(std::isfinite(value.out[at])) << i;
        } else {
          EXPECT_EQ(value.out[at], clean.out[at]) << i;
        }
        if (i == 10) {
          EXPECT_TRUE(std::isnan(query.out[at]));
        } else {
          EXPECT_EQ(query.out[at], clean.out[at]) << i;
        }
      }
    }
  }
}

TEST(Attention, DropsTheRightShareAndKeepsTheMean) {
  Options o{.batch = 1, .heads = 2, .kv_heads = 2, .queries = 100, .keys = 200, .head_size = 1};
  o.drop = 16384;
  Problem<float> problem(o);
  std::fill(problem.q.begin(), problem.q.end(), 0.0f);
  std::fill(problem.kv.begin(), problem.kv.end(), 1.0f);
  cpu::attention(problem.args.forward);
  double sum = 0;
  for (float x : problem.out) sum += x;
  // Each output is a mean of 200 zeros and 4/3s: one of 200 has the deviation 0.041, their mean 0.003.
  EXPECT_NEAR(sum / 200, 1, 0.01);
  const auto [least, most] = std::minmax_element(problem.out.begin(), problem.out.end());
  EXPECT_NEAR(*most - *least, 0.25, 0.1);
}

TEST(Attention, NothingToDo) {
  for (int64_t keys : {0, 5}) {
    for (int64_t batch : {0, 1}) {
      Options o{.batch = batch, .queries = keys == 0 ? 3 : 0, .keys = keys};
      Problem<float> problem(o);
      problem.run();
      for (float x : problem.out) EXPECT_EQ(x, 0);
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels::attention_test
