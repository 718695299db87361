// SPDX-License-Identifier: Apache-2.0
// A nest of loops over N operands with their own strides: what strided and broadcast kernels run over.
#pragma once

#include <array>
#include <cstdint>

namespace hodhod::kernels {

inline constexpr int kMaxRank = 8;
using Extents = std::array<int64_t, kMaxRank>;

// Extents, outermost first, and for each operand its steps in elements; a step of 0 repeats (broadcast).
template <int N>
struct Nest {
  int rank = 0;
  Extents shape{};
  std::array<Extents, N> strides{};

  int64_t count() const {
    int64_t product = 1;
    for (int i = 0; i < rank; ++i) product *= shape[i];
    return product;
  }
};

// The same elements with as few loops as possible: extents of 1 are removed, and adjacent loops that are
// contiguous for every operand are joined. The order of elements stays the same. At least one loop remains.
template <int N>
Nest<N> coalesce(const Nest<N>& nest) {
  Nest<N> out;
  for (int i = 0; i < nest.rank; ++i) {
    if (nest.shape[i] == 1) continue;
    bool joins = out.rank > 0;
    const int last = out.rank - 1;
    for (int k = 0; k < N && joins; ++k) {
      joins = out.strides[k][last] == nest.strides[k][i] * nest.shape[i];
    }
    const int at = joins ? last : out.rank++;
    out.shape[at] = joins ? out.shape[at] * nest.shape[i] : nest.shape[i];
    for (int k = 0; k < N; ++k) out.strides[k][at] = nest.strides[k][i];
  }
  if (out.rank == 0) {
    out.rank = 1;
    out.shape[0] = 1;
    for (int k = 0; k < N; ++k) out.strides[k][0] = 1;
  }
  return out;
}

// Walks the elements [begin, end) of the nest, counted in row-major order, as pieces of its innermost loop:
// piece(offsets, length), where offsets[k] is where operand k's piece starts and successive elements are
// strides[k][rank − 1] apart. The nest has at least one loop, as coalesce() gives it.
template <int N, class Piece>
void for_each_piece(const Nest<N>& nest, int64_t begin, int64_t end, Piece&& piece) {
  if (begin >= end) return;
  const int inner = nest.rank - 1;
  Extents index{};
  std::array<int64_t, N> offsets{};
  int64_t rest = begin;
  for (int i = inner; i >= 0; --i) {
    index[i] = rest % nest.shape[i];
    rest /= nest.shape[i];
    for (int k = 0; k < N; ++k) offsets[k] += index[i] * nest.strides[k][i];
  }
  int64_t at = begin;
  while (at < end) {
    const int64_t left = nest.shape[inner] - index[inner];
    const int64_t length = left < end - at ? left : end - at;
    piece(offsets, length);
    at += length;
    for (int k = 0; k < N; ++k) offsets[k] -= index[inner] * nest.strides[k][inner];
    index[inner] = 0;
    for (int i = inner - 1; i >= 0; --i) {
      for (int k = 0; k < N; ++k) offsets[k] += nest.strides[k][i];
      if (++index[i] < nest.shape[i]) break;
      for (int k = 0; k < N; ++k) offsets[k] -= nest.shape[i] * nest.strides[k][i];
      index[i] = 0;
    }
  }
}

}  // namespace hodhod::kernels
