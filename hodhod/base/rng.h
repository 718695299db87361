// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
// 3").
//
// A number is a pure function of (seed, stream, position), so it does not depend on threads, the order of
// calls, or interruptions.
#pragma once

#include <array>
#include <cstdint>

namespace hodhod {

// Four random 32-bit words for `counter` under `key`.
constexpr std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t left = uint64_t{0xD2511F53u} * counter[0];
    const uint64_t right = uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<uint32_t>(right >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(right),
               static_cast<uint32_t>(left >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(left)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

// A stream of random numbers, named by a seed and a stream number. `at(i)` is random access; the other
// members read on from `position`, which is the whole state (save it to resume exactly).
//
// Streams are made from streams by `fork(name)`: layers, steps and examples each get their own.
class Rng {
 public:
  explicit Rng(uint64_t seed = 0, uint64_t stream = 0, uint64_t position = 0)
      : seed_(seed), stream_(stream), position_(position) {}

  uint64_t seed() const { return seed_; }
  uint64_t stream() const { return stream_; }
  uint64_t position() const { return position_; }

  // The words of block `index` of this stream.
  std::array<uint32_t, 4> at(uint64_t index) const {
    return philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                   static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)},
                  {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
  }

  // Another stream of the same seed, a function of this one's number and `name` alone.
  Rng fork(uint64_t name) const {
    const auto words = philox({static_cast<uint32_t>(name), static_cast<uint32_t>(name >> 32),
                               static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)},
                              {0x243F6A88u, 0x85A308D3u});
    return Rng(seed_, uint64_t{words[1]} << 32 | words[0]);
  }

  uint32_t next_u32();
  uint64_t next_u64();
  // Uniform in [0, 1): 24 and 53 random bits.
  float uniform();
  double uniform_double();
  // Uniform in {0, …, n − 1}, without bias; n ≥ 1.
  uint64_t below(uint64_t n);
  // Standard normal (Box–Muller; four words a value).
  double normal();

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t position_;  // in 32-bit words
};

}  // namespace hodhod
