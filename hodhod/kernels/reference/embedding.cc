// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/embedding.h"

#include <algorithm>

namespace hodhod::kernels {

int64_t first_outside(const int64_t* ids, int64_t count, int64_t limit) {
  for (int64_t i = 0; i < count; ++i) {
    if (ids[i] < 0 || ids[i] >= limit) return i;
  }
  return -1;
}

namespace reference {

void embedding(const EmbeddingArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    for (int64_t c = 0; c < args.columns; ++c) {
      args.y[i * args.columns + c] = args.factor * args.table[args.ids[i] * args.columns + c];
    }
  }
}

void embedding_backward(const EmbeddingBackwardArgs<double>& args) {
  if (!args.accumulate) std::fill_n(args.dtable, args.table_rows * args.columns, 0.0);
  for (int64_t i = 0; i < args.count; ++i) {
    if (args.ids[i] == args.skip) continue;
    for (int64_t c = 0; c < args.columns; ++c) {
      args.dtable[args.ids[i] * args.columns + c] += args.factor * args.dy[i * args.columns + c];
    }
  }
}

}  // namespace reference
}  // namespace hodhod::kernels
