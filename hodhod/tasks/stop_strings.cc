// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/stop_strings.h"

#include <algorithm>

#include "hodhod/text/text_stream.h"

namespace hodhod {

size_t StopStrings::find(std::string_view text) const {
  size_t first = std::string_view::npos;
  for (const std::string& stop : texts_) first = std::min(first, text.find(stop));
  return first;
}

size_t StopStrings::begun(std::string_view text) const {
  size_t most = 0;
  for (const std::string& stop : texts_) {
    for (size_t length = std::min(stop.size() - 1, text.size()); length > most; --length) {
      if (text.ends_with(std::string_view(stop).substr(0, length))) most = length;
    }
  }
  return most;
}

std::string StopStrings::cut(std::string text) const {
  if (const size_t stop = find(text); stop != std::string::npos) text.resize(stop);
  return text;
}

bool StopStrings::reached(std::span<const int64_t> sequence, int64_t generated) const {
  size_t longest = 0;
  for (const std::string& stop : texts_) longest = std::max(longest, stop.size());
  // Every token that is not special has at least one byte, so a stop string that ends here begins no more
  // than its length in tokens earlier.
  const auto end = static_cast<int64_t>(sequence.size());
  int64_t begin = end;
  for (size_t pieces = 0; begin > end - generated && pieces <= longest; --begin) {
    const int64_t token = sequence[static_cast<size_t>(begin - 1)];
    pieces += tokenizer_.is_special(static_cast<int32_t>(token)) ? 0 : 1;
  }
  const auto split = static_cast<size_t>(begin);
  text::TextStream stream(tokenizer_, sequence.first(split));
  return find(stream.add(sequence.subspan(split))) != std::string::npos;
}

}  // namespace hodhod
