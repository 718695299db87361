// SPDX-License-Identifier: Apache-2.0
// Tokens found in the text before the model sees it: special tokens and what users add.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/normalized_text.h"
#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod::text {

struct AddedToken {
  std::string content = {};
  int32_t id = -1;
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the blanks on its left with it
  bool rstrip = false;
  bool normalized = true;  // looked for in the normalised text, itself normalised; else in the raw text
  bool special = false;    // left out by decode(skip_special)
  bool in_text = true;     // looked for in texts at all; not kept in files
};

// Finds them: leftmost first, the longest of those that start there, through a trie.
class AddedTokens {
 public:
  AddedTokens() = default;
  // Refuses two tokens of one content or id, and empty ones.
  AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer, const std::string& where);

  const std::vector<AddedToken>& all() const { return tokens_; }  // in order of id
  bool empty() const { return tokens_.empty(); }
  const AddedToken* find(std::string_view content) const;
  const AddedToken* find(int32_t id) const;
  // Whether any is looked for in raw (`normalized` = false) or in normalised text.
  bool has(bool normalized) const { return !tries_[normalized].nodes.empty(); }

  struct Match {
    Range range;  // with the blanks that lstrip and rstrip take
    int32_t id;
  };
  // Next match at or after `from`.
  std::optional<Match> next(std::string_view text, size_t from, bool normalized) const;

 private:
  using Spelling = std::pair<std::string, int32_t>;  // and the token's index
  struct Node {
    int32_t token = -1;
    uint32_t first = 0;  // its edges are edges[first, first + count), by byte
    uint32_t count = 0;
  };
  struct Edge {
    uint8_t byte;
    uint32_t node;
  };
  struct Trie {
    std::vector<Node> nodes;
    std::vector<Edge> edges;
    std::array<bool, 256> starts = {};
    // The longest token that starts at `at`: its index, or −1, and its size.
    std::pair<int32_t, size_t> match(std::string_view text, size_t at) const;
  };
  static Trie build_trie(std::vector<Spelling> spellings);

  std::vector<AddedToken> tokens_;
  std::vector<uint32_t> by_content_;  // indices, sorted by content
  std::array<Trie, 2> tries_;
};

}  // namespace hodhod::text
