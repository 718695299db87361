// SPDX-License-Identifier: Apache-2.0
// Weighted sums of rows of a table, one for each bag of indices, and their gradients.
//
// A bag has `places` indices, of which the first lengths[b] count. Indices are from 0 to the table's rows − 1
// (check first).
#pragma once

#include <cstdint>

namespace hodhod::kernels {

// y[b, c] = Σ weights[b, t] · table[ids[b, t], c] over t < lengths[b], added in the order of t.
template <class T>
struct EmbeddingBagArgs {
  int64_t bags;
  int64_t places;
  int64_t columns;
  const int64_t* ids;      // [bags, places]
  const int64_t* lengths;  // [bags]; null: all are `places`
  const T* weights;        // [bags, places]; null: all are 1
  const T* table;
  T* y;
};

// dweights[b, t] = Σ dy[b, c] · table[ids[b, t], c] over c, and 0 where t ≥ lengths[b].
template <class T>
struct EmbeddingBagWeightsArgs {
  int64_t bags;
  int64_t places;
  int64_t columns;
  const int64_t* ids;
  const int64_t* lengths;
  const T* table;
  const T* dy;
  T* dweights;
};

// The gradient of the table's rows that occur. Row u of them occurs at the places order[starts[u]], …,
// order[starts[u + 1] − 1], numbered b · places + t:
//   drows[u, c] = Σ weights[p] · dy[p / places, c] over these places p, added in their order
template <class T>
struct EmbeddingBagRowsArgs {
  int64_t rows;
  int64_t places;
  int64_t columns;
  const int64_t* starts;  // [rows + 1]
  const int64_t* order;
  const T* weights;  // null: all are 1
  const T* dy;
  T* drows;
};

namespace cpu {
void embedding_bag(const EmbeddingBagArgs<float>& args);
void embedding_bag_weights(const EmbeddingBagWeightsArgs<float>& args);
void embedding_bag_rows(const EmbeddingBagRowsArgs<float>& args);
}  // namespace cpu

namespace reference {
void embedding_bag(const EmbeddingBagArgs<double>& args);
void embedding_bag_weights(const EmbeddingBagWeightsArgs<double>& args);
void embedding_bag_rows(const EmbeddingBagRowsArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
