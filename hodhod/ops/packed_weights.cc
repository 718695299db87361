// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/packed_weights.h"

namespace hodhod {
namespace {

constexpr int64_t kLeastRows = 2, kMostRows = 32;

bool can_be_packed(const Tensor& weight) {
  return weight.rank() == 2 && weight.dtype() == DType::f32 && weight.device() == Device::cpu &&
         weight.is_contiguous();
}

}  // namespace

Weight PackedWeights::of(const Tensor& weight, int64_t rows) {
  if (!weight.defined() || !can_be_packed(weight)) return weight;
  const bool few = rows >= kLeastRows && rows <= kMostRows;
  auto found = entries_.find(weight.raw());
  if (found == entries_.end()) {
    if (few) entries_.emplace(weight.raw(), Entry{weight.detach()});
    return weight;
  }
  Entry& entry = found->second;
  if (entry.weight.shape() != weight.shape()) return weight;
  if (!entry.packed && few && bytes_ + weight.bytes() <= most_bytes_) {
    const int64_t out = weight.dim(0), in = weight.dim(1);
    entry.memory = Tensor::empty({kernels::PackedMatrix::size(in, out)}, DType::f32, Device::cpu);
    entry.packed.emplace(weight.data<float>(), in, true, in, out, entry.memory.data<float>());
    bytes_ += entry.memory.bytes();
  }
  return {weight, entry.packed ? &*entry.packed : nullptr};
}

}  // namespace hodhod
