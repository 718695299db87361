// SPDX-License-Identifier: Apache-2.0
// XXH64 (Collet, the xxHash specification 0.1.1): fast; to detect damage and compare files, not for security.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hodhod {

// Takes bytes in pieces; the value does not depend on the sizes of the pieces.
class Hasher {
 public:
  explicit Hasher(uint64_t seed = 0);
  void update(const void* bytes, size_t count);
  void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }
  // Of all bytes so far; more may follow.
  uint64_t digest() const;

 private:
  uint64_t seed_;
  std::array<uint64_t, 4> lanes_;
  std::array<unsigned char, 32> pending_;
  uint64_t size_ = 0;
};

uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

// 16 hexadecimal digits, as the program xxhsum prints them.
std::string hash_text(uint64_t hash);

}  // namespace hodhod
