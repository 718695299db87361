// SPDX-License-Identifier: Apache-2.0
// JSON (RFC 8259), read strictly: nesting up to 64, no duplicate keys, valid UTF-8, nothing after the value.
//
// Include <nlohmann/json.hpp> beside this header in the sources that build or walk values.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod {

// Objects keep the order of their keys. Looking a key up is linear, so walk large objects instead.
using Json = nlohmann::ordered_json;

constexpr int kJsonMaxDepth = 64;

// The value in `text`. Errors say NAME:LINE:COLUMN (the column in characters, from 1) and what is wrong
// there.
Json parse_json(std::string_view text, const std::string& name);
// The value in the file at `path`.
Json read_json(const std::string& path);
// The text of a value: over several lines with `indent` blanks a level, or on one line when `indent` < 0.
// Strings must be UTF-8; NaN and infinities become null, as JSON has no word for them.
std::string format_json(const Json& value, int indent = 2);

// The member of an object, or null when it has no such key. `object` must be an object (else: null).
const Json* json_find(const Json& object, std::string_view key);

// The value as a T: bool, int, int64_t, uint64_t, float, double, std::string or a vector of int64_t, double
// or std::string. Nothing is converted but integers to floating point and whole floating-point numbers to
// integers. `where` is put before the message: "config.json: hidden_size: expected a whole number, found
// "big"".
template <class T>
T json_as(const Json& value, const std::string& where);

// The member `key` of `object` as a T; an error when absent.
template <class T>
T json_get(const Json& object, std::string_view key, const std::string& where);

// The same, but `fallback` when the key is absent or its value is null.
template <class T>
T json_get_or(const Json& object, std::string_view key, T fallback, const std::string& where);

}  // namespace hodhod
