// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/hash.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace hodhod {
namespace {

constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87u;
constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Fu;
constexpr uint64_t kPrime3 = 0x165667B19E3779F9u;
constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63u;
constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5u;

// Words are little-endian in the specification, as on every machine this builds for.
static_assert(std::endian::native == std::endian::little);

template <class Word>
Word load(const unsigned char* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

uint64_t round(uint64_t lane, uint64_t word) { return std::rotl(lane + word * kPrime2, 31) * kPrime1; }

uint64_t merge(uint64_t hash, uint64_t lane) { return (hash ^ round(0, lane)) * kPrime1 + kPrime4; }

}  // namespace

Hasher::Hasher(uint64_t seed)
    : seed_(seed), lanes_{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1}, pending_{} {}

void Hasher::update(const void* bytes, size_t count) {
  const auto* p = static_cast<const unsigned char*>(bytes);
  const size_t held = size_ % 32;
  size_ += count;
  const auto absorb = [this](const unsigned char* stripe) {
    for (size_t i = 0; i < 4; ++i) lanes_[i] = round(lanes_[i], load<uint64_t>(stripe + 8 * i));
  };
  if (held > 0) {
    const size_t taken = std::min(count, 32 - held);
    std::memcpy(pending_.data() + held, p, taken);
    if (held + taken < 32) return;
    absorb(pending_.data());
    p += taken;
    count -= taken;
  }
  for (; count >= 32; p += 32, count -= 32) absorb(p);
  if (count > 0) std::memcpy(pending_.data(), p, count);
}

uint64_t Hasher::digest() const {
  uint64_t hash = seed_ + kPrime5;
  if (size_ >= 32) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
           std::rotl(lanes_[3], 18);
    for (const uint64_t lane : lanes_) hash = merge(hash, lane);
  }
  hash += size_;
  const unsigned char* p = pending_.data();
  size_t left = size_ % 32;
  for (; left >= 8; p += 8, left -= 8) {
    hash = std::rotl(hash ^ round(0, load<uint64_t>(p)), 27) * kPrime1 + kPrime4;
  }
  if (left >= 4) {
    hash = std::rotl(hash ^ load<uint32_t>(p) * kPrime1, 23) * kPrime2 + kPrime3;
    p += 4;
    left -= 4;
  }
  for (; left > 0; ++p, --left) hash = std::rotl(hash ^ *p * kPrime5, 11) * kPrime1;
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  Hasher hasher(seed);
  hasher.update(bytes);
  return hasher.digest();
}

std::string hash_text(uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace hodhod
