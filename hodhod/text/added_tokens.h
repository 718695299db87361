// SPDX-License-Identifier: Apache-2.0
// Tokens found in the text before the model sees it: special tokens and what users add.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/text/normalized_text.h"
#include "hodhod/text/normalizer.h"

namespace hodhod::text {

struct AddedToken {
  std::string content;
  int32_t id = -1;
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the blanks on its left with it
  bool rstrip = false;
  bool normalized = true;  // looked for in the normalised text, itself normalised; else in the raw text
  bool special = false;    // left out by decode(skip_special)
};

// Leftmost-longest search through a trie by bytes.
class AddedTokens {
 public:
  AddedTokens() = default;
  AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer);

  const std::vector<AddedToken>& all() const { return tokens_; }
  bool empty() const { return tokens_.empty(); }
  const AddedToken* find(std::string_view content) const;
  const AddedToken* find(int32_t id) const;

  struct Match {
    Range range;  // blanks taken by lstrip and rstrip included
    int32_t id;
  };
  // Next match at or after `from`, among those looked for in raw (`normalized` = false) or in normalised
  // text.
  std::optional<Match> next(std::string_view text, size_t from, bool normalized) const;
  bool has(bool normalized) const { return !tries_[normalized].nodes.empty(); }

 private:
  struct Node {
    int32_t token = -1;  // index in tokens_
    uint32_t first = 0;  // its edges: [first, first + count) in edges
    uint32_t count = 0;
  };
  struct Edge {
    uint8_t byte;
    uint32_t node;
  };
  struct Trie {
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    uint8_t starts[256] = {};
    size_t longest = 0;
  };
  static Trie build(const std::vector<std::pair<std::string, int32_t>>& spellings);

  std::vector<AddedToken> tokens_;
  std::vector<std::pair<int32_t, int32_t>> by_id_;           // id → index, sorted
  std::vector<std::pair<std::string, int32_t>> by_content_;  // content → index, sorted
  Trie tries_[2];
};

}  // namespace hodhod::text
