// SPDX-License-Identifier: Apache-2.0
// For tests: what the unknown tokens of a text stand for, by their offsets.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/text/tokenizer.h"

namespace hodhod::text {

// That encode_ids tells the same. Returns how many there are.
inline size_t expect_unknown_as_by_offsets(const Tokenizer& tokenizer, const std::string& text) {
  const Encoding encoding = tokenizer.encode(text, {.add_special_tokens = false});
  std::vector<std::string> unknown, expected;
  for (size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.ids[i] != tokenizer.role("unk_token")) continue;
    const Range range = encoding.bytes[i];
    expected.push_back(tokenizer.normalized(text.substr(range.begin, range.size())));
  }
  std::vector<int32_t> ids;
  tokenizer.encode_ids(text, ids, &unknown);
  EXPECT_EQ(ids, encoding.ids) << text;
  EXPECT_EQ(unknown, expected) << text;
  return expected.size();
}

}  // namespace hodhod::text
