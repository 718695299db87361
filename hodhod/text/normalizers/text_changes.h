// SPDX-License-Identifier: Apache-2.0
// What a normaliser did to a text.
#pragma once

#include <string>
#include <vector>

#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

// Bytes `where` of the original, which read `before`, became `after`.
struct TextChange {
  Range where;
  std::string before;
  std::string after;
};

// The places where `text` differs from its original, in order; neighbours are one. `text` must track.
std::vector<TextChange> list_changes(const NormalizedText& text);

}  // namespace hodhod::text
