// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/words.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr size_t kBlock = 1024;  // texts that are split at once

}  // namespace

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

WordSource words_of_texts(const text::Tokenizer& tokenizer, size_t count,
                          std::function<std::string_view(size_t)> text) {
  struct Block {
    std::vector<WordList> lists;
    size_t first = 0, next = 0;
  };
  auto block = std::make_shared<Block>();
  return [&tokenizer, count, text = std::move(text), block](std::vector<std::string_view>& words) {
    if (block->next == count) return false;
    if (block->next == block->first + block->lists.size()) {
      block->first = block->next;
      block->lists.assign(std::min(kBlock, count - block->first), {});
      parallel_for(std::ssize(block->lists), 8, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
          block->lists[i] = WordList(tokenizer, text(block->first + i));
        }
      });
    }
    words = block->lists[block->next++ - block->first].words();
    return true;
  };
}

}  // namespace hodhod
