// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/after/truncation.h"

#include <algorithm>

#include "hodhod/base/error.h"

namespace hodhod::text {
namespace {

// Splits an encoding into parts of `length` tokens, each sharing `stride` tokens with the one before; the
// first stays, the rest overflow.
void truncate_one(Encoding& encoding, int64_t length, const Truncation& truncation) {
  const auto size = static_cast<int64_t>(encoding.size());
  if (length >= size) return;
  if (length <= 0) {
    Encoding empty;
    empty.overflow.push_back(std::move(encoding));
    encoding = std::move(empty);
    return;
  }
  check(truncation.stride >= 0 && truncation.stride < length,
        "encode: a stride of {} tokens must be less than the length of {}; give a smaller stride",
        truncation.stride, length);
  const int64_t step = length - truncation.stride;
  std::vector<Encoding> parts;
  if (truncation.side == Side::right) {
    for (int64_t begin = 0;; begin += step) {
      const int64_t end = std::min(begin + length, size);
      parts.push_back(encoding.slice(static_cast<size_t>(begin), static_cast<size_t>(end)));
      if (end == size) break;
    }
  } else {
    for (int64_t end = size;; end -= step) {
      const int64_t begin = std::max<int64_t>(end - length, 0);
      parts.push_back(encoding.slice(static_cast<size_t>(begin), static_cast<size_t>(end)));
      if (begin == 0) break;
    }
  }
  encoding = std::move(parts.front());
  encoding.overflow.assign(std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
}

void truncate_longest_first(std::vector<Encoding>& encodings, const Truncation& truncation, int64_t length) {
  if (encodings.size() == 1) return truncate_one(encodings[0], length, truncation);
  const auto n1 = static_cast<int64_t>(encodings[0].size()), n2 = static_cast<int64_t>(encodings[1].size());
  int64_t shorter = std::min(n1, n2);
  int64_t longer = shorter > length ? shorter : std::max(shorter, length - shorter);
  if (shorter + longer > length) {
    shorter = length / 2;
    longer = shorter + length % 2;
  }
  truncate_one(encodings[0], n1 > n2 ? longer : shorter, truncation);
  truncate_one(encodings[1], n1 > n2 ? shorter : longer, truncation);
}

void pad_one(Encoding& encoding, size_t length, const Padding& padding) {
  for (Encoding& part : encoding.overflow) pad_one(part, length, padding);
  if (encoding.size() >= length) return;
  Encoding pad;
  for (size_t i = encoding.size(); i < length; ++i) pad.push_special(padding.id, padding.type_id);
  std::fill(pad.attention_mask.begin(), pad.attention_mask.end(), uint8_t{0});
  if (padding.side == Side::right) {
    encoding.append(pad);
  } else {
    pad.append(encoding);
    pad.overflow = std::move(encoding.overflow);
    encoding = std::move(pad);
  }
}

}  // namespace

void truncate_encodings(std::vector<Encoding>& encodings, const Truncation& truncation, int64_t added) {
  const int64_t length = std::max<int64_t>(truncation.max_length - added, 0);
  int64_t total = 0;
  for (const Encoding& encoding : encodings) total += static_cast<int64_t>(encoding.size());
  if (total <= length) return;
  if (length == 0) {
    for (Encoding& encoding : encodings) truncate_one(encoding, 0, truncation);
    return;
  }
  if (truncation.strategy == TruncationStrategy::longest_first) {
    return truncate_longest_first(encodings, truncation, length);
  }
  const size_t target = truncation.strategy == TruncationStrategy::only_first ? 0 : 1;
  check(target < encodings.size(), "encode: truncation cuts the second text only, but there is one text");
  const auto size = static_cast<int64_t>(encodings[target].size());
  check(size > total - length, "encode: the {} text has {} tokens, too few to cut {} off",
        target == 0 ? "first" : "second", size, total - length);
  truncate_one(encodings[target], size - (total - length), truncation);
}

void pad_encodings(std::vector<Encoding>& encodings, const Padding& padding) {
  auto length = static_cast<size_t>(std::max<int64_t>(padding.length, 0));
  if (padding.length <= 0) {
    for (const Encoding& encoding : encodings) length = std::max(length, encoding.size());
  }
  if (padding.multiple_of > 0) {
    const auto multiple = static_cast<size_t>(padding.multiple_of);
    length = (length + multiple - 1) / multiple * multiple;
  }
  for (Encoding& encoding : encodings) pad_one(encoding, length, padding);
}

}  // namespace hodhod::text
