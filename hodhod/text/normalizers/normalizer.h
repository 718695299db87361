// SPDX-License-Identifier: Apache-2.0
// Normalisers: the first stage of a tokenizer. The kinds are in the headers beside this one.
//
// Bytes that are not UTF-8 pass through every normaliser unchanged.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void apply(NormalizedText& text) const = 0;
  // The object that tokenizer.json holds under "normalizer".
  virtual Json to_json() const = 0;
};

using NormalizerPtr = std::unique_ptr<const Normalizer>;

// Reads the object under "normalizer"; null gives nullptr. Error messages begin with `where`.
NormalizerPtr normalizer_from_json(const Json& json, const std::string& where);

// `text` normalised, for use outside a tokenizer.
std::string normalize(const Normalizer& normalizer, std::string_view text);

// All of `parts`, one after the other.
NormalizerPtr make_normalizer_sequence(std::vector<NormalizerPtr> parts);

}  // namespace hodhod::text
