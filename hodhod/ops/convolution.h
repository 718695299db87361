// SPDX-License-Identifier: Apache-2.0
// Convolution along time, and of images by patches.
#pragma once

#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct ConvolutionOptions {
  int64_t stride = 1;
  int64_t padding = 0;  // steps of zeros on both sides
  int64_t dilation = 1;
};

// x [B, T, C], weight [F, C, K] (as PyTorch stores it), bias [F] or undefined → y [B, U, F] with
//   y[b, u, f] = bias[f] + Σ_c Σ_k weight[f, c, k] x[b, u · stride + k · dilation − padding, c]
//   U = ⌊(T + 2 padding − dilation (K − 1) − 1) / stride⌋ + 1
// Errors: widths that differ, a kernel longer than the padded input.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const ConvolutionOptions& options = {});

// Patches that do not overlap, each made into a vector: image [B, C, H, W], weight [F, C, P, Q], bias [F] or
// undefined → [B, (H / P) · (W / Q), F], patches from left to right and from top to bottom. Errors: channels
// that differ, an image that patches do not cover exactly.
Tensor patch_convolution(const Tensor& image, const Tensor& weight, const Tensor& bias = {});

}  // namespace hodhod
