// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/fairseq.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/text/after/template_processing.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/language_tokens.h"

namespace hodhod::text {
namespace {

using PieceType = SentencePieceProto::PieceType;
using Family = TokenizerFamily;

constexpr int32_t kPad = 1, kEnd = 2, kUnknown = 3;
constexpr size_t kOwnPieces = 3;  // of the file, which the model numbers anew

// mBART's languages (Liu et al. 2020), and those that mBART-50 (Tang et al. 2020) has behind them.
constexpr std::array<std::string_view, 25> kLanguages = {
    "ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI", "fr_XX", "gu_IN",
    "hi_IN", "it_IT", "ja_XX", "kk_KZ", "ko_KR", "lt_LT", "lv_LV", "my_MM", "ne_NP",
    "nl_XX", "ro_RO", "ru_RU", "si_LK", "tr_TR", "vi_VN", "zh_CN"};
constexpr std::array<std::string_view, 27> kMoreLanguages = {
    "af_ZA", "az_AZ", "bn_IN", "fa_IR", "he_IL", "hr_HR", "id_ID", "ka_GE", "km_KH",
    "mk_MK", "ml_IN", "mn_MN", "mr_IN", "pl_PL", "ps_AF", "pt_XX", "sv_SE", "sw_KE",
    "ta_IN", "te_IN", "th_TH", "tl_XX", "uk_UA", "ur_PK", "xh_ZA", "gl_ES", "sl_SI"};

std::vector<std::string> languages_of(Family family) {
  std::vector<std::string> languages;
  if (family == Family::mbart || family == Family::mbart50)
    languages.insert(languages.end(), kLanguages.begin(), kLanguages.end());
  if (family == Family::mbart50)
    languages.insert(languages.end(), kMoreLanguages.begin(), kMoreLanguages.end());
  return languages;
}

// The token of `src_lang`, or else of English. M2M-100 calls its languages by the letters alone.
std::string source_language(const TokenizerConfig& config) {
  const Family family = config.family();
  std::string language = config.text("src_lang", family == Family::nllb     ? "eng_Latn"
                                                 : family == Family::m2m100 ? "en"
                                                                            : "en_XX");
  if (family == Family::m2m100 && !is_language_token(language)) language = fmt::format("__{}__", language);
  check(is_language_token(language), "{}: src_lang: \"{}\" is not the name of a language, such as en_XX",
        config.path(), language.substr(0, 40));
  return language;
}

// XLM-RoBERTa's frame is that of RoBERTa; mBART's language ends a text, and mBART-50's begins it.
PostProcessorPtr frame_for(const TokenizerParts& parts, const TokenizerConfig& config) {
  if (config.family() == Family::xlm_roberta) {
    return make_template_processing("<s> $A </s>", "<s> $A </s> </s> $B </s>", {{"<s>", 0}, {"</s>", kEnd}});
  }
  const std::string language = source_language(config);
  const auto same = [&](const AddedToken& token) { return token.content == language; };
  const auto known = std::find_if(parts.added_tokens.begin(), parts.added_tokens.end(), same);
  check(known != parts.added_tokens.end(), "{}: src_lang: {} is not one of the model's languages",
        config.path(), language);
  const std::string end = "</s> " + language;
  const auto around = [&](const std::string& texts) {
    return config.family() == Family::mbart ? texts + " " + end : language + " " + texts + " </s>";
  };
  return make_template_processing(around("$A"), around("$A $B"), {{language, known->id}, {"</s>", kEnd}});
}

}  // namespace

bool is_fairseq(Family family) {
  return family == Family::xlm_roberta || family == Family::mbart || family == Family::mbart50;
}

SentencePieceProto with_fairseq_numbers(SentencePieceProto proto, const std::string& name) {
  const auto is = [&](size_t i, std::string_view text, PieceType type) {
    return i < proto.pieces.size() && proto.pieces[i].text == text && proto.pieces[i].type == type;
  };
  check(is(0, "<unk>", PieceType::unknown) && is(1, "<s>", PieceType::control) &&
            is(2, "</s>", PieceType::control),
        "{}: the file of such a model begins with the pieces <unk>, <s> and </s>, and this one does not",
        name);
  std::vector<ScoredPiece> pieces = {{"<s>", 0, PieceType::control},
                                     {"<pad>", 0, PieceType::control},
                                     {"</s>", 0, PieceType::control},
                                     {"<unk>", 0, PieceType::unknown}};
  pieces.insert(pieces.end(), proto.pieces.begin() + kOwnPieces, proto.pieces.end());
  proto.pieces = std::move(pieces);
  proto.bos_id = 0;
  proto.pad_id = kPad;
  proto.eos_id = kEnd;
  proto.unk_id = kUnknown;
  return proto;
}

void add_fairseq_tokens(TokenizerParts& parts, const TokenizerConfig& config) {
  for (AddedToken& token : parts.added_tokens) {
    if (token.id <= kUnknown) token.special = token.in_text = true;
  }
  int32_t next = parts.model->vocab_size();
  for (std::string& language : languages_of(config.family()))
    parts.added_tokens.push_back(
        {.content = std::move(language), .id = next++, .normalized = false, .special = true});
  parts.added_tokens.push_back(
      {.content = "<mask>", .id = next, .lstrip = true, .normalized = false, .special = true});
  parts.post_processor = frame_for(parts, config);
}

void put_source_language(TokenizerParts& parts, const TokenizerConfig& config) {
  const std::string language = source_language(config);
  std::vector<SpecialToken> tokens;
  for (const std::string& token : {language, config.role("eos_token", "</s>")}) {
    const auto id = id_in(parts, token);
    check(id.has_value(), "{}: the tokenizer puts {} around texts, but there is no such token", config.path(),
          token);
    tokens.push_back({token, *id});
  }
  const std::string end = tokens[1].content;
  const bool behind = config.family() == Family::nllb && config.flag("legacy_behaviour", false);
  const auto around = [&](const std::string& texts) {
    return behind ? texts + " " + end + " " + language : language + " " + texts + " " + end;
  };
  parts.post_processor = make_template_processing(around("$A"), around("$A $B"), std::move(tokens));
}

void heed_source_language(TokenizerParts& parts, const TokenizerConfig& config) {
  if (!parts.post_processor || config.text("src_lang", "").empty()) return;
  const std::string language = source_language(config);
  const auto id = id_in(parts, language);
  check(id.has_value(), "{}: src_lang: the tokenizer has no token {}", config.path(), language);
  if (PostProcessorPtr changed = with_language(*parts.post_processor, {language, *id}))
    parts.post_processor = std::move(changed);
}

}  // namespace hodhod::text
