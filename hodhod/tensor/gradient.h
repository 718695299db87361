// SPDX-License-Identifier: Apache-2.0
// The gradient of a leaf of the tape: whole, or only the rows that are not zero. A table from which a batch
// looks up a few rows has a gradient in these rows alone; then an update touches these rows alone.
#pragma once

#include "hodhod/tensor/shape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct Gradient {
  Tensor values;     // of the tensor's shape; with `rows`, these rows of it [U, …]
  Tensor rows = {};  // [U] i64 on the CPU, ascending and distinct; undefined: all rows

  bool defined() const { return values.defined(); }
  bool has_rows() const { return rows.defined(); }
  // The whole gradient of a tensor of this shape. Undefined if this is.
  Tensor whole(const Shape& shape) const;
};

// gradient ← gradient + dx; an undefined gradient means zeros. The sum has rows if both have. Memory that
// other tensors share is not written to.
void add_gradient(Gradient& gradient, const Gradient& dx);

// The rows of a dense tensor [R, …], whose numbers are `rows` [U] i64, as a tensor [U, …]; and back to their
// places. On the CPU.
Tensor rows_taken(const Tensor& tensor, const Tensor& rows);
void put_rows(const Tensor& tensor, const Tensor& rows, const Tensor& values);

}  // namespace hodhod
