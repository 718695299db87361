// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/dtype.h"

#include <cmath>

namespace hodhod {

int64_t size_of(DType dtype) {
  return with_type(dtype, [](auto t) { return static_cast<int64_t>(sizeof t); });
}

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::bf16:
      return "bf16";
    case DType::f16:
      return "f16";
    case DType::i32:
      return "i32";
    case DType::i64:
      return "i64";
    case DType::u8:
      return "u8";
  }
  return "unknown";
}

bf16::bf16(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  // A NaN must not be rounded up into infinity: keep it quiet instead.
  bits = std::isnan(value) ? static_cast<uint16_t>((word >> 16) | 0x40)
                           : static_cast<uint16_t>((word + 0x7FFF + ((word >> 16) & 1)) >> 16);
}

f16::f16(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (word >> 16) & 0x8000;
  const uint32_t magnitude = word & 0x7FFFFFFF;
  uint32_t half;
  if (magnitude > 0x7F800000) {
    half = 0x7E00 | ((magnitude >> 13) & 0x3FF);
  } else if (magnitude >= 0x477FF000) {
    half = 0x7C00;  // rounds to 65520 or above: infinity
  } else if (magnitude >= 0x38800000) {
    const uint32_t rounded = magnitude + 0xFFF + ((magnitude >> 13) & 1);
    half = (rounded - 0x38000000) >> 13;
  } else {
    // Subnormal: let the float adder do the rounding at the right place.
    half = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3F000000;
  }
  bits = static_cast<uint16_t>(sign | half);
}

f16::operator float() const {
  const uint32_t sign = (uint32_t{bits} & 0x8000) << 16;
  const uint32_t magnitude = bits & 0x7FFF;
  if (magnitude >= 0x7C00) return std::bit_cast<float>(sign | 0x7F800000 | ((magnitude & 0x3FF) << 13));
  if (magnitude >= 0x0400) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000));
  const float value = static_cast<float>(magnitude) * 0x1p-24f;
  return sign ? -value : value;
}

}  // namespace hodhod
