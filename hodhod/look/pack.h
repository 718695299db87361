// SPDX-License-Identifier: Apache-2.0
// Packs the numbers of a tensor into blocks of bytes for a page. web/src/look/format.ts says what is in them.
//
// NaN and infinities keep their kind and −0 its sign in f32 and f16; the forms that could not hold what a
// tensor has are refused by fits().
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "hodhod/base/data_page.h"
#include "hodhod/look/form.h"
#include "hodhod/look/visible.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod::look {

// Whole rows (last axis) of a tensor.
struct PackedBlock {
  PageBlock block = {};
  int64_t first = 0, count = 0;
};

struct PackedTensor {
  Form form = Form::none;
  // The largest absolute error of a value that is kept; of `top` that of the K largest and of the sum.
  double bound = 0;
  double low = 0, high = 0;  // of the finite values that are visible; 0 where there are none
  int64_t not_finite = 0;
  int64_t rows = 0;
  int64_t top = 0;  // K
  std::vector<PackedBlock> blocks = {};

  int64_t bytes() const;  // as they stand in the file
};

// The most raw bytes of a block, unless a single row has more.
inline constexpr int64_t kBlockBytes = 1 << 20;

// `x` is f32, f64, i32, i64 or u8, of any shape; a scalar is one row of one. `visible` is for tensors […, T,
// S]; cells that are not are left out (of `top` they are zeros). Independent of the number of threads.
struct PackOptions {
  Visible visible = {};
};
PackedTensor pack(const Tensor& x, Form form, const PackOptions& options = {});

// Packs weights [H, T, S] in the form `top` from parts, so that they are never whole in memory. Packed, they
// have the bytes that pack() gives of the whole.
class TopPacker {
 public:
  explicit TopPacker(const Shape& shape, const PackOptions& options = {});
  ~TopPacker();
  TopPacker(const TopPacker&) = delete;
  TopPacker& operator=(const TopPacker&) = delete;

  // Queries [first, first + n) of all heads, [H, n, S].
  void add(const Tensor& part, int64_t first);
  // Whether all that was added can be held.
  bool fits() const;
  // The first so many heads; without a number all.
  PackedTensor packed(int64_t heads = -1) const;

 private:
  struct Kept;
  Shape shape_;
  PackOptions options_;
  std::unique_ptr<Kept> kept_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;  // of the finite values
  int64_t not_finite_ = 0;
};

// Whether the form can hold these values: `f16` not those of 65520 and more, `i8` only finite ones, `sqrt8`
// and `top` only those from 0 to 1, `i32` only whole numbers of 32 bits.
bool fits(const Tensor& x, Form form, const PackOptions& options = {});

}  // namespace hodhod::look
