// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/hash.h"

#include <gtest/gtest.h>

namespace hodhod {
namespace {

// Printed by xxhsum -H64 0.8.1 for the same bytes.
TEST(Hash, AgreesWithXxhsum) {
  EXPECT_EQ(hash_text(hash64("")), "ef46db3751d8e999");
  EXPECT_EQ(hash_text(hash64("a")), "d24ec4f1a98c6e5b");
  EXPECT_EQ(hash_text(hash64("abc")), "44bc2cf5ad770999");
  EXPECT_EQ(hash_text(hash64("0123456789abcdef0123456789abcdef")), "642a94958e71e6c5");
  EXPECT_EQ(hash_text(hash64("Attention is all you need: the quick brown fox jumps over the lazy dog")),
            "b46f81d68aeebe88");
}

TEST(Hash, PiecesDoNotMatter) {
  std::string bytes(300, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  for (size_t size = 0; size <= bytes.size(); size += 7) {
    const std::string_view all(bytes.data(), size);
    for (size_t cut : {1, 5, 31, 32, 33, 64, 100}) {
      Hasher hasher;
      for (size_t i = 0; i < size; i += cut) hasher.update(all.substr(i, cut));
      EXPECT_EQ(hasher.digest(), hash64(all));
    }
  }
  EXPECT_NE(hash64("a", 1), hash64("a", 2));
}

}  // namespace
}  // namespace hodhod
