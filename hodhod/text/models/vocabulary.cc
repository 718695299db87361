// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/vocabulary.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/text/lookup/hash.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::text {
namespace {

std::string shown(std::string_view token) { return quote_json(token.substr(0, 60)); }

uint32_t short_hash(std::string_view token) { return static_cast<uint32_t>(hash_bytes(token) >> 32); }

}  // namespace

Vocabulary::Vocabulary(const std::vector<std::string>& tokens, const std::string& where) {
  std::vector<Item> items;
  items.reserve(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) items.emplace_back(tokens[i], static_cast<int64_t>(i));
  build(items, where);
}

Vocabulary::Vocabulary(const std::vector<std::pair<std::string, int64_t>>& tokens, const std::string& where) {
  build({tokens.begin(), tokens.end()}, where);
}

Vocabulary Vocabulary::from_json(const Json& object, const std::string& where) {
  check(object.is_object(), "{}: expected an object of tokens and ids", where);
  std::vector<Item> items;
  const auto& members = object.items();
  items.reserve(members.size());
  for (const auto& [token, id] : members) {
    // A token is spelt for a message only when there is one.
    if (!id.is_number_integer()) fail("{}: {}: expected a whole number as id", where, shown(token));
    const bool huge = id.is_number_unsigned() && id.get<uint64_t>() > std::numeric_limits<int32_t>::max();
    if (huge) fail("{}: {}: the id is above 2^31", where, shown(token));
    items.emplace_back(token, id.get<int64_t>());
  }
  Vocabulary vocabulary;
  vocabulary.build(items, where);
  return vocabulary;
}

void Vocabulary::build(const std::vector<Item>& items, const std::string& where) {
  const auto limit = static_cast<int64_t>(items.size()) * 8 + 65536;
  size_t bytes = 0;
  int64_t highest = -1;
  for (const auto& [token, id] : items) {
    if (id < 0) fail("{}: {}: the id {} is negative", where, shown(token), id);
    if (id > std::numeric_limits<int32_t>::max())
      fail("{}: {}: the id {} is above 2^31", where, shown(token), id);
    if (id >= limit) {
      fail("{}: {}: the id {} is too high for a vocabulary of {} tokens", where, shown(token), id,
           items.size());
    }
    highest = std::max(highest, id);
    bytes += token.size();
  }
  check(bytes < std::numeric_limits<uint32_t>::max(),
        "{}: the tokens have {} bytes in all; the limit is 4 GiB", where, bytes);
  text_.reserve(bytes);
  spellings_.resize(static_cast<size_t>(highest + 1));
  slots_.resize(std::bit_ceil(items.size() * 2 + 2));
  for (const auto& [token, id] : items) {
    Spelling& spelling = spellings_[static_cast<size_t>(id)];
    if (spelling.used) {
      fail("{}: the id {} belongs to {} and to {}", where, id, shown(this->token(static_cast<int32_t>(id))),
           shown(token));
    }
    const uint32_t hash = short_hash(token);
    Slot& slot = slots_[slot_of(token, hash)];
    if (slot.id >= 0)
      fail("{}: the token {} occurs twice, with ids {} and {}", where, shown(token), slot.id, id);
    slot = {hash, static_cast<int32_t>(id)};
    spelling = {static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(token.size()), true};
    text_.append(token);
  }
  count_ = static_cast<int32_t>(items.size());
}

size_t Vocabulary::slot_of(std::string_view token, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i].id >= 0 && !(slots_[i].hash == hash && this->token(slots_[i].id) == token))
    i = (i + 1) & mask;
  return i;
}

int32_t Vocabulary::find(std::string_view token) const {
  return slots_.empty() ? -1 : slots_[slot_of(token, short_hash(token))].id;
}

void Vocabulary::find_all(std::span<const std::string_view> tokens, std::vector<int32_t>& ids) const {
  if (slots_.empty()) return ids.insert(ids.end(), tokens.size(), -1), void();
  // What is read next is asked for beforehand, for some tokens at once: their first slots, then where their
  // spellings are, then these.
  constexpr size_t kAtOnce = 32;
  uint32_t hashes[kAtOnce];
  const size_t mask = slots_.size() - 1;
  for (size_t first = 0; first < tokens.size(); first += kAtOnce) {
    const auto some = tokens.subspan(first, std::min(kAtOnce, tokens.size() - first));
    for (size_t i = 0; i < some.size(); ++i) {
      hashes[i] = short_hash(some[i]);
      __builtin_prefetch(&slots_[hashes[i] & mask]);
    }
    for (size_t i = 0; i < some.size(); ++i) {
      const int32_t id = slots_[hashes[i] & mask].id;
      if (id >= 0) __builtin_prefetch(&spellings_[static_cast<size_t>(id)]);
    }
    for (size_t i = 0; i < some.size(); ++i) {
      const int32_t id = slots_[hashes[i] & mask].id;
      if (id >= 0) __builtin_prefetch(text_.data() + spellings_[static_cast<size_t>(id)].begin);
    }
    for (size_t i = 0; i < some.size(); ++i) ids.push_back(slots_[slot_of(some[i], hashes[i])].id);
  }
}

std::optional<int32_t> Vocabulary::id(std::string_view token) const {
  const int32_t found = find(token);
  return found < 0 ? std::nullopt : std::optional(found);
}

std::string_view Vocabulary::token(int32_t id) const {
  if (!has(id)) return {};
  const Spelling& spelling = spellings_[static_cast<size_t>(id)];
  return std::string_view(text_).substr(spelling.begin, spelling.size);
}

bool Vocabulary::has(int32_t id) const {
  return id >= 0 && id < size() && spellings_[static_cast<size_t>(id)].used;
}

std::string Vocabulary::to_json() const {
  std::string out = "{";
  for (int32_t id = 0; id < size(); ++id) {
    if (!has(id)) continue;
    if (out.size() > 1) out.push_back(',');
    append_quoted_json(out, token(id));
    out.append(":").append(std::to_string(id));
  }
  out.push_back('}');
  return out;
}

}  // namespace hodhod::text
