// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/split_pieces.h"

namespace hodhod::text {

void append_stretches(std::vector<Stretch>& stretches, SplitBehavior behavior, std::vector<Piece>& out) {
  const size_t first = out.size();
  switch (behavior) {
    case SplitBehavior::removed:
      for (const auto& s : stretches) {
        if (!s.delimiter) out.push_back({s.range});
      }
      return;
    case SplitBehavior::isolated:
      for (const auto& s : stretches) out.push_back({s.range});
      return;
    case SplitBehavior::contiguous: {
      for (size_t i = 0; i < stretches.size(); ++i) {
        if (i > 0 && stretches[i].delimiter == stretches[i - 1].delimiter) {
          out.back().range.end = stretches[i].range.end;
        } else {
          out.push_back({stretches[i].range});
        }
      }
      return;
    }
    case SplitBehavior::merged_with_previous: {
      bool previous = false;
      for (const auto& s : stretches) {
        if (s.delimiter && !previous && out.size() > first) {
          out.back().range.end = s.range.end;
        } else {
          out.push_back({s.range});
        }
        previous = s.delimiter;
      }
      return;
    }
    case SplitBehavior::merged_with_next: {
      // A delimiter joins the stretch after it unless that is a delimiter too.
      for (size_t i = 0; i < stretches.size(); ++i) {
        const bool joins = i > 0 && stretches[i - 1].delimiter && !stretches[i].delimiter;
        if (joins) {
          out.back().range.end = stretches[i].range.end;
        } else {
          out.push_back({stretches[i].range});
        }
      }
      return;
    }
  }
}

}  // namespace hodhod::text
