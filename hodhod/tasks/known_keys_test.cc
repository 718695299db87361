// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hodhod/decode/generation_keys.h"
#include "hodhod/models/hf/known_settings.h"

namespace hodhod {
namespace {

// What decoding reads in config.json, or says that it does not do, is not said to be unknown as well.
TEST(KnownKeys, OfDecodingAreKnownInConfigJson) {
  size_t keys = 0;
  for (const std::string_view key : generation_key_names()) {
    const GenerationKey kind = generation_key(key);
    if (kind != GenerationKey::used && kind != GenerationKey::unsupported) continue;
    EXPECT_EQ(hf::effect_of(key, Json(3)), hf::Effect::none) << key;
    ++keys;
  }
  EXPECT_GT(keys, 30u);
}

}  // namespace
}  // namespace hodhod
