// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/norm.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/kernels/kernels.h"
#include "hodhod/kernels/test_values.h"

namespace hodhod::kernels {
namespace {

struct Choice {
  NormKind kind;
  bool residual, affine, keep_sum;
};
const Choice kChoices[] = {{NormKind::layer, false, true, false}, {NormKind::layer, true, true, true},
                           {NormKind::layer, true, false, false}, {NormKind::rms, false, true, false},
                           {NormKind::rms, true, true, true},     {NormKind::rms, true, false, false}};

template <class T>
struct Results {
  std::vector<T> y, sum, mean, scale, dx, dgamma, dbeta;
  std::vector<T> all() const {
    std::vector<T> out;
    for (const auto* part : {&y, &sum, &mean, &scale, &dx, &dgamma, &dbeta}) {
      out.insert(out.end(), part->begin(), part->end());
    }
    return out;
  }
};

template <class T>
Results<T> run(const Choice& choice, int64_t rows, int64_t columns, int64_t skip_rows = 0) {
  const int64_t n = rows * columns, skip = skip_rows * columns;
  auto x = random_values<T>(n + skip, 1), residual = random_values<T>(n + skip, 2),
       dy = random_values<T>(n + skip, 3);
  const auto gamma = random_values<T>(columns, 4), beta = random_values<T>(columns, 5);
  const auto dsum = random_values<T>(n + skip, 6);
  Results<T> r{.y = std::vector<T>(n),
               .sum = std::vector<T>(n),
               .mean = std::vector<T>(rows),
               .scale = std::vector<T>(rows),
               .dx = std::vector<T>(n),
               .dgamma = random_values<T>(columns, 7),
               .dbeta = random_values<T>(columns, 8)};
  cpu_kernels<T>().norm({.kind = choice.kind,
                         .rows = rows,
                         .columns = columns,
                         .epsilon = T(1e-5f),
                         .x = x.data() + skip,
                         .residual = choice.residual ? residual.data() + skip : nullptr,
                         .gamma = choice.affine ? gamma.data() : nullptr,
                         .beta = choice.affine && choice.kind == NormKind::layer ? beta.data() : nullptr,
                         .y = r.y.data(),
                         .sum = choice.keep_sum ? r.sum.data() : nullptr,
                         .mean = choice.kind == NormKind::layer ? r.mean.data() : nullptr,
                         .scale = r.scale.data()});
  cpu_kernels<T>().norm_backward({.kind = choice.kind,
                                  .rows = rows,
                                  .columns = columns,
                                  .s = choice.keep_sum ? r.sum.data() : x.data() + skip,
                                  .gamma = choice.affine ? gamma.data() : nullptr,
                                  .mean = r.mean.data(),
                                  .scale = r.scale.data(),
                                  .dy = dy.data() + skip,
                                  .dsum = choice.keep_sum ? dsum.data() + skip : nullptr,
                                  .dx = r.dx.data(),
                                  .dgamma = choice.affine ? r.dgamma.data() : nullptr,
                                  .dbeta = choice.affine ? r.dbeta.data() : nullptr,
                                  .accumulate_gamma = true});
  return r;
}

TEST(Norm, MatchesTheTwinOnEveryTarget) {
  cpu::for_each_target([&](const char* target) {
    for (const Choice& choice : kChoices) {
      for (int64_t columns : {0, 1, 3, 17, 32, 1000}) {
        for (int64_t rows : {0, 1, 3, 70}) {
          expect_near(run<float>(choice, rows, columns).all(), run<double>(choice, rows, columns).all(), 2e-5,
                      std::to_string(rows) + "×" + std::to_string(columns) + " " + target);
        }
      }
    }
  });
}

TEST(Norm, RowsHaveMeanZeroAndVarianceOne) {
  const Results<float> r = run<float>({NormKind::layer, false, false, false}, 3, 500);
  for (int row = 0; row < 3; ++row) {
    double sum = 0, squares = 0;
    for (int i = 0; i < 500; ++i)
      sum += r.y[row * 500 + i], squares += double{r.y[row * 500 + i]} * r.y[row * 500 + i];
    EXPECT_NEAR(sum / 500, 0, 1e-6);
    EXPECT_NEAR(squares / 500, 1, 1e-4);
  }
}

TEST(Norm, ARowAloneHasTheSameBits) {
  cpu::for_each_target([&](const char* target) {
    for (const Choice& choice : kChoices) {
      const Results<float> whole = run<float>(choice, 64, 77);
      const Results<float> last = run<float>(choice, 1, 77, 63);
      expect_same_bits(last.y, std::vector<float>(whole.y.end() - 77, whole.y.end()), target);
      expect_same_bits(last.dx, std::vector<float>(whole.dx.end() - 77, whole.dx.end()), target);
    }
  });
}

TEST(Norm, ThreadsDoNotChangeBits) {
  for (const Choice& choice : kChoices) {
    expect_threads_agree([&] { return run<float>(choice, 333, 129).all(); });
  }
}

TEST(Norm, LargeMeanKeepsItsVariance) {
  std::vector<float> x(256), y(256);
  for (int i = 0; i < 256; ++i) x[i] = 10000.0f + static_cast<float>(i % 2);
  cpu::norm(
      {.kind = NormKind::layer, .rows = 1, .columns = 256, .epsilon = 1e-5f, .x = x.data(), .y = y.data()});
  for (int i = 0; i < 256; ++i) EXPECT_NEAR(y[i], i % 2 ? 1 : -1, 1e-3);
}

}  // namespace
}  // namespace hodhod::kernels
