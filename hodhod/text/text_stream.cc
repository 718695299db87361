// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/text_stream.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>

#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

constexpr size_t kContext = 8;  // tokens that are kept to decode the next one behind

// The number of bytes at the end of a text that begin a UTF-8 character but do not complete it.
size_t unfinished(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const char byte = text[text.size() - back];
    if (is_continuation(byte)) continue;
    const auto length = static_cast<size_t>(std::countl_one(static_cast<uint8_t>(byte)));
    return length > back && length <= 4 ? back : 0;
  }
  return 0;
}

// The token that stands for a word in what is before, if it stands for nothing else: what follows is put
// behind it as behind any other word.
std::optional<int32_t> unknown_word(const Tokenizer& tokenizer) {
  const auto unknown = tokenizer.role("unk_token");
  for (const char* other : {"bos_token", "eos_token", "pad_token"}) {
    if (unknown == tokenizer.role(other)) return std::nullopt;
  }
  return unknown;
}

}  // namespace

// All of the window: it has no special tokens but words that are unknown.
std::string TextStream::decoded() const { return tokenizer_.decode(window_, false); }

TextStream::TextStream(const Tokenizer& tokenizer, std::span<const int64_t> before) : tokenizer_(tokenizer) {
  const std::optional<int32_t> word = unknown_word(tokenizer);
  for (auto token = before.rbegin(); token != before.rend() && window_.size() < kContext; ++token) {
    const auto id = static_cast<int32_t>(*token);
    if (!tokenizer.is_special(id) || id == word) window_.push_back(id);
  }
  std::reverse(window_.begin(), window_.end());
  text_ = decoded();
  shown_ = text_.size();
}

std::string TextStream::add(std::span<const int64_t> tokens) {
  const size_t before = window_.size();
  for (const int64_t token : tokens) {
    if (!tokenizer_.is_special(static_cast<int32_t>(token))) window_.push_back(static_cast<int32_t>(token));
  }
  if (window_.size() == before) return {};
  text_ = decoded();
  shown_ = std::min(shown_, text_.size());
  const size_t certain = std::max(shown_, text_.size() - unfinished(text_));
  std::string grown = text_.substr(shown_, certain - shown_);
  shown_ = certain;
  if (window_.size() > 2 * kContext) shorten();
  return grown;
}

std::string TextStream::finish() {
  std::string rest = text_.substr(shown_);
  shown_ = text_.size();
  return rest;
}

void TextStream::shorten() {
  const size_t rest = text_.size() - shown_;
  window_.erase(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(kContext));
  text_ = decoded();
  shown_ = text_.size() - std::min(rest, text_.size());
}

}  // namespace hodhod::text
