// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/encoder.h"

#include <algorithm>

namespace hodhod {

TokenBatch TokenBatch::of(std::span<const std::vector<int64_t>> rows, int64_t pad) {
  std::vector<int64_t> lengths;
  int64_t longest = 0;
  for (const auto& row : rows) {
    lengths.push_back(static_cast<int64_t>(row.size()));
    longest = std::max(longest, lengths.back());
  }
  const auto count = static_cast<int64_t>(rows.size());
  TokenBatch batch{.ids = Tensor::full({count, longest}, static_cast<double>(pad), DType::i64),
                   .lengths = Tensor::from(lengths, {count})};
  for (int64_t b = 0; b < count; ++b) {
    const auto& row = rows[static_cast<size_t>(b)];
    std::copy(row.begin(), row.end(), batch.ids.data<int64_t>() + b * longest);
  }
  return batch;
}

}  // namespace hodhod
