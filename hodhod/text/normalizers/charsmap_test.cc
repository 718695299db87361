// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/charsmap.h"

#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/base/testing.h"
#include "hodhod/text/formats/sentencepiece_proto.h"
#include "hodhod/text/normalizers/precompiled.h"
#include "hodhod/text/testing/test_data.h"

namespace hodhod::text {
namespace {

// A blob with the given units and replacements.
std::string blob_of(const std::vector<uint32_t>& units, const std::string& replacements) {
  std::string blob;
  const auto put = [&](uint32_t value) {
    for (int i = 0; i < 4; ++i, value >>= 8) blob.push_back(static_cast<char>(value & 0xFF));
  };
  put(static_cast<uint32_t>(4 * units.size()));
  for (const uint32_t unit : units) put(unit);
  return blob + replacements;
}

// Units of a trie with the one key "a", whose node is at 256 ^ 'a' and whose value, at 512, is `value`.
std::vector<uint32_t> units_of_a(uint32_t value) {
  std::vector<uint32_t> units(768, 0x80000000u);
  units[0] = 256u << 10;
  units[256 ^ 'a'] = 'a' | 1u << 8 | (512u ^ 256u ^ 'a') << 10;
  units[512] = 0x80000000u | value;
  return units;
}

TEST(Charsmap, FindsAKey) {
  const Charsmap map(blob_of(units_of_a(2), std::string("x\0yz\0", 5)), "test");
  EXPECT_EQ(map.longest("abc").length, 1u);
  EXPECT_EQ(map.longest("abc").replacement, "yz");
  EXPECT_EQ(map.shortest("abc").replacement, "yz");
  EXPECT_EQ(map.longest("bca").length, 0u);
  EXPECT_EQ(map.longest("").length, 0u);
  EXPECT_EQ(map.untouched("bcab"), 2u);
  EXPECT_FALSE(map.crosses_space());
}

TEST(Charsmap, RefusesDamage) {
  const auto refused = [](const std::string& blob) { EXPECT_THROW(Charsmap(blob, "bad"), Error); };
  const std::string text("x\0", 2);
  refused("a");
  refused("abcd");
  refused(blob_of(units_of_a(0), ""));
  refused(blob_of(units_of_a(0), "x"));
  refused(blob_of(units_of_a(2), text));
  refused(blob_of(units_of_a(0x7FFFFFFF), text));
  auto units = units_of_a(0);
  units.resize(512);  // the value's place is outside
  refused(blob_of(units, text));
  // A node that is its own child: every text of a's would be walked to its end from everywhere.
  units = units_of_a(0);
  units[256 ^ 'a'] = 'a' | static_cast<uint32_t>('a') << 10;
  units[256 ^ 'a' ^ 'a'] = 'a';
  units[256 ^ 'a'] = 'a' | 1u << 8 | 'a' << 10;
  units[256] = 0x80000000u;
  units[0] = (256u) << 10;
  units[(256 ^ 'a')] = 'a' | (uint32_t{'a'}) << 10;  // its children begin where it does
  refused(blob_of(units, text));
  for (size_t size = 1; size < 40; ++size) refused(blob_of(units_of_a(0), text).substr(0, size));
}

// Equal subtrees are shared in true files. A file in which all nodes of a level overlap in their children has
// 2¹⁰⁰ keys in 200 nodes: whoever follows each key does not come to an end.
TEST(Charsmap, NodesThatOverlapAreCheckedOnce) {
  constexpr uint32_t kLevels = 100;
  std::vector<uint32_t> units(256 * (kLevels + 2), 0x80000000u);
  const auto base = [](uint32_t level) { return 256 * (level + 1); };
  units[0] = base(0) << 10;
  for (uint32_t level = 0; level < kLevels; ++level) {
    for (const uint32_t byte : {'a', 'b'}) {
      const uint32_t node = base(level) ^ byte, last = level + 1 == kLevels;
      units[node] = byte | last << 8 | (node ^ base(level + 1)) << 10;
    }
  }
  const Charsmap map(blob_of(units, std::string("xy\0", 3)), "test");
  const std::string key = std::string(60, 'a') + std::string(40, 'b');
  EXPECT_EQ(map.longest(key + "a").length, kLevels);
  EXPECT_EQ(map.longest(key).replacement, "xy");
  EXPECT_EQ(map.longest(key.substr(1)).length, 0u);
  // Above all that, a way back to the beginning.
  units[base(kLevels - 1) ^ 'b'] = 'b' | ((base(kLevels - 1) ^ 'b') ^ base(0)) << 10;
  EXPECT_THAT(error_of([&] { Charsmap(blob_of(units, std::string("xy\0", 3)), "bad"); }),
              testing::HasSubstr("bad: precompiled charsmap: the trie has a cycle through unit"));
}

TEST(Charsmap, Nfkc) {
  const std::string path = data_path("tokenizers/sentencepiece-test/test_model.model");
  SKIP_WITHOUT(path);
  const auto proto = SentencePieceProto::parse(slurp(path), path);
  const Charsmap map(proto.normalizer.precompiled_charsmap, path);
  EXPECT_EQ(map.longest("\xEF\xBC\xA1").replacement, "A");  // fullwidth A
  EXPECT_EQ(map.longest("e\xCC\x81").replacement, "\xC3\xA9");
  EXPECT_EQ(map.longest("e\xCC\x81").length, 3u);
  EXPECT_EQ(map.untouched("hello"), 5u);
  EXPECT_EQ(map.untouched("hello\xCC\x81"), 4u);
  // Hugging Face's way, and through its JSON.
  const auto normalizer = make_precompiled(map.blob());
  const auto again = precompiled_from_json(normalizer->to_json(), "again");
  for (const auto& [text, expected] :
       std::vector<std::pair<std::string, std::string>>{{"\xEF\xBC\xA1 e\xCC\x81 x", "A \xC3\xA9 x"},
                                                        {"", ""},
                                                        {"plain", "plain"},
                                                        {"\xE2\x85\xA7", "VIII"}}) {
    EXPECT_EQ(normalize(*normalizer, text), expected);
    EXPECT_EQ(normalize(*again, text), expected);
  }
}

}  // namespace
}  // namespace hodhod::text
