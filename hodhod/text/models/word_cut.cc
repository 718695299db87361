// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/word_cut.h"

#include <cstring>

#include "hodhod/base/utf8.h"
#include "hodhod/text/unicode/metaspace.h"

namespace hodhod::text {
namespace {

bool is_space_at(std::string_view text, size_t at) {
  return text.size() - at >= 3 && std::memcmp(text.data() + at, kMetaspace.data(), 3) == 0;
}

}  // namespace

void WordCutFinder::add(std::string_view piece) {
  bool was_space = true;
  for (size_t i = 0; i < piece.size();) {
    const bool is_space = is_space_at(piece, i);
    if (i > 0 && is_space && !was_space) inner_space_ = true;
    if (i > 0 && !is_space && was_space) leading_space_ = true;
    was_space = is_space;
    i += is_space ? 3 : 1;
  }
}

size_t word_end(std::string_view text, size_t begin, WordCut cut) {
  if (cut == WordCut::none) return text.size();
  size_t at = begin;
  if (cut == WordCut::before_space) {
    while (is_space_at(text, at)) at += 3;
  }
  while (at < text.size()) {
    const void* found = std::memchr(text.data() + at, kMetaspace[0], text.size() - at);
    if (found == nullptr) return text.size();
    at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    if (is_space_at(text, at)) break;
    ++at;
  }
  if (cut == WordCut::after_space) {
    while (is_space_at(text, at)) at += 3;
  }
  return at;
}

}  // namespace hodhod::text
