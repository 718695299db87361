// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/convolution.h"

#include <gtest/gtest.h>

#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/tensor/gradcheck.h"

namespace hodhod {
namespace {

Tensor convolution_values(const Shape& shape, uint64_t stream, DType dtype = DType::f64) {
  Rng rng(31, stream);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& x : values) x = rng.normal();
  return Tensor::from(values, shape).converted(dtype);
}

double at(const Tensor& x, std::initializer_list<int64_t> index) {
  int64_t place = 0;
  int i = 0;
  for (const int64_t k : index) place += k * x.stride(i++);
  return x.dtype() == DType::f64 ? x.data<double>()[place] : double{x.data<float>()[place]};
}

struct ConvolutionCase {
  int64_t B, T, C, F, K;
  ConvolutionOptions options;
};

const ConvolutionCase kConvolutionCases[] = {{2, 7, 3, 4, 3, {}},
                                             {1, 6, 2, 3, 3, {.stride = 2, .padding = 1}},
                                             {2, 9, 1, 2, 3, {.stride = 3, .padding = 2, .dilation = 2}},
                                             {3, 1, 4, 1, 1, {}},
                                             {0, 4, 2, 3, 2, {}}};

TEST(Conv1d, IsItsDefinition) {
  for (const ConvolutionCase& c : kConvolutionCases) {
    for (const DType dtype : {DType::f64, DType::f32}) {
      const Tensor x = convolution_values({c.B, c.T, c.C}, 1, dtype),
                   w = convolution_values({c.F, c.C, c.K}, 2, dtype);
      const Tensor bias = convolution_values({c.F}, 3, dtype), y = conv1d(x, w, bias, c.options);
      const auto& [stride, padding, dilation] = c.options;
      ASSERT_EQ(y.shape(), (Shape{c.B, (c.T + 2 * padding - dilation * (c.K - 1) - 1) / stride + 1, c.F}));
      for (int64_t b = 0; b < c.B; ++b) {
        for (int64_t u = 0; u < y.dim(1); ++u) {
          for (int64_t f = 0; f < c.F; ++f) {
            double sum = at(bias, {f});
            for (int64_t k = 0; k < c.K; ++k) {
              const int64_t t = u * stride + k * dilation - padding;
              if (t < 0 || t >= c.T) continue;
              for (int64_t ch = 0; ch < c.C; ++ch) sum += at(w, {f, ch, k}) * at(x, {b, t, ch});
            }
            EXPECT_NEAR(at(y, {b, u, f}), sum, dtype == DType::f64 ? 1e-12 : 1e-5);
          }
        }
      }
    }
  }
}

TEST(Conv1d, GradientIsTheDerivative) {
  for (const ConvolutionCase& c : kConvolutionCases) {
    const GradcheckResult result =
        gradcheck([&](std::span<const Tensor> in) { return conv1d(in[0], in[1], in[2], c.options); },
                  {convolution_values({c.B, c.T, c.C}, 1), convolution_values({c.F, c.C, c.K}, 2),
                   convolution_values({c.F}, 3)});
    EXPECT_TRUE(result) << result.message;
  }
}

TEST(Conv1d, RefusesWhatDoesNotFit) {
  const Tensor x = Tensor::zeros({1, 4, 3}), w = Tensor::zeros({2, 3, 3});
  EXPECT_THROW(conv1d(x, Tensor::zeros({2, 4, 3})), Error);
  EXPECT_THROW(conv1d(x, w, Tensor::zeros({3})), Error);
  EXPECT_THROW(conv1d(x, w, {}, {.stride = 0}), Error);
  EXPECT_THROW(conv1d(x, w, {}, {.dilation = 2}), Error);
}

TEST(PatchConvolution, IsItsDefinition) {
  const Tensor image = convolution_values({2, 3, 4, 6}, 4), w = convolution_values({5, 3, 2, 3}, 5),
               bias = convolution_values({5}, 6);
  const Tensor y = patch_convolution(image, w, bias);
  ASSERT_EQ(y.shape(), (Shape{2, 4, 5}));
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t n = 0; n < 4; ++n) {
      for (int64_t f = 0; f < 5; ++f) {
        double sum = at(bias, {f});
        for (int64_t c = 0; c < 3; ++c) {
          for (int64_t i = 0; i < 2; ++i) {
            for (int64_t j = 0; j < 3; ++j)
              sum += at(w, {f, c, i, j}) * at(image, {b, c, n / 2 * 2 + i, n % 2 * 3 + j});
          }
        }
        EXPECT_NEAR(at(y, {b, n, f}), sum, 1e-12);
      }
    }
  }
}

TEST(PatchConvolution, GradientIsTheDerivative) {
  const GradcheckResult result = gradcheck(
      [](std::span<const Tensor> in) { return patch_convolution(in[0], in[1], in[2]); },
      {convolution_values({2, 2, 4, 3}, 7), convolution_values({3, 2, 2, 3}, 8), convolution_values({3}, 9)});
  EXPECT_TRUE(result) << result.message;
}

TEST(PatchConvolution, RefusesWhatDoesNotFit) {
  EXPECT_THROW(patch_convolution(Tensor::zeros({1, 3, 4, 5}), Tensor::zeros({2, 3, 2, 2})), Error);
  EXPECT_THROW(patch_convolution(Tensor::zeros({1, 3, 4, 4}), Tensor::zeros({2, 1, 2, 2})), Error);
  EXPECT_EQ(patch_convolution(Tensor::zeros({0, 3, 4, 4}), Tensor::zeros({2, 3, 2, 2})).shape(),
            (Shape{0, 4, 2}));
}

}  // namespace
}  // namespace hodhod
