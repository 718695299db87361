// SPDX-License-Identifier: Apache-2.0
// Convolution layers.
#pragma once

#include "hodhod/ops/convolution.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Along time: [B, T, C] → [B, U, F].
struct Conv1d {
  ConvolutionOptions options;
  Tensor weight;  // [F, C, K]
  Tensor bias;    // [F], or undefined

  Conv1d() = default;
  // Uninitialised parameters.
  Conv1d(int64_t in, int64_t out, int64_t kernel, const ConvolutionOptions& convolution_options = {},
         bool with_bias = true, DType dtype = DType::f32)
      : options(convolution_options),
        weight(Tensor::empty({out, in, kernel}, dtype)),
        bias(with_bias ? Tensor::empty({out}, dtype) : Tensor()) {}

  Tensor operator()(const Tensor& x) const { return conv1d(x, weight, bias, options); }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }
};

// An image in patches that do not overlap, a vector each (Dosovitskiy et al. 2021): [B, C, H, W] → [B,
// patches, F].
struct PatchEmbedding {
  Tensor weight;  // [F, C, P, Q]
  Tensor bias;    // [F], or undefined

  PatchEmbedding() = default;
  // Uninitialised parameters.
  PatchEmbedding(int64_t channels, int64_t out, int64_t patch_height, int64_t patch_width,
                 bool with_bias = true, DType dtype = DType::f32)
      : weight(Tensor::empty({out, channels, patch_height, patch_width}, dtype)),
        bias(with_bias ? Tensor::empty({out}, dtype) : Tensor()) {}

  Tensor operator()(const Tensor& image) const { return patch_convolution(image, weight, bias); }

  template <class V>
  void visit(V& v) {
    v("weight", weight);
    v("bias", bias);
  }
};

}  // namespace hodhod
