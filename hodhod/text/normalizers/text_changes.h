// SPDX-License-Identifier: Apache-2.0
// The changes that a normaliser made to a text.
#pragma once

#include <string>
#include <vector>

#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

// The bytes `where` of the original, `before`, became `after`.
struct TextChange {
  Range where;
  std::string before;
  std::string after;
};

// The places where `text` differs from its original, in order; adjacent changes are joined. `text` must
// track.
std::vector<TextChange> list_changes(const NormalizedText& text);

}  // namespace hodhod::text
