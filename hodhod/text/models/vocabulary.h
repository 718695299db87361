// SPDX-License-Identifier: Apache-2.0
// Token ↔ id, for the models.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod::text {

// Open addressing over one block of text: about 12 bytes for each token, and its spelling.
class Vocabulary {
 public:
  Vocabulary() = default;
  // Tokens whose ids are their positions. Error for duplicate tokens.
  Vocabulary(const std::vector<std::string>& tokens, const std::string& where);
  // Any order. Error for duplicate tokens or ids, negative ids, and ids above 8 × the number of tokens +
  // 65536 (so that a small file cannot reserve much memory).
  Vocabulary(const std::vector<std::pair<std::string, int64_t>>& tokens, const std::string& where);
  // From an object {"token": id, …}.
  static Vocabulary from_json(const Json& object, const std::string& where);

  int32_t size() const { return static_cast<int32_t>(spellings_.size()); }  // highest id + 1
  int32_t count() const { return count_; }                                  // tokens
  // −1 if there is no such token.
  int32_t find(std::string_view token) const;
  // Appends what find says of each token. Faster than one after the other.
  void find_all(std::span<const std::string_view> tokens, std::vector<int32_t>& ids) const;
  std::optional<int32_t> id(std::string_view token) const;
  // Empty view for an id that is out of range or unused.
  std::string_view token(int32_t id) const;
  bool has(int32_t id) const;
  // {"token":id,…} in order of id.
  std::string to_json() const;

 private:
  struct Slot {
    uint32_t hash = 0;
    int32_t id = -1;
  };
  struct Spelling {
    uint32_t begin = 0;
    uint32_t size = 0;
    bool used = false;
  };
  using Item = std::pair<std::string_view, int64_t>;
  void build(const std::vector<Item>& items, const std::string& where);
  // The slot of `token`, or the free slot for it.
  size_t slot_of(std::string_view token, uint32_t hash) const;

  std::string text_;
  std::vector<Spelling> spellings_;  // by id
  std::vector<Slot> slots_;
  int32_t count_ = 0;
};

}  // namespace hodhod::text
