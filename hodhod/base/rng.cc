// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/rng.h"

#include <cmath>
#include <numbers>

namespace hodhod {

uint32_t Rng::next_u32() {
  const uint32_t word = at(position_ / 4)[position_ % 4];
  ++position_;
  return word;
}

uint64_t Rng::next_u64() {
  const uint64_t low = next_u32();
  return uint64_t{next_u32()} << 32 | low;
}

float Rng::uniform() { return static_cast<float>(next_u32() >> 8) * 0x1p-24f; }

double Rng::uniform_double() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

uint64_t Rng::below(uint64_t n) {
  // Lemire (2019), "Fast random integer generation in an interval": reject the short first stretch.
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{next_u64()} * n;
  if (static_cast<uint64_t>(product) < n) {
    const uint64_t threshold = (0 - n) % n;
    while (static_cast<uint64_t>(product) < threshold) product = Wide{next_u64()} * n;
  }
  return static_cast<uint64_t>(product >> 64);
}

double Rng::normal() {
  const double u = 1.0 - uniform_double();
  const double v = uniform_double();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

}  // namespace hodhod
