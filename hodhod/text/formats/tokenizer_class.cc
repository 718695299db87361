// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/tokenizer_class.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/text/after/template_processing.h"
#include "hodhod/text/formats/fairseq.h"
#include "hodhod/text/normalizers/characters.h"

namespace hodhod::text {
namespace {

// Null when the part is absent or of another type.
template <class Part>
Json state_of(const Part& part, std::string_view type) {
  if (!part) return nullptr;
  Json state = part->to_json();
  const Json* name = json_find(state, "type");
  return name != nullptr && *name == type ? state : Json(nullptr);
}

}  // namespace

std::optional<int32_t> id_in(const TokenizerParts& parts, std::string_view token) {
  const auto same = [&](const AddedToken& added) { return added.content == token && added.id >= 0; };
  const auto added = std::find_if(parts.added_tokens.begin(), parts.added_tokens.end(), same);
  return added != parts.added_tokens.end() ? std::optional(added->id) : parts.model->token_to_id(token);
}

void put_around(TokenizerParts& parts, const std::string& before, const std::string& after,
                const std::string& where) {
  std::vector<SpecialToken> tokens;
  std::string single = "$A", second = "$B:1";
  for (const std::string& token : {before, after}) {
    if (token.empty()) continue;
    const auto id = id_in(parts, token);
    check(id.has_value(), "{}: the tokenizer puts {} around texts, but there is no such token", where, token);
    tokens.push_back({token, *id});
  }
  if (!before.empty()) {
    single = before + " " + single;
    second = before + ":1 " + second;
  }
  if (!after.empty()) {
    single += " " + after;
    second += " " + after + ":1";
  }
  parts.post_processor = make_template_processing(single, single + " " + second, std::move(tokens));
}

void put_llama_tokens(TokenizerParts& parts, const TokenizerConfig& config, bool bos, bool eos) {
  bos = config.flag("add_bos_token", bos);
  eos = config.flag("add_eos_token", eos);
  if (!bos && !eos) {
    parts.post_processor = nullptr;
    return;
  }
  put_around(parts, bos ? config.role("bos_token", "<s>") : "", eos ? config.role("eos_token", "</s>") : "",
             config.path());
}

void heed_settings(TokenizerParts& parts, const TokenizerConfig& config) {
  if (!config.names_class()) return;
  if (config.family() == TokenizerFamily::llama) return put_llama_tokens(parts, config, true, false);
  if (is_fairseq(config.family())) return heed_source_language(parts, config);
  if (config.family() == TokenizerFamily::nllb || config.family() == TokenizerFamily::m2m100)
    return put_source_language(parts, config);
  if (config.family() == TokenizerFamily::bert) {
    if (!state_of(parts.normalizer, "BertNormalizer").is_null()) {
      BertNormalizerOptions options;
      options.clean_text = json_get<bool>(parts.normalizer->to_json(), "clean_text", "normalizer");
      options.lowercase = config.flag("do_lower_case", true);
      options.handle_chinese_chars = config.flag("tokenize_chinese_chars", true);
      if (const auto strip = config.flag("strip_accents")) options.strip_accents = *strip ? 1 : 0;
      parts.normalizer = make_bert_normalizer(options);
    }
    return;
  }
  const bool byte_level =
      config.family() == TokenizerFamily::gpt2 || config.family() == TokenizerFamily::roberta;
  if (const auto prefix = config.flag("add_prefix_space"); byte_level && prefix) {
    Json state = state_of(parts.pre_tokenizer, "ByteLevel");
    if (state.is_null()) return;
    state["add_prefix_space"] = *prefix;
    parts.pre_tokenizer = pre_tokenizer_from_json(state, config.path());
  }
}

}  // namespace hodhod::text
