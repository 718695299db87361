// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/words.h"

#include "hodhod/base/error.h"

namespace hodhod {
WordList::WordList(const text::Tokenizer& tokenizer, std::string_view text) {
  letters_.reserve(text.size());
  tokenizer.for_each_piece(text, [&](std::string_view piece, bool) {
    letters_ += piece;
    check(letters_.size() <= UINT32_MAX, "a text of more than 4 GiB; cut it into several");
    ends_.push_back(static_cast<uint32_t>(letters_.size()));
  });
  whole_ = size();
  const auto& truncation = tokenizer.parts().truncation;
  if (!truncation || truncation->max_length >= whole_) return;
  const auto kept = static_cast<ptrdiff_t>(truncation->max_length);
  if (truncation->side == text::Side::right) {
    ends_.resize(static_cast<size_t>(kept));
    return;
  }
  const size_t begin = kept < whole_ ? ends_[static_cast<size_t>(whole_ - kept - 1)] : 0;
  ends_.erase(ends_.begin(), ends_.end() - kept);
  letters_.erase(0, begin);
  for (uint32_t& end : ends_) end -= static_cast<uint32_t>(begin);
}

std::vector<std::string_view> WordList::words() const {
  std::vector<std::string_view> words;
  words.reserve(ends_.size());
  size_t begin = 0;
  for (const uint32_t end : ends_) {
    words.push_back(std::string_view(letters_).substr(begin, end - begin));
    begin = end;
  }
  return words;
}

}  // namespace hodhod
