// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/embedding_bag.h"

#include <algorithm>

namespace hodhod::kernels::reference {

void embedding_bag(const EmbeddingBagArgs<double>& args) {
  std::fill_n(args.y, args.bags * args.columns, 0.0);
  for (int64_t b = 0; b < args.bags; ++b) {
    const int64_t length = args.lengths ? args.lengths[b] : args.places;
    for (int64_t t = 0; t < length; ++t) {
      const int64_t place = b * args.places + t;
      const double weight = args.weights ? args.weights[place] : 1;
      for (int64_t c = 0; c < args.columns; ++c) {
        args.y[b * args.columns + c] += weight * args.table[args.ids[place] * args.columns + c];
      }
    }
  }
}

void embedding_bag_weights(const EmbeddingBagWeightsArgs<double>& args) {
  std::fill_n(args.dweights, args.bags * args.places, 0.0);
  for (int64_t b = 0; b < args.bags; ++b) {
    const int64_t length = args.lengths ? args.lengths[b] : args.places;
    for (int64_t t = 0; t < length; ++t) {
      const int64_t place = b * args.places + t;
      for (int64_t c = 0; c < args.columns; ++c) {
        args.dweights[place] +=
            args.dy[b * args.columns + c] * args.table[args.ids[place] * args.columns + c];
      }
    }
  }
}

void embedding_bag_rows(const EmbeddingBagRowsArgs<double>& args) {
  std::fill_n(args.drows, args.rows * args.columns, 0.0);
  for (int64_t u = 0; u < args.rows; ++u) {
    for (int64_t i = args.starts[u]; i < args.starts[u + 1]; ++i) {
      const int64_t place = args.order[i];
      const double weight = args.weights ? args.weights[place] : 1;
      for (int64_t c = 0; c < args.columns; ++c) {
        args.drows[u * args.columns + c] += weight * args.dy[place / args.places * args.columns + c];
      }
    }
  }
}

}  // namespace hodhod::kernels::reference
