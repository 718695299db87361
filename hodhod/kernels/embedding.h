// SPDX-License-Identifier: Apache-2.0
// Looking up rows of a table by their indices, and its gradient.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// y[i, c] = factor · table[ids[i], c] for `count` ids, each from 0 to the table's rows − 1 (check first).
template <class T>
struct EmbeddingArgs {
  int64_t count;
  int64_t columns;
  const int64_t* ids;
  const T* table;
  T* y;
  T factor = 1;
};

// dtable[ids[i], c] += factor · dy[i, c] for i in order, but for ids equal to `skip`. The table's other rows
// are left alone, or set to zero first unless `accumulate`.
template <class T>
struct EmbeddingBackwardArgs {
  int64_t count;
  int64_t columns;
  int64_t table_rows;
  const int64_t* ids;
  const T* dy;
  T* dtable;
  T factor = 1;
  int64_t skip = -1;
  bool accumulate = false;
};

// The first i with ids[i] outside [0, limit), or −1.
int64_t first_outside(const int64_t* ids, int64_t count, int64_t limit);

namespace cpu {
void embedding(const EmbeddingArgs<float>& args);
void embedding_backward(const EmbeddingBackwardArgs<float>& args);
}  // namespace cpu

namespace reference {
void embedding(const EmbeddingArgs<double>& args);
void embedding_backward(const EmbeddingBackwardArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
