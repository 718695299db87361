// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/patterns/json_pattern.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/pre_tokenizers/split.h"
#include "hodhod/text/pre_tokenizers/split_behavior.h"
#include "hodhod/text/pre_tokenizers/split_pieces.h"
#include "hodhod/text/unicode/byte_alphabet.h"

namespace hodhod::text {
namespace {

class PreTokenizerSequence : public PreTokenizer {
 public:
  explicit PreTokenizerSequence(std::vector<PreTokenizerPtr> parts) : parts_(std::move(parts)) {}
  void apply(SplitText& split) const override {
    for (const auto& part : parts_) {
      split.spell_bytes();
      part->apply(split);
    }
  }
  Json to_json() const override {
    Json parts = Json::array();
    for (const auto& part : parts_) parts.push_back(part->to_json());
    return {{"type", "Sequence"}, {"pretokenizers", parts}};
  }

 private:
  std::vector<PreTokenizerPtr> parts_;
};

PreTokenizerPtr read_pre_tokenizers(const Json& json, const std::string& where) {
  std::vector<PreTokenizerPtr> parts;
  size_t i = 0;
  for (const Json& part : json_list(json, "pretokenizers", where)) {
    auto read = pre_tokenizer_from_json(part, fmt::format("{}: pretokenizers[{}]", where, i++));
    if (read) parts.push_back(std::move(read));
  }
  return make_pre_tokenizer_sequence(std::move(parts));
}

PreTokenizerPtr read_split(const Json& json, const std::string& where) {
  const auto [pattern, is_regex] = read_json_pattern(json, where);
  const auto behavior = parse_behavior(json_get<std::string>(json, "behavior", where), where);
  const bool invert = json_get_or<bool>(json, "invert", false, where);
  return is_regex ? make_split_pattern(pattern, behavior, invert, where)
                  : make_split(pattern, behavior, invert);
}

PreTokenizerPtr read_delimiter(const Json& json, const std::string& where) {
  const auto delimiter = json_get<std::string>(json, "delimiter", where);
  check(!delimiter.empty() && read_character(delimiter).size == delimiter.size(),
        "{}: delimiter: expected one character", where);
  return make_char_delimiter_split(delimiter);
}

}  // namespace

SplitText::SplitText(NormalizedText whole) : text(std::move(whole)) {
  if (!text.view().empty()) pieces.push_back({{0, static_cast<uint32_t>(text.view().size())}});
}

void SplitText::spell_bytes() {
  if (!bytes) return;
  bytes = false;
  rewrite_pieces(*this, [](const Piece& piece, NormalizedText::Editor& edit) {
    for (uint32_t i = piece.range.begin; i < piece.range.end; ++i) {
      edit.replace(1, byte_to_utf8(static_cast<uint8_t>(edit.source()[i])));
    }
  });
}

PreTokenizerPtr make_pre_tokenizer_sequence(std::vector<PreTokenizerPtr> parts) {
  return std::make_unique<PreTokenizerSequence>(std::move(parts));
}

PreTokenizerPtr pre_tokenizer_from_json(const Json& json, const std::string& where) {
  if (json.is_null()) return nullptr;
  const auto type = json_get<std::string>(json, "type", where);
  if (type == "ByteLevel") {
    return make_byte_level({.add_prefix_space = json_get_or<bool>(json, "add_prefix_space", true, where),
                            .trim_offsets = json_get_or<bool>(json, "trim_offsets", true, where),
                            .use_regex = json_get_or<bool>(json, "use_regex", true, where)});
  }
  if (type == "Whitespace") return make_whitespace();
  if (type == "WhitespaceSplit") return make_whitespace_split();
  if (type == "BertPreTokenizer") return make_bert_pre_tokenizer();
  if (type == "Metaspace") return make_metaspace(read_metaspace_options(json, where));
  if (type == "Split") return read_split(json, where);
  if (type == "Punctuation") {
    return make_punctuation(
        parse_behavior(json_get_or<std::string>(json, "behavior", "Isolated", where), where));
  }
  if (type == "Digits") return make_digits(json_get_or<bool>(json, "individual_digits", false, where));
  if (type == "UnicodeScripts") return make_unicode_scripts();
  if (type == "CharDelimiterSplit") return read_delimiter(json, where);
  if (type == "FixedLength") {
    const auto length = json_get<int64_t>(json, "length", where);
    check(length > 0, "{}: length: expected a positive number, found {}", where, length);
    return make_fixed_length(length);
  }
  if (type == "Sequence") return read_pre_tokenizers(json, where);
  fail("{}: no pre-tokeniser is called \"{}\"", where, type.substr(0, 100));
}

}  // namespace hodhod::text
