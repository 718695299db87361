// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/copying.h"

#include <cmath>
#include <vector>

#include "hodhod/ops/loss.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

constexpr int64_t kWords = 7, kCopyTimes = 3, kPlaces = 5;

struct CopyInputs {
  Tensor logits, scores, gate, tokens;
  HostArray lengths;

  explicit CopyInputs(int64_t rows, DType dtype = DType::f64)
      : logits(random_tensor({rows, kCopyTimes, kWords}, 1, dtype)),
        scores(random_tensor({rows, kCopyTimes, kPlaces}, 2, dtype)),
        gate(random_tensor({rows, kCopyTimes, 1}, 3, dtype)) {
    std::vector<int64_t> ids, ends;
    for (int64_t b = 0; b < rows; ++b) {
      for (const int64_t token : {3, 1, 3, 6, 0}) ids.push_back((token + b) % kWords);
      ends.push_back(b == 0 ? kPlaces : kPlaces - 2);
    }
    tokens = Tensor::from(ids, {rows, kPlaces});
    lengths = HostArray(Tensor::from(ends, {rows}));
  }
  Tensor mixed(const Tensor& l, const Tensor& a, const Tensor& g) const {
    return mix_copies(log_softmax(l), softmax(a, {.lengths = lengths}), tokens, g);
  }
  Tensor mixed() const { return mixed(logits, scores, gate); }
};

TEST(MixCopies, AgreesWithTheDefinition) {
  const CopyInputs in(2);
  const auto y = in.mixed().values(), p = softmax(in.logits).values(), g = in.gate.values(),
             a = softmax(in.scores, {.lengths = in.lengths}).values(), s = in.tokens.values();
  for (int64_t row = 0; row < 2 * kCopyTimes; ++row) {
    const double generate = 1 / (1 + std::exp(-g[static_cast<size_t>(row)]));
    double sum = 0;
    for (int64_t v = 0; v < kWords; ++v) {
      double copied = 0;
      for (int64_t j = 0; j < kPlaces; ++j) {
        if (static_cast<int64_t>(s[static_cast<size_t>(row / kCopyTimes * kPlaces + j)]) == v)
          copied += a[static_cast<size_t>(row * kPlaces + j)];
      }
      const auto at = static_cast<size_t>(row * kWords + v);
      EXPECT_NEAR(std::exp(y[at]), generate * p[at] + (1 - generate) * copied, 1e-12);
      sum += std::exp(y[at]);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(MixCopies, GradientsAgreeWithFiniteDifferences) {
  const CopyInputs in(2);
  const auto result =
      gradcheck([&](Inputs x) { return in.mixed(x[0], x[1], x[2]); }, {in.logits, in.scores, in.gate});
  EXPECT_TRUE(result.passed) << result.message;
  const Tensor labels = Tensor::from(std::vector<int64_t>{3, 2, 0, 4, -100, 6}, {2, kCopyTimes});
  const auto loss = gradcheck([&](Inputs x) { return cross_entropy(in.mixed(x[0], x[1], x[2]), labels); },
                              {in.logits, in.scores, in.gate});
  EXPECT_TRUE(loss.passed) << loss.message;
}

TEST(MixCopies, ExtremeGatesAndWeightsStayFinite) {
  const Tensor p = Tensor::from(std::vector<float>{-200, 0, -300}, {1, 1, 3}).set_requires_grad();
  const Tensor tokens = Tensor::from(std::vector<int64_t>{0, 2}, {1, 2});
  for (const float gate : {-500.0F, 0.0F, 500.0F}) {
    for (const float weight : {0.0F, 1e-40F, 1.0F}) {
      const Tensor a = Tensor::from(std::vector<float>{weight, 0}, {1, 1, 2}).set_requires_grad(),
                   g = Tensor::from(std::vector<float>{gate}, {1, 1, 1}).set_requires_grad();
      const Tensor y = mix_copies(p, a, tokens, g);
      backward(sum(y));
      for (const Tensor& x : {y, p.grad(), a.grad(), g.grad()}) {
        for (const double value : x.values()) EXPECT_TRUE(std::isfinite(value)) << gate << " " << weight;
      }
    }
  }
}

TEST(MixCopies, ARowHasTheSameBitsAloneWithPaddingAndOnAnyNumberOfThreads) {
  const CopyInputs in(4, DType::f32);
  const auto together = in.mixed().values<float>();
  const int before = thread_count();
  for (const int threads : {1, 3, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(in.mixed().values<float>(), together);
  }
  set_thread_count(before);
  // The second row, whose last two places are padding, alone and without them.
  const auto part = [](const Tensor& x, int64_t row, int64_t last) {
    const auto all = x.values();
    const int64_t inner = x.dim(-1), size = x.numel() / x.dim(0);
    std::vector<double> kept;
    for (int64_t i = row * size; i < (row + 1) * size; ++i) {
      if (i % inner < last) kept.push_back(all[static_cast<size_t>(i)]);
    }
    Shape shape = x.shape();
    shape[0] = 1;
    shape[-1] = last;
    return Tensor::from(kept, shape).converted(x.dtype());
  };
  const Tensor alone =
      mix_copies(log_softmax(part(in.logits, 1, kWords)), softmax(part(in.scores, 1, kPlaces - 2)),
                 part(in.tokens, 1, kPlaces - 2), part(in.gate, 1, 1));
  const auto row = alone.values<float>();
  EXPECT_EQ(row, std::vector<float>(together.begin() + kCopyTimes * kWords,
                                    together.begin() + 2 * kCopyTimes * kWords));
}

TEST(MixCopies, RefusesWhatDoesNotFit) {
  const CopyInputs in(2);
  const Tensor p = log_softmax(in.logits), a = softmax(in.scores);
  expect_error([&] { mix_copies(p, a, in.tokens, random_tensor({2, kCopyTimes}, 1)); }, "give [B, T, V]");
  expect_error([&] { mix_copies(p, a, random_tensor({2, kPlaces}, 1), in.gate); }, "indices are f64");
  expect_error([&] { mix_copies(p, a.converted(DType::f32), in.tokens, in.gate); }, "element types");
  expect_error(
      [&] {
        mix_copies(p, a, Tensor::from(std::vector<int64_t>(10, kWords), {2, kPlaces}), in.gate);
      },
      "token 7 of the source is outside a vocabulary of 7");
}

}  // namespace
}  // namespace hodhod
