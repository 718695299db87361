// SPDX-License-Identifier: Apache-2.0
// Element types, and the two 16-bit ones as C++ types.
//
// Arithmetic happens in f32 (f64 where a gradient is checked); bf16 and f16 are for storage; i32, i64 and u8
// hold indices, lengths and masks.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "hodhod/base/error.h"

namespace hodhod {

enum class DType : uint8_t { f32, f64, bf16, f16, i32, i64, u8 };

// Bytes of one element.
int64_t size_of(DType dtype);
// "f32", "bf16", …
std::string_view name_of(DType dtype);
constexpr bool is_compute(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }
constexpr bool is_floating(DType dtype) {
  return is_compute(dtype) || dtype == DType::bf16 || dtype == DType::f16;
}

// Brain floating point: the upper half of a float; rounding to nearest even.
struct bf16 {
  uint16_t bits;
  bf16() = default;
  explicit bf16(float value);
  explicit operator float() const { return std::bit_cast<float>(uint32_t{bits} << 16); }
};

// IEEE 754 binary16; rounding to nearest even.
struct f16 {
  uint16_t bits;
  f16() = default;
  explicit f16(float value);
  explicit operator float() const;
};

// The DType of a C++ type.
template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, bf16>)
    return DType::bf16;
  else if constexpr (std::is_same_v<T, f16>)
    return DType::f16;
  else if constexpr (std::is_same_v<T, int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return DType::i64;
  else if constexpr (std::is_same_v<T, uint8_t>)
    return DType::u8;
  else
    static_assert(!sizeof(T), "not an element type");
}

// Calls f(T{}) with the C++ type of `dtype`.
template <class F>
decltype(auto) with_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32:
      return f(float{});
    case DType::f64:
      return f(double{});
    case DType::bf16:
      return f(bf16{});
    case DType::f16:
      return f(f16{});
    case DType::i32:
      return f(int32_t{});
    case DType::i64:
      return f(int64_t{});
    case DType::u8:
      return f(uint8_t{});
  }
  fail("element type number {} is unknown", static_cast<int>(dtype));
}

// Calls f(T{}) with float or double; any other type is an error that names `op`.
template <class F>
decltype(auto) with_compute_type(const char* op, DType dtype, F&& f) {
  if (dtype == DType::f32) return f(float{});
  if (dtype == DType::f64) return f(double{});
  fail("{}: computes in f32 or f64 and was given {}; convert it first", op, name_of(dtype));
}

}  // namespace hodhod
