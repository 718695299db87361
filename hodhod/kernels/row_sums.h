// SPDX-License-Identifier: Apache-2.0
// Sums of chosen rows of a table, and adding to chosen rows: the two directions of an embedding of which one
// example uses many rows.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// y[i] = scale[i] Σ_j table[rows[j]] for j from begin[i] to begin[i + 1] − 1, in this order; rows of
// `columns` elements, `count` sums. Without `scale` it is 1. An empty sum is 0.
template <class T>
struct RowSumsArgs {
  int64_t count;
  int64_t columns;
  const int32_t* begin;  // [count + 1]
  const int32_t* rows;
  const T* table;
  const T* scale = nullptr;  // [count]
  T* y;
};

// What is added to which row: table[to] += scale · factor[with] · from[from].
struct RowAdd {
  int32_t to;
  int32_t from;
  int32_t with;
  float scale;
};

// Does adds[begin[g]] … adds[begin[g + 1] − 1] in this order, for each of `groups` groups. Different groups
// must not add to the same row: they are done at the same time. Without `factor` it is 1.
template <class T>
struct RowAddsArgs {
  int64_t groups;
  int64_t columns;
  const int32_t* begin;  // [groups + 1]
  const RowAdd* adds;
  const T* from;
  const T* factor = nullptr;
  T* table;
};

namespace cpu {
void row_sums(const RowSumsArgs<float>& args);
void row_adds(const RowAddsArgs<float>& args);
}  // namespace cpu

namespace reference {
void row_sums(const RowSumsArgs<double>& args);
void row_adds(const RowAddsArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
