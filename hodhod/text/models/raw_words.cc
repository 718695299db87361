// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/models/raw_words.h"

#include "hodhod/base/utf8.h"
#include "hodhod/text/normalizers/charsmap.h"
#include "hodhod/text/unicode/metaspace.h"

namespace hodhod::text {
namespace {

constexpr std::string_view kTwoSpaces = "\xE2\x96\x81\xE2\x96\x81";

}  // namespace

std::unique_ptr<const RawWords> RawWords::make(const SentencePieceNormalizerOptions& options) {
  if (!options.escape_whitespaces || options.treat_whitespace_as_suffix || !options.user_defined.empty() ||
      (options.charsmap && options.charsmap->crosses_space())) {
    return nullptr;
  }
  auto words = std::make_unique<RawWords>();
  SentencePieceNormalizerOptions plain = options;
  plain.add_dummy_prefix = false;
  plain.remove_extra_whitespaces = false;
  words->plain_ = make_sentencepiece_normalizer(std::move(plain));
  words->removes_spaces_ = options.remove_extra_whitespaces;
  words->first_has_space_ = options.add_dummy_prefix;
  words->first_differs_ = options.remove_extra_whitespaces != options.add_dummy_prefix;
  return words;
}

bool RawWords::normalize(std::string_view word, bool first, std::string& out) const {
  NormalizedText text(word, false);
  plain_->apply(text);
  std::string_view result = text.view();
  out.clear();
  if (first ? first_has_space_ : removes_spaces_) out += kMetaspace;
  if (!removes_spaces_) {
    out += result;
    // A space at the end that is not U+0020 would be adjacent to the next word's space.
    return !out.ends_with(kMetaspace) || word.ends_with(' ');
  }
  // A literal ▁ is not a space, except at the end of the text.
  if (word.find(kMetaspace) != std::string_view::npos) return false;
  while (result.starts_with(kMetaspace)) result.remove_prefix(kMetaspace.size());
  while (result.ends_with(kMetaspace)) result.remove_suffix(kMetaspace.size());
  if (result.empty()) {
    out.clear();
    return !first_differs_;
  }
  // Of several spaces one stays.
  for (size_t at = 0; (at = result.find(kTwoSpaces)) != std::string_view::npos;) {
    out += result.substr(0, at);
    result.remove_prefix(at + kMetaspace.size());
  }
  out += result;
  return true;
}

}  // namespace hodhod::text
