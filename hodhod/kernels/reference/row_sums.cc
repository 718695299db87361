// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/row_sums.h"

namespace hodhod::kernels::reference {

void row_sums(const RowSumsArgs<double>& args) {
  for (int64_t i = 0; i < args.count; ++i) {
    for (int64_t c = 0; c < args.columns; ++c) {
      double sum = 0;
      for (int32_t j = args.begin[i]; j < args.begin[i + 1]; ++j)
        sum += args.table[args.rows[j] * args.columns + c];
      args.y[i * args.columns + c] = (args.scale != nullptr ? args.scale[i] : 1) * sum;
    }
  }
}

void row_adds(const RowAddsArgs<double>& args) {
  for (int32_t i = args.begin[0]; i < args.begin[args.groups]; ++i) {
    const RowAdd& add = args.adds[i];
    const double factor = add.scale * (args.factor != nullptr ? args.factor[add.with] : 1);
    for (int64_t c = 0; c < args.columns; ++c)
      args.table[add.to * args.columns + c] += factor * args.from[add.from * args.columns + c];
  }
}

}  // namespace hodhod::kernels::reference
