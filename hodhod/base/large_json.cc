// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/large_json.h"

#include <simdjson.h>

#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace hodhod {
namespace {

using simdjson::dom::element_type;

// Whether no two members have the same key.
bool keys_differ(const Json::Object& members) {
  constexpr size_t kFew = 16;
  constexpr uint32_t kFree = std::numeric_limits<uint32_t>::max();
  if (members.size() <= kFew) {
    for (size_t i = 0; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (members[i].first == members[j].first) return false;
      }
    }
    return true;
  }
  if (members.size() >= kFree) return false;
  // By open addressing: the half of a key's hash, and its index.
  std::vector<std::pair<uint32_t, uint32_t>> slots(std::bit_ceil(2 * members.size()), {0, kFree});
  const size_t mask = slots.size() - 1;
  for (uint32_t i = 0; i < members.size(); ++i) {
    const std::string& key = members[i].first;
    const auto hash = static_cast<uint32_t>(std::hash<std::string_view>()(key) >> 32);
    size_t at = hash & mask;
    for (; slots[at].second != kFree; at = (at + 1) & mask) {
      if (slots[at].first == hash && members[slots[at].second].first == key) return false;
    }
    slots[at] = {hash, i};
  }
  return true;
}

// Puts the value into `json`; false if an object has a key twice.
bool convert(const simdjson::dom::element& value, Json& json) {
  switch (value.type()) {
    case element_type::OBJECT: {
      const simdjson::dom::object object(value);
      Json::Object members;
      members.reserve(object.size());
      for (const auto& [key, member] : object) {
        if (!convert(member, members.emplace_back(std::string(key), nullptr).second)) return false;
      }
      if (!keys_differ(members)) return false;
      json = std::move(members);
      return true;
    }
    case element_type::ARRAY: {
      const simdjson::dom::array array(value);
      Json::Array elements;
      elements.reserve(array.size());
      for (const simdjson::dom::element element : array) {
        if (!convert(element, elements.emplace_back())) return false;
      }
      json = std::move(elements);
      return true;
    }
    case element_type::STRING:
      json = std::string_view(value);
      return true;
    case element_type::INT64:
      json = int64_t(value);
      return true;
    case element_type::UINT64:
      json = uint64_t(value);
      return true;
    case element_type::DOUBLE:
      json = double(value);
      return true;
    case element_type::BOOL:
      json = bool(value);
      return true;
    case element_type::NULL_VALUE:
      break;
  }
  json = nullptr;
  return true;
}

// Whether a surrogate is written by an escape. Half a pair is an error, which not every version of the
// library finds.
bool escapes_surrogates(std::string_view text) {
  for (size_t at = 0; (at = text.find("\\u", at)) != text.npos; at += 2) {
    if (at + 2 < text.size() && (text[at + 2] | 0x20) == 'd') return true;
  }
  return false;
}

}  // namespace

std::optional<Json> parse_large_json(std::string_view text) {
  if (escapes_surrogates(text)) return std::nullopt;
  simdjson::dom::parser parser;
  if (parser.allocate(text.size(), kJsonMaxDepth) != simdjson::SUCCESS) return std::nullopt;
  simdjson::dom::element value;
  if (parser.parse(text.data(), text.size(), true).get(value) != simdjson::SUCCESS) return std::nullopt;
  std::optional<Json> json(std::in_place);
  if (!convert(value, *json)) return std::nullopt;
  return json;
}

}  // namespace hodhod
