// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/finite.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// NaN and infinity are the numbers with all bits of the exponent set. (The test works on integers so that the
// compiler can use SIMD.)
bool all_finite(std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7F800000;
  uint32_t found = 0;
  for (const float value : values) found |= (std::bit_cast<uint32_t>(value) & kExponent) == kExponent ? 1 : 0;
  return found == 0;
}

}  // namespace

void check_finite(const Model& model, std::span<const float> values, std::string_view what) {
  if (all_finite(values)) return;
  throw NotFinite(fmt::format(
      "{}: its {} are not finite: a weight is NaN or infinite, or numbers have grown out of range; "
      "check the weights, or train it again at a lower rate",
      model.name(), what));
}

Tensor check_finite(const Model& model, const Tensor& values, std::string_view what) {
  const Tensor plain = values.converted(DType::f32).dense();
  check_finite(model, {plain.data<float>(), static_cast<size_t>(plain.numel())}, what);
  return values;
}

}  // namespace hodhod
