// SPDX-License-Identifier: Apache-2.0
// Encoded texts kept in a file, so that a run that is taken up again need not encode its corpus again.
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

// What the tokens are a function of: the tokenizer, and the texts that it is given.
class TokenKey {
 public:
  explicit TokenKey(const text::Tokenizer& tokenizer);
  void add(std::string_view text);
  uint64_t value() const { return hasher_.digest(); }

 private:
  Hasher hasher_;
};

// The sequences that the file at `path` holds for `key`; of another key, damaged, or not there, they are made
// by `encode` and the file is written. Ids are from 0 to 2³² − 1. With an empty path nothing is kept.
TokenSequences cached_tokens(const std::string& path, uint64_t key,
                             const std::function<TokenSequences()>& encode);

}  // namespace hodhod
