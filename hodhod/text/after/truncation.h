// SPDX-License-Identifier: Apache-2.0
// Truncating encodings to a length, and padding them to one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/text/encoding.h"

namespace hodhod::text {

enum class Side { left, right };
enum class TruncationStrategy { longest_first, only_first, only_second };

struct Truncation {
  int64_t max_length = 512;
  int64_t stride = 0;  // tokens that adjacent parts in `overflow` share
  TruncationStrategy strategy = TruncationStrategy::longest_first;
  Side side = Side::right;  // which end is cut off
};

struct Padding {
  int64_t length = 0;  // 0: to the longest of the batch
  int64_t multiple_of = 0;
  Side side = Side::right;
  int32_t id = 0;
  int32_t type_id = 0;
  std::string token = "[PAD]";
};

// Truncates one or two encodings so that with `added` more tokens they have at most max_length; the rest goes
// to their overflow. Error if the strategy cannot reach the length, or the stride is not less than it.
void truncate_encodings(std::vector<Encoding>& encodings, const Truncation& truncation, int64_t added);

// Pads every encoding, and its overflow, to the length that `padding` asks for.
void pad_encodings(std::vector<Encoding>& encodings, const Padding& padding);

}  // namespace hodhod::text
