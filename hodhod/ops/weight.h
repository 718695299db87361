// SPDX-License-Identifier: Apache-2.0
// The matrix of a linear layer as an op takes it: a tensor, and perhaps the same numbers in another format.
#pragma once

#include "hodhod/kernels/product.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Looked at during a call and not held: what it is made from must outlive it.
class Weight {
 public:
  // tensor [out, in]; `packed`, if given, is made of it and used by products on the CPU in its place.
  Weight(const Tensor& tensor, const kernels::PackedMatrix* packed = nullptr)  // NOLINT: a tensor is a weight
      : tensor_(tensor), packed_(packed) {}

  const Tensor& tensor() const { return tensor_; }
  const kernels::PackedMatrix* packed() const { return packed_; }

 private:
  const Tensor& tensor_;
  const kernels::PackedMatrix* packed_;
};

}  // namespace hodhod
