// SPDX-License-Identifier: Apache-2.0
// Encoded texts in a file, so that a resumed run need not encode its corpus again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/hash.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

using TokenSequences = std::vector<std::vector<int64_t>>;

// What the tokens depend on: the tokenizer and its texts.
class TokenKey {
 public:
  explicit TokenKey(const text::Tokenizer& tokenizer);
  void add(std::string_view text);
  uint64_t value() const { return hasher_.digest(); }

 private:
  Hasher hasher_;
};

// The sequences for `key` from the file at `path`. If the file has another key, is damaged or missing,
// `encode` makes them and the file is written. Ids are from 0 to 2³² − 1. With an empty path nothing is
// stored.
TokenSequences cached_tokens(const std::string& path, uint64_t key,
                             const std::function<TokenSequences()>& encode);

}  // namespace hodhod
