// SPDX-License-Identifier: Apache-2.0
// Normalisers: the first stage of a tokenizer. Each kind is a class of its own in `normalizers/`.
//
// Bytes that are not UTF-8 pass through every normaliser unchanged.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/text/normalized_text.h"

namespace hodhod::text {

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void apply(NormalizedText& text) const = 0;
  // The object that tokenizer.json holds under "normalizer".
  virtual Json to_json() const = 0;
};

using NormalizerPtr = std::unique_ptr<const Normalizer>;

// Reads the object under "normalizer"; null gives nullptr. `where` opens the messages of refusals.
NormalizerPtr normalizer_from_json(const Json& json, const std::string& where);

// `text` normalised, for use outside a tokenizer.
std::string normalize(const Normalizer& normalizer, std::string_view text);

// The kinds, made directly.
enum class UnicodeForm { kNfc, kNfd, kNfkc, kNfkd };
NormalizerPtr make_unicode_normalizer(UnicodeForm form);
NormalizerPtr make_lowercase();
NormalizerPtr make_strip(bool left = true, bool right = true);
NormalizerPtr make_strip_accents();
NormalizerPtr make_nmt();
NormalizerPtr make_prepend(std::string_view prefix);
// Every occurrence of a string, or every match of a pattern (Oniguruma's syntax as Hugging Face writes it).
NormalizerPtr make_replace(std::string_view what, std::string_view with);
NormalizerPtr make_replace_pattern(std::string_view pattern, std::string_view with,
                                   const std::string& where = "Replace");
// Every byte as its character in the byte alphabet (`byte_alphabet.h`).
NormalizerPtr make_byte_level_normalizer();
struct BertNormalizerOptions {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  int strip_accents = -1;  // 0 no, 1 yes, −1 as `lowercase`
  bool lowercase = true;
};
NormalizerPtr make_bert_normalizer(BertNormalizerOptions options = {});
NormalizerPtr make_normalizer_sequence(std::vector<NormalizerPtr> parts);

}  // namespace hodhod::text
