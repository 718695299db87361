// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/global_attention.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

Tensor as_rows(const Tensor& x) { return reshape(x, {x.dim(0) * x.dim(1), x.dim(2)}); }

}  // namespace

GlobalTokens::GlobalTokens(const HostArray& flags) : flags_(flags) {
  check(flags.shape().rank() == 2, "global attention: flags {}; give one for each token, [B, T]",
        flags.shape());
  const int64_t rows = flags.shape()[0], time = flags.shape()[1];
  std::vector<std::vector<int64_t>> places(static_cast<size_t>(rows));
  Tensor counts = Tensor::zeros({rows}, DType::i64);
  for (int64_t b = 0; b < rows; ++b) {
    auto& of_row = places[static_cast<size_t>(b)];
    for (int64_t t = 0; t < time; ++t) {
      if (flags[b * time + t] != 0) of_row.push_back(t);
    }
    counts.data<int64_t>()[b] = std::ssize(of_row);
    most_ = std::max(most_, std::ssize(of_row));
  }
  counts_ = counts;
  std::vector<int64_t> picked, put;
  for (int64_t b = 0; b < rows; ++b) {
    auto& of_row = places[static_cast<size_t>(b)];
    for (int64_t t = 0; t < time; ++t) put.push_back(b * time + t);
    for (int64_t g = 0; g < std::ssize(of_row); ++g) {
      put[static_cast<size_t>(b * time + of_row[static_cast<size_t>(g)])] = rows * time + b * most_ + g;
    }
    of_row.resize(static_cast<size_t>(most_));
    for (const int64_t t : of_row) picked.push_back(b * time + t);
  }
  picked_rows_ = Tensor::from(picked, {rows * most_});
  put_rows_ = Tensor::from(put, {rows * time});
}

const Tensor& GlobalTokens::bias(int64_t reach, DType dtype) const {
  Tensor& bias = (*biases_)[reach];
  if (bias.defined() && bias.dtype() == dtype) return bias;
  const int64_t rows = flags_.shape()[0], time = flags_.shape()[1];
  Tensor values = Tensor::zeros({rows, 1, time, time});
  float* next = values.data<float>();
  for (int64_t b = 0; b < rows; ++b) {
    for (int64_t query = 0; query < time; ++query) {
      for (int64_t key = 0; key < time; ++key, ++next) {
        const bool seen = std::abs(query - key) <= reach || flags_[b * time + key] != 0;
        if (!seen) *next = -std::numeric_limits<float>::infinity();
      }
    }
  }
  return bias = values.converted(dtype);
}

Tensor GlobalTokens::pick(const Tensor& x) const {
  return reshape(index_select(as_rows(x), 0, picked_rows_), {x.dim(0), most_, x.dim(2)});
}

Tensor GlobalTokens::put(const Tensor& x, const Tensor& picked) const {
  return reshape(index_select(concat({as_rows(x), as_rows(picked)}, 0), 0, put_rows_), x.shape());
}

}  // namespace hodhod
