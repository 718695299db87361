// SPDX-License-Identifier: Apache-2.0
// Whole numbers that the host reads, whatever device computes: lengths, offsets and positions of the rows of
// a batch.
#pragma once

#include <cstdint>

#include "hodhod/base/error.h"
#include "hodhod/tensor/shape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

class HostArray {
 public:
  HostArray() = default;  // undefined: not given
  // Shares the memory of a dense i64 tensor; copies other i64 and i32 tensors. Error: another element type,
  // or a device that the host cannot read.
  HostArray(const Tensor& values);  // NOLINT: meant to convert

  bool defined() const { return values_.defined(); }
  const Shape& shape() const { return values_.shape(); }
  int64_t size() const { return values_.numel(); }
  // Row-major; null where undefined.
  const int64_t* data() const { return defined() ? values_.data<int64_t>() : nullptr; }
  int64_t operator[](int64_t i) const { return data()[i]; }
  // The same numbers as an i64 tensor on the CPU.
  const Tensor& tensor() const { return values_; }

 private:
  Tensor values_;
};

}  // namespace hodhod
