// SPDX-License-Identifier: Apache-2.0
// The matrix product with its epilogue.
//
//   z[i, j] = (accumulate ? c[i, j] : 0) + Σ_p A[i, p] B[p, j] + bias[j]
//   c[i, j] = activation(z[i, j]) + residual[i, j]          for each of `batch` matrices
//   saved[i, j] = what activation's derivative is computed from: z or activation(z), as saved_of() tells
//
// with A [m, k], B [k, n] and c [m, n]; a matrix whose `transpose` is set is stored as [k, m] or [n, k].
//
// Order of operations: the sum over p is cut into blocks of kProductBlock, counted from p = 0. Each block is
// one chain of multiply-adds from zero in the order of p; the blocks' sums are added to each other in order
// (to c's old value first, if accumulating). An element of c therefore has the same bits whatever m, n,
// batch, transposition, packing, and number of threads it is computed with. Targets with a fused multiply-add
// (AVX2, AVX-512, NEON, SVE) agree with each other to the bit; SSE4 rounds the product too. No term is ever
// skipped: 0 · NaN is NaN.
#pragma once

#include <cstdint>

#include "hodhod/kernels/formulas.h"

namespace hodhod::kernels {

constexpr int64_t kProductBlock = 768;

// A matrix B rearranged once for many products (weights at inference), in memory of the caller's. Its layout
// belongs to the SIMD target that was in use when it was packed.
class PackedMatrix {
 public:
  // Elements that it takes.
  static int64_t size(int64_t k, int64_t n);
  // From b, [k, n], or [n, k] if `transpose`, with rows `stride` elements apart, into `memory` of size(k, n)
  // elements, best aligned to 64 bytes, which must outlive this.
  PackedMatrix(const float* b, int64_t stride, bool transpose, int64_t k, int64_t n, float* memory);

  int64_t k() const { return k_; }
  int64_t n() const { return n_; }
  const float* data() const { return data_; }

 private:
  int64_t k_;
  int64_t n_;
  const float* data_;
};

// One operand: rows `stride` elements apart (at least their length), matrices of the batch `batch_stride`
// apart (0 to use one for all).
template <class T>
struct MatrixArg {
  const T* data = nullptr;
  int64_t stride = 0;
  int64_t batch_stride = 0;
  bool transpose = false;
};

template <class T>
struct ProductArgs {
  int64_t batch = 1;
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  MatrixArg<T> a;
  MatrixArg<T> b;
  // Takes the place of b, for one matrix shared by the batch. Float only.
  const PackedMatrix* packed_b = nullptr;
  // Must not overlap any of the others.
  T* c = nullptr;
  int64_t c_stride = 0;
  int64_t c_batch_stride = 0;
  bool accumulate = false;

  const T* bias = nullptr;  // [n], or null
  Activation activation = Activation::identity;
  // With the strides of c; or null.
  const T* residual = nullptr;
  T* saved = nullptr;
};

namespace cpu {
void product(const ProductArgs<float>& args);
}
namespace reference {
void product(const ProductArgs<double>& args);
}

}  // namespace hodhod::kernels
