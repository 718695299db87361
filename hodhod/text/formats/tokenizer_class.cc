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

// Where a class is named, a setting that is not given is the class's own.
void heed_bert(TokenizerParts& parts, const TokenizerConfig& config) {
  const Json state = state_of(parts.normalizer, "BertNormalizer");
  if (state.is_null()) return;
  const auto setting = [&](const char* key, const char* of_file) {
    return config.flag(key, config.names_class() || json_get<bool>(state, of_file, "normalizer"));
  };
  BertNormalizerOptions options;
  options.clean_text = json_get<bool>(state, "clean_text", "normalizer");
  options.lowercase = setting("do_lower_case", "lowercase");
  options.handle_chinese_chars = setting("tokenize_chinese_chars", "handle_chinese_chars");
  const Json* of_file = config.names_class() ? nullptr : json_find(state, "strip_accents");
  if (const auto strip = config.flag("strip_accents")) {
    options.strip_accents = *strip ? 1 : 0;
  } else if (of_file != nullptr && of_file->is_boolean()) {
    options.strip_accents = of_file->get<bool>() ? 1 : 0;
  }
  parts.normalizer = make_bert_normalizer(options);
}

void heed_prefix(TokenizerParts& parts, const TokenizerConfig& config) {
  const auto prefix = config.flag("add_prefix_space");
  Json state = state_of(parts.pre_tokenizer, "ByteLevel");
  if (!prefix || state.is_null()) return;
  state["add_prefix_space"] = *prefix;
  parts.pre_tokenizer = pre_tokenizer_from_json(state, config.path());
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
  const bool neox = config.family() == TokenizerFamily::gpt_neox;
  const char *usual_bos = neox ? "<|endoftext|>" : "<s>", *usual_eos = neox ? "<|endoftext|>" : "</s>";
  put_around(parts, bos ? config.role("bos_token", usual_bos) : "",
             eos ? config.role("eos_token", usual_eos) : "", config.path());
}

void heed_settings(TokenizerParts& parts, const TokenizerConfig& config) {
  // The class that follows from the model's type has its settings only where they are given: for the others,
  // the file is right.
  const bool named = config.names_class();
  const bool given = config.flag("add_bos_token") || config.flag("add_eos_token");
  if (config.family() == TokenizerFamily::llama) {
    if (named || given) put_llama_tokens(parts, config, /*bos=*/true, /*eos=*/false);
    return;
  }
  if (config.family() == TokenizerFamily::gpt_neox) {
    heed_prefix(parts, config);
    if (given) put_llama_tokens(parts, config, /*bos=*/false, /*eos=*/false);
    return;
  }
  if (config.family() == TokenizerFamily::bert) return heed_bert(parts, config);
  if (config.family() == TokenizerFamily::gpt2 || config.family() == TokenizerFamily::roberta ||
      config.family() == TokenizerFamily::fast)
    return heed_prefix(parts, config);
  if (!named) return;
  if (is_fairseq(config.family())) return heed_source_language(parts, config);
  if (config.family() == TokenizerFamily::nllb || config.family() == TokenizerFamily::m2m100)
    return put_source_language(parts, config);
}

}  // namespace hodhod::text
