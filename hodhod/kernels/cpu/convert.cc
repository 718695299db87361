// SPDX-License-Identifier: Apache-2.0
// Plain loops: integer arithmetic without branches, which the compiler vectorises.
#include <bit>

#include "hodhod/base/threads.h"
#include "hodhod/kernels/copy.h"
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/grain.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/convert.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

void bf16_from_f32_range(const float* HWY_RESTRICT x, uint16_t* HWY_RESTRICT y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(x[i]);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    y[i] = static_cast<uint16_t>(is_nan ? bits >> 16 | 0x40u : rounded);
  }
}

void f32_from_bf16_range(const uint16_t* HWY_RESTRICT x, float* HWY_RESTRICT y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = std::bit_cast<float>(uint32_t{x[i]} << 16);
}

void f16_from_f32_range(const float* HWY_RESTRICT x, uint16_t* HWY_RESTRICT y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(x[i]);
    const uint32_t magnitude = bits & 0x7fffffffu;
    // Normal: the exponent is rebased from 127 to 15 and 13 bits are rounded off.
    const uint32_t normal = (magnitude + 0xc8000fffu + (magnitude >> 13 & 1u)) >> 13;
    // Subnormal, below 2^-14: adding ½ leaves multiples of 2^-24 in the low bits, rounded by the addition.
    const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
    const uint32_t special = magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u;
    const uint32_t finite = magnitude < 0x38800000u ? subnormal : normal;
    y[i] = static_cast<uint16_t>((magnitude >= 0x47800000u ? special : finite) | (bits >> 16 & 0x8000u));
  }
}

void f32_from_f16_range(const uint16_t* HWY_RESTRICT x, float* HWY_RESTRICT y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t magnitude = x[i] & 0x7fffu;
    const uint32_t normal = (magnitude << 13) + 0x38000000u;
    const uint32_t special = (magnitude << 13) + 0x70000000u;
    const uint32_t subnormal =
        std::bit_cast<uint32_t>(static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24f);
    const uint32_t finite = magnitude < 0x0400u ? subnormal : normal;
    y[i] = std::bit_cast<float>((magnitude >= 0x7c00u ? special : finite) | (x[i] & 0x8000u) << 16);
  }
}

void f64_from_f32_range(const float* HWY_RESTRICT x, double* HWY_RESTRICT y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i];
}

void f32_from_f64_range(const double* HWY_RESTRICT x, float* HWY_RESTRICT y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels {
namespace cpu {

HWY_EXPORT(bf16_from_f32_range);
HWY_EXPORT(f32_from_bf16_range);
HWY_EXPORT(f16_from_f32_range);
HWY_EXPORT(f32_from_f16_range);
HWY_EXPORT(f64_from_f32_range);
HWY_EXPORT(f32_from_f64_range);

namespace {

template <class From, class To>
void convert(void (*range)(const From*, To*, int64_t), int64_t count, const From* x, To* y) {
  parallel_for(count, kGrain, [&](int64_t begin, int64_t end) { range(x + begin, y + begin, end - begin); });
}

}  // namespace
}  // namespace cpu

void bf16_from_f32(int64_t count, const float* x, uint16_t* y) {
  using namespace cpu;  // NOLINT: the dispatch tables' namespace
  convert<float, uint16_t>(HWY_DYNAMIC_DISPATCH(bf16_from_f32_range), count, x, y);
}
void f32_from_bf16(int64_t count, const uint16_t* x, float* y) {
  using namespace cpu;  // NOLINT
  convert<uint16_t, float>(HWY_DYNAMIC_DISPATCH(f32_from_bf16_range), count, x, y);
}
void f16_from_f32(int64_t count, const float* x, uint16_t* y) {
  using namespace cpu;  // NOLINT
  convert<float, uint16_t>(HWY_DYNAMIC_DISPATCH(f16_from_f32_range), count, x, y);
}
void f32_from_f16(int64_t count, const uint16_t* x, float* y) {
  using namespace cpu;  // NOLINT
  convert<uint16_t, float>(HWY_DYNAMIC_DISPATCH(f32_from_f16_range), count, x, y);
}
void f64_from_f32(int64_t count, const float* x, double* y) {
  using namespace cpu;  // NOLINT
  convert<float, double>(HWY_DYNAMIC_DISPATCH(f64_from_f32_range), count, x, y);
}
void f32_from_f64(int64_t count, const double* x, float* y) {
  using namespace cpu;  // NOLINT
  convert<double, float>(HWY_DYNAMIC_DISPATCH(f32_from_f64_range), count, x, y);
}

}  // namespace hodhod::kernels
#endif
