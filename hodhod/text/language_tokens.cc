// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/language_tokens.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"

namespace hodhod::text {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// Replaces the languages of a template, {"SpecialToken": {"id": "en_XX", …}}. Whether there was one.
bool replace_in_template(Json& parts, const std::string& language) {
  bool replaced = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Json* special = parts[i].find("SpecialToken");
    if (special == nullptr || !is_language_token(special->at("id").get<std::string>())) continue;
    parts[i]["SpecialToken"]["id"] = language;
    replaced = true;
  }
  return replaced;
}

bool replace_in(Json& state, const SpecialToken& language) {
  const auto type = state.at("type").get<std::string>();
  if (type == "Sequence") {
    Json& parts = state["processors"];
    bool replaced = false;
    for (size_t i = 0; i < parts.size(); ++i) replaced = replace_in(parts[i], language) || replaced;
    return replaced;
  }
  if (type != "TemplateProcessing") return false;
  const bool single = replace_in_template(state["single"], language.content),
             pair = replace_in_template(state["pair"], language.content);
  if (!single && !pair) return false;
  Json token = Json::object();
  token["id"] = language.content;
  token["ids"] = Json::array({language.id});
  token["tokens"] = Json::array({language.content});
  state["special_tokens"][language.content] = std::move(token);
  return true;
}

}  // namespace

bool is_language_token(std::string_view token) {
  if (const std::string_view code = language_code(token); code != token)
    return (code.size() == 2 || code.size() == 3) && std::all_of(code.begin(), code.end(), is_lower);
  const size_t cut = token.find('_');
  if (cut == token.npos || cut < 2 || cut > 3) return false;
  const std::string_view language = token.substr(0, cut), place = token.substr(cut + 1);
  if (!std::all_of(language.begin(), language.end(), is_lower)) return false;
  if (place.size() == 2) return is_upper(place[0]) && is_upper(place[1]);
  return place.size() == 4 && is_upper(place[0]) && std::all_of(place.begin() + 1, place.end(), is_lower);
}

std::string_view language_code(std::string_view token) {
  constexpr std::string_view kAround = "__";
  const bool framed =
      token.size() > 2 * kAround.size() && token.starts_with(kAround) && token.ends_with(kAround);
  return framed ? token.substr(kAround.size(), token.size() - 2 * kAround.size()) : token;
}

bool is_language_token(const Tokenizer& tokenizer, int64_t id) {
  return id >= 0 && id < tokenizer.vocab_size() &&
         is_language_token(tokenizer.id_to_token(static_cast<int32_t>(id)));
}

std::vector<std::string> language_tokens(const Tokenizer& tokenizer) {
  std::vector<std::pair<int32_t, std::string>> numbered;
  for (const AddedToken& token : tokenizer.added_tokens().all()) {
    if (token.special && is_language_token(token.content)) numbered.emplace_back(token.id, token.content);
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<std::string> languages;
  for (auto& [id, content] : numbered) languages.push_back(std::move(content));
  return languages;
}

PostProcessorPtr with_language(const PostProcessor& post_processor, const SpecialToken& language) {
  Json state = post_processor.to_json();
  if (!replace_in(state, language)) return nullptr;
  return post_processor_from_json(state, "post_processor");
}

void set_language(Tokenizer& tokenizer, const std::string& language) {
  const auto id = tokenizer.token_to_id(language);
  check(id.has_value() && is_language_token(language), "{}: the tokenizer has no such language", language);
  const PostProcessorPtr& now = tokenizer.parts().post_processor;
  PostProcessorPtr changed = now ? with_language(*now, {language, *id}) : nullptr;
  check(changed != nullptr, "{}: the tokenizer puts no token of a language around texts", language);
  tokenizer.set_post_processor(std::move(changed));
  name_language(tokenizer, "src_lang", language);
}

void name_language(Tokenizer& tokenizer, std::string_view setting, const std::string& language) {
  const Json& settings = tokenizer.parts().settings;
  const Json* named = json_find(settings, "tokenizer_class");
  const bool heeds = named != nullptr && named->is_string() && *named != "PreTrainedTokenizerFast";
  if (heeds || settings.contains(setting))
    tokenizer.set_setting(setting, std::string(language_code(language)));
}

}  // namespace hodhod::text
