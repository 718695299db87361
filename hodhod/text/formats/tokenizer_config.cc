// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/tokenizer_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/text/formats/tokenizer_settings.h"

namespace hodhod::text {
namespace {

using Family = TokenizerFamily;

struct NamedFamily {
  std::string_view name;
  Family family;
};

// Classes, without a Fast at the end.
constexpr NamedFamily kClasses[] = {
    {"PreTrainedTokenizer", Family::fast},
    {"BertTokenizer", Family::bert},
    {"DistilBertTokenizer", Family::bert},
    {"ElectraTokenizer", Family::bert},
    {"MobileBertTokenizer", Family::bert},
    {"SqueezeBertTokenizer", Family::bert},
    {"ConvBertTokenizer", Family::bert},
    {"LayoutLMTokenizer", Family::bert},
    {"LxmertTokenizer", Family::bert},
    {"FunnelTokenizer", Family::bert},
    {"RoFormerTokenizer", Family::bert},
    {"GPT2Tokenizer", Family::gpt2},
    {"CodeGenTokenizer", Family::gpt2},
    {"GPTNeoXTokenizer", Family::gpt_neox},
    {"Qwen2Tokenizer", Family::qwen2},
    {"RobertaTokenizer", Family::roberta},
    {"BartTokenizer", Family::roberta},
    {"LongformerTokenizer", Family::roberta},
    {"LEDTokenizer", Family::roberta},
    {"LlamaTokenizer", Family::llama},
    {"CodeLlamaTokenizer", Family::llama},
    {"GemmaTokenizer", Family::llama},
    {"T5Tokenizer", Family::t5},
    {"MarianTokenizer", Family::marian},
    {"XLMRobertaTokenizer", Family::xlm_roberta},
    {"CamembertTokenizer", Family::renumbered},
    {"BarthezTokenizer", Family::renumbered},
    {"MBartTokenizer", Family::mbart},
    {"MBart50Tokenizer", Family::mbart50},
    {"NllbTokenizer", Family::nllb},
    {"M2M100Tokenizer", Family::m2m100},
    {"PegasusTokenizer", Family::renumbered},
    {"XGLMTokenizer", Family::renumbered},
    {"DebertaV2Tokenizer", Family::renumbered},
    {"XLNetTokenizer", Family::renumbered},
};

// The class for a model type, if tokenizer_config.json names none.
constexpr NamedFamily kModelTypes[] = {
    {"bert", Family::bert},
    {"distilbert", Family::bert},
    {"electra", Family::bert},
    {"roformer", Family::bert},
    {"gpt2", Family::gpt2},
    {"gpt_neo", Family::gpt2},
    {"opt", Family::gpt2},
    {"phi", Family::gpt2},
    {"gpt_neox", Family::gpt_neox},
    {"qwen2", Family::qwen2},
    {"qwen3", Family::qwen2},
    {"roberta", Family::roberta},
    {"bart", Family::roberta},
    {"longformer", Family::roberta},
    {"led", Family::roberta},
    {"llama", Family::llama},
    {"mistral", Family::llama},
    {"mixtral", Family::llama},
    {"gemma", Family::llama},
    {"gemma2", Family::llama},
    {"t5", Family::t5},
    {"mt5", Family::t5},
    {"gemma3_text", Family::llama},
    {"marian", Family::marian},
    {"xlm-roberta", Family::xlm_roberta},
    {"camembert", Family::renumbered},
    {"mbart", Family::mbart},
    {"m2m_100", Family::m2m100},
    {"pegasus", Family::renumbered},
    {"xglm", Family::renumbered},
    {"deberta-v2", Family::renumbered},
    {"xlnet", Family::renumbered},
};

template <size_t N>
Family family_named(const NamedFamily (&list)[N], std::string_view name, Family otherwise) {
  const auto same = [&](const NamedFamily& entry) { return entry.name == name; };
  const auto found = std::find_if(std::begin(list), std::end(list), same);
  return found == std::end(list) ? otherwise : found->family;
}

Family family_of_class(std::string_view name) {
  if (name.ends_with("Fast")) name.remove_suffix(4);
  return family_named(kClasses, name, Family::other);
}

Json read_if_there(const std::string& path) {
  if (!file_exists(path)) return Json::object();
  Json json = read_json(path);
  check(json.is_object(), "{}: expected an object", path);
  return json;
}

AddedToken read_token(const Json& json, bool special, const std::string& where) {
  AddedToken token{.normalized = false, .special = special};
  if (json.is_string()) {
    token.content = json.get<std::string>();
    return token;
  }
  token.content = json_get<std::string>(json, "content", where);
  token.lstrip = json_get_or<bool>(json, "lstrip", false, where);
  token.rstrip = json_get_or<bool>(json, "rstrip", false, where);
  token.single_word = json_get_or<bool>(json, "single_word", false, where);
  token.normalized = json_get_or<bool>(json, "normalized", false, where);
  token.special = json_get_or<bool>(json, "special", special, where);
  return token;
}

int32_t read_id(std::string_view text, const std::string& where) {
  int32_t id = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  check(error == std::errc() && end == text.data() + text.size() && id >= 0,
        "{}: expected ids of tokens, found \"{}\"", where, text.substr(0, 40));
  return id;
}

}  // namespace

TokenizerConfig TokenizerConfig::read(const std::string& directory) {
  TokenizerConfig config;
  config.path_ = join_path(directory, "tokenizer_config.json");
  config.json_ = read_if_there(config.path_);
  config.class_ = json_get_or<std::string>(config.json_, "tokenizer_class", "", config.path_);
  bool roformer = false;
  if (!config.class_.empty()) {
    config.family_ = family_of_class(config.class_);
  } else if (const std::string path = join_path(directory, "config.json"); file_exists(path)) {
    const Json model = read_if_there(path);
    const Json* named = json_find(model, "tokenizer_class");
    if (named != nullptr && named->is_string()) config.class_of_model_ = named->get<std::string>();
    const auto type = json_get_or<std::string>(model, "model_type", "", path);
    roformer = type == "roformer";
    config.family_ = !config.class_of_model_.empty() ? family_of_class(config.class_of_model_)
                                                     : family_named(kModelTypes, type, Family::none);
  }
  const std::string& named = config.class_.empty() ? config.class_of_model_ : config.class_;
  config.finds_chinese_words_ = named.starts_with("RoFormerTokenizer") || (named.empty() && roformer);
  const std::string map = join_path(directory, "special_tokens_map.json");
  config.read_tokens(config.path_, config.json_);
  config.read_tokens(map, read_if_there(map));
  const std::string added = join_path(directory, "added_tokens.json");
  const Json added_tokens = read_if_there(added);
  for (const auto& [content, id] : added_tokens.items()) {
    config.add_token({.content = content,
                      .id = static_cast<int32_t>(json_as<int>(id, added + ": " + content)),
                      .normalized = false});
  }
  return config;
}

// The first file that describes a token or a role decides; the id, and whether the token is special, may come
// from another file.
void TokenizerConfig::add_token(AddedToken token) {
  if (token.content.empty()) return;
  const auto same = [&](const AddedToken& other) { return other.content == token.content; };
  const auto known = std::find_if(tokens_.begin(), tokens_.end(), same);
  if (known == tokens_.end()) {
    tokens_.push_back(std::move(token));
    return;
  }
  if (known->id < 0) known->id = token.id;
  known->special = known->special || token.special;
}

void TokenizerConfig::read_tokens(const std::string& path, const Json& json) {
  if (const Json* decoder = json_find(json, "added_tokens_decoder");
      decoder != nullptr && decoder->is_object()) {
    const std::string where = path + ": added_tokens_decoder";
    for (const auto& [id, value] : decoder->items()) {
      AddedToken token = read_token(value, false, where);
      token.id = read_id(id, where);
      add_token(std::move(token));
    }
  }
  for (const char* role : kTokenRoles) {
    const Json* value = json_find(json, role);
    if (value == nullptr || value->is_null()) continue;
    AddedToken token = read_token(*value, true, path + ": " + role);
    token.special = true;
    const auto same = [&](const auto& known) { return known.first == role; };
    if (std::none_of(roles_.begin(), roles_.end(), same)) roles_.emplace_back(role, token.content);
    add_token(std::move(token));
  }
  for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
    const Json* more = json_find(json, key);
    if (more == nullptr) continue;
    const auto add = [&](const Json& value) {
      AddedToken token = read_token(value, true, fmt::format("{}: {}", path, key));
      token.special = true;
      add_token(std::move(token));
    };
    if (more->is_array()) {
      for (const Json& value : *more) add(value);
    } else if (more->is_object()) {  // by the names of attributes
      for (const auto& [name, value] : more->items()) add(value);
    }
  }
}

std::optional<bool> TokenizerConfig::flag(const char* key) const {
  const Json* value = json_find(json_, key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return json_as<bool>(*value, path_ + ": " + key);
}

int64_t TokenizerConfig::number(const char* key, int64_t otherwise) const {
  const auto value = json_get_or<int64_t>(json_, key, otherwise, path_);
  check(value >= 0 && value <= 1'000'000, "{}: {}: {} is out of range", path_, key, value);
  return value;
}

std::string TokenizerConfig::text(const char* key, const std::string& otherwise) const {
  const Json* value = json_find(json_, key);
  if (value == nullptr || value->is_null()) return otherwise;
  return json_as<std::string>(*value, path_ + ": " + key);
}

std::vector<std::string> TokenizerConfig::strings(const char* key) const {
  return json_get_or<std::vector<std::string>>(json_, key, {}, path_);
}

std::string TokenizerConfig::role(std::string_view name, std::string_view otherwise) const {
  for (const auto& [role, token] : roles_) {
    if (role == name) return token;
  }
  return std::string(otherwise);
}

Json TokenizerConfig::kept_settings() const {
  Json kept = Json::object();
  for (const auto& [key, value] : json_.items()) {
    const auto is_role = [&, name = std::string_view(key)](const char* role) { return name == role; };
    if (key == "added_tokens_decoder" ||
        std::any_of(std::begin(kTokenRoles), std::end(kTokenRoles), is_role)) {
      continue;
    }
    kept[key] = value;
  }
  return kept;
}

std::vector<std::string> TokenizerConfig::warnings() const {
  std::vector<std::string> warnings;
  for (const auto& [key, value] : json_.items()) {
    const std::string why = why_not_heeded(key, value, family_);
    if (!why.empty()) warnings.push_back(fmt::format("{}: {}: {}", path_, key, why));
  }
  if (family_ == Family::other) {
    warnings.push_back(fmt::format("{}: the class {} is unknown; only the files of the tokenizer are used",
                                   path_, class_.empty() ? class_of_model_ : class_));
  }
  return warnings;
}

}  // namespace hodhod::text
