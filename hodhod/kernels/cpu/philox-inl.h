// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 (hodhod/base/rng.h) on vectors: one block of random words per lane. Included like
// lanes-inl.h.
#if defined(HODHOD_KERNELS_CPU_PHILOX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HODHOD_KERNELS_CPU_PHILOX_INL_H_
#undef HODHOD_KERNELS_CPU_PHILOX_INL_H_
#else
#define HODHOD_KERNELS_CPU_PHILOX_INL_H_
#endif

#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The four words of a block; of as many blocks as V has lanes.
template <class V>
struct PhiloxWords {
  V w0, w1, w2, w3;
};

namespace detail {

// The upper and lower halves of the 64-bit products of 32-bit lanes.
template <class V>
struct WideProduct {
  V high, low;
};
template <class D, class V = hn::Vec<D>>
HWY_INLINE WideProduct<V> multiply_wide(D d, V a, V b) {
  const hn::RepartitionToWide<D> wide;
  const auto even = hn::MulEven(a, b);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, a))), b);
  return {hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even))),
          hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even))};
}

}  // namespace detail

// Blocks first, first + 1, … of the stream, one per lane of D (a tag of uint32_t); `first` is a multiple of
// the lanes.
template <class D>
HWY_INLINE PhiloxWords<hn::Vec<D>> philox(D d, uint64_t seed, uint64_t stream, uint64_t first) {
  // A multiple of the lanes plus a lane number never carries into the upper word.
  auto c0 = hn::Add(hn::Set(d, static_cast<uint32_t>(first)), hn::Iota(d, 0u));
  auto c1 = hn::Set(d, static_cast<uint32_t>(first >> 32));
  auto c2 = hn::Set(d, static_cast<uint32_t>(stream));
  auto c3 = hn::Set(d, static_cast<uint32_t>(stream >> 32));
  const auto left_factor = hn::Set(d, 0xD2511F53u);
  const auto right_factor = hn::Set(d, 0xCD9E8D57u);
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const auto left = detail::multiply_wide(d, c0, left_factor);
    const auto right = detail::multiply_wide(d, c2, right_factor);
    c0 = hn::Xor(hn::Xor(right.high, c1), hn::Set(d, k0));
    c2 = hn::Xor(hn::Xor(left.high, c3), hn::Set(d, k1));
    c1 = right.low;
    c3 = left.low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {c0, c1, c2, c3};
}

}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled per target
