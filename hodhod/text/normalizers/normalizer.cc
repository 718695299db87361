// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/normalizer.h"

#include "hodhod/base/error.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/precompiled.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/patterns/json_pattern.h"

namespace hodhod::text {
namespace {

class NormalizerSequence : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<NormalizerPtr> parts) : parts_(std::move(parts)) {}
  void apply(NormalizedText& text) const override {
    for (const auto& part : parts_) part->apply(text);
  }
  Json to_json() const override {
    Json parts = Json::array();
    for (const auto& part : parts_) parts.push_back(part->to_json());
    return {{"type", "Sequence"}, {"normalizers", parts}};
  }

 private:
  std::vector<NormalizerPtr> parts_;
};

NormalizerPtr read_bert(const Json& json, const std::string& where) {
  BertNormalizerOptions options;
  options.clean_text = json_get_or<bool>(json, "clean_text", true, where);
  options.handle_chinese_chars = json_get_or<bool>(json, "handle_chinese_chars", true, where);
  options.lowercase = json_get_or<bool>(json, "lowercase", true, where);
  const Json* accents = json_find(json, "strip_accents");
  if (accents != nullptr && !accents->is_null()) {
    options.strip_accents = json_as<bool>(*accents, where + ": strip_accents") ? 1 : 0;
  }
  return make_bert_normalizer(options);
}

NormalizerPtr read_replace(const Json& json, const std::string& where) {
  const auto [pattern, is_regex] = read_json_pattern(json, where);
  const auto content = json_get<std::string>(json, "content", where);
  return is_regex ? make_replace_pattern(pattern, content, where) : make_replace(pattern, content);
}

NormalizerPtr read_normalizers(const Json& json, const std::string& where) {
  std::vector<NormalizerPtr> parts;
  size_t i = 0;
  for (const Json& part : json_list(json, "normalizers", where)) {
    auto read = normalizer_from_json(part, fmt::format("{}: normalizers[{}]", where, i++));
    if (read) parts.push_back(std::move(read));
  }
  return make_normalizer_sequence(std::move(parts));
}

}  // namespace

NormalizerPtr make_normalizer_sequence(std::vector<NormalizerPtr> parts) {
  return std::make_unique<NormalizerSequence>(std::move(parts));
}

std::string normalize(const Normalizer& normalizer, std::string_view text) {
  NormalizedText normalized(text, false);
  normalizer.apply(normalized);
  return std::string(normalized.view());
}

NormalizerPtr normalizer_from_json(const Json& json, const std::string& where) {
  if (json.is_null()) return nullptr;
  const auto type = json_get<std::string>(json, "type", where);
  if (type == "NFC") return make_unicode_normalizer(UnicodeForm::nfc);
  if (type == "NFD") return make_unicode_normalizer(UnicodeForm::nfd);
  if (type == "NFKC") return make_unicode_normalizer(UnicodeForm::nfkc);
  if (type == "NFKD") return make_unicode_normalizer(UnicodeForm::nfkd);
  if (type == "Lowercase") return make_lowercase();
  if (type == "Strip") {
    return make_strip(json_get_or<bool>(json, "strip_left", true, where),
                      json_get_or<bool>(json, "strip_right", true, where));
  }
  if (type == "Precompiled") return precompiled_from_json(json, where);
  if (type == "StripAccents") return make_strip_accents();
  if (type == "Nmt") return make_nmt();
  if (type == "Prepend") return make_prepend(json_get<std::string>(json, "prepend", where));
  if (type == "ByteLevel") return make_byte_level_normalizer();
  if (type == "BertNormalizer") return read_bert(json, where);
  if (type == "Replace") return read_replace(json, where);
  if (type == "Sequence") return read_normalizers(json, where);
  fail("{}: no normaliser is called \"{}\"", where, type.substr(0, 100));
}

}  // namespace hodhod::text
