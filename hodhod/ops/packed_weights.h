// SPDX-License-Identifier: Apache-2.0
// Weights packed for the products of decoding, in which a few rows meet the same matrices again and again.
//
// A product with few rows spends most of its time on arranging the weight, which packing does once. The
// result has the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "hodhod/kernels/product.h"
#include "hodhod/ops/weight.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Good for as long as the weights keep their values, as the keys and values of a decoding are. For one
// thread.
class PackedWeights {
 public:
  // Takes at most this much memory, besides the weights themselves.
  explicit PackedWeights(int64_t most_bytes = int64_t{2} << 30) : most_bytes_(most_bytes) {}

  // The weight [out, in] for a product with `rows` rows. It is packed the second time that it is asked for
  // with 2 to 32 of them (more gain little, one is as fast without), if it is dense f32 on the CPU and there
  // is room.
  Weight of(const Tensor& weight, int64_t rows);

  int64_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Tensor weight;
    Tensor memory = {};  // of the pool, which keeps it for the next to come
    std::optional<kernels::PackedMatrix> packed = {};
  };

  int64_t most_bytes_;
  int64_t bytes_ = 0;
  std::unordered_map<const std::byte*, Entry> entries_;  // by where the weight stands
};

}  // namespace hodhod
