// SPDX-License-Identifier: Apache-2.0
// The matrix product of tensors.
#pragma once

#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct MatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

// y[..., i, j] = Σ_p A[..., i, p] B[..., p, j] for a [..., M, K] and b [..., K, N], the last two dimensions
// of an operand being swapped if its `transpose` is set. Leading dimensions broadcast; the result is [..., M,
// N]. A row of the result has the same bits whatever the other rows are. Operands are read in place if their
// rows or columns are dense, and copied otherwise.
Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options = {});

}  // namespace hodhod
