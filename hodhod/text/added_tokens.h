// SPDX-License-Identifier: Apache-2.0
// Tokens that are found in the text before the model sees it: special tokens and tokens that users add.
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
  bool single_word = false;  // only if no word character is next to it
  bool lstrip = false;       // also covers the white space on its left
  bool rstrip = false;
  bool normalized = true;  // it is normalised and searched in the normalised text; else in the raw text
  bool special = false;    // left out by decode(skip_special)
  bool in_text = true;     // searched in texts at all; not stored in files
};

// Finds added tokens with a trie: the leftmost first, and of those that start there the longest.
class AddedTokens {
 public:
  AddedTokens() = default;
  // Error for two tokens with the same content or id, and for empty tokens.
  AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer, const std::string& where);

  const std::vector<AddedToken>& all() const { return tokens_; }  // in order of id
  bool empty() const { return tokens_.empty(); }
  const AddedToken* find(std::string_view content) const;
  const AddedToken* find(int32_t id) const;
  // Whether any token is searched in raw (`normalized` = false) or in normalised text.
  bool has(bool normalized) const { return !tries_[normalized].nodes.empty(); }

  struct Match {
    Range range;  // with the white space of lstrip and rstrip
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
    int only_start = -1;  // the byte that all begin with, if there is one
    // The first place from `at` on where a token can start, or the end of the text.
    size_t next_start(std::string_view text, size_t at) const;
    // The longest token that starts at `at`: its index, or −1, and its size.
    std::pair<int32_t, size_t> match(std::string_view text, size_t at) const;
  };
  static Trie build_trie(std::vector<Spelling> spellings);

  std::vector<AddedToken> tokens_;
  std::vector<uint32_t> by_content_;  // indices, sorted by content
  std::array<Trie, 2> tries_;
};

}  // namespace hodhod::text
