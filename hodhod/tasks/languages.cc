// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/languages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/decode/generation_config.h"
#include "hodhod/decode/generation_json.h"
#include "hodhod/models/config_json.h"
#include "hodhod/text/language_tokens.h"

namespace hodhod {
namespace {

std::string language_called(const text::Tokenizer& tokenizer, const std::string& name) {
  const std::vector<std::string> known = text::language_tokens(tokenizer);
  check(!known.empty(), "the language {}: the model has no tokens of languages, such as en_XX", name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  std::vector<std::string> begin;
  std::copy_if(known.begin(), known.end(), std::back_inserter(begin), [&](const std::string& token) {
    return token.starts_with(name + "_") || text::language_code(token) == name;
  });
  check(!begin.empty(), "the language {}: the model does not know it; it knows {}", name,
        fmt::join(known, ", "));
  check(begin.size() == 1, "the language {}: several begin so: {}", name, fmt::join(begin, ", "));
  return begin[0];
}

// Whether the decoder's input begins with the language: where the language of a source ends its text, but for
// NLLB, which had it there once and forces that of the target all the same.
bool begins_input(const text::Tokenizer& tokenizer) {
  const Json* named = json_find(tokenizer.parts().settings, "tokenizer_class");
  if (named != nullptr && named->is_string() && named->get<std::string>().starts_with("Nllb")) return false;
  const text::Frame frame = tokenizer.frame();
  return std::any_of(frame.after.begin(), frame.after.end(),
                     [&](int32_t token) { return text::is_language_token(tokenizer, token); });
}

// A translation that config.json has settings for: its name there, and its languages.
struct NamedTranslation {
  std::string task, source, target;
};

std::vector<NamedTranslation> named_translations(const Json& config) {
  std::vector<NamedTranslation> named;
  const Json* tasks = config.is_object() ? json_find(config, "task_specific_params") : nullptr;
  if (tasks == nullptr || !tasks->is_object()) return named;
  constexpr std::string_view kBefore = "translation_", kBetween = "_to_";
  for (const auto& [task, settings] : tasks->items()) {
    const Json* prefix = settings.is_object() ? json_find(settings, "prefix") : nullptr;
    const size_t between = task.find(kBetween, kBefore.size());
    if (!task.starts_with(kBefore) || between == std::string::npos || prefix == nullptr ||
        !prefix->is_string())
      continue;
    named.push_back({task, task.substr(kBefore.size(), between - kBefore.size()),
                     task.substr(between + kBetween.size())});
  }
  return named;
}

std::string list_of(const std::vector<NamedTranslation>& named) {
  std::vector<std::string> pairs;
  for (const NamedTranslation& one : named) pairs.push_back(fmt::format("{} to {}", one.source, one.target));
  return fmt::format("{}", fmt::join(pairs, ", "));
}

// T5 knows by the beginning of a text what to do with it.
void choose_prefix(Translator& translator, const std::string& task) {
  const Json& config = translator.origin.config;
  translator.prefix = json_get_or<std::string>(settings_of_task(config, task), "prefix", "", "config.json");
  translator.decoding =
      generation_config_of("", config, translator.origin.generation, translator.decoding, task).options;
}

}  // namespace

std::string translation_task(const Json& config, const LanguageChoice& choice) {
  const std::vector<NamedTranslation> named = named_translations(config);
  if (choice.names_none() || named.empty()) return std::string(kTranslation);
  std::vector<NamedTranslation> meant;
  std::copy_if(named.begin(), named.end(), std::back_inserter(meant), [&](const NamedTranslation& one) {
    return (choice.source.empty() || one.source == choice.source) &&
           (choice.target.empty() || one.target == choice.target);
  });
  const std::string asked = fmt::format("{}{}{}", choice.source.empty() ? "" : "from " + choice.source,
                                        choice.source.empty() || choice.target.empty() ? "" : " ",
                                        choice.target.empty() ? "" : "to " + choice.target);
  check(!meant.empty(), "a translation {}: the model does not know it; it knows {}", asked, list_of(named));
  check(meant.size() == 1, "a translation {}: several are so: {}; name both languages", asked,
        list_of(meant));
  return meant[0].task;
}

void choose_languages(Translator& translator, const LanguageChoice& choice) {
  text::Tokenizer& tokenizer = *translator.tokenizer;
  const std::string task = translation_task(translator.origin.config, choice);
  if (task != kTranslation) choose_prefix(translator, task);
  if (choice.prefix) translator.prefix = *choice.prefix;
  if (task != kTranslation) return;
  if (!choice.source.empty()) text::set_language(tokenizer, language_called(tokenizer, choice.source));
  if (choice.target.empty()) return;
  const std::string target = language_called(tokenizer, choice.target);
  const int64_t token = tokenizer.token_to_id(target).value();
  const bool begins = begins_input(tokenizer);
  (begins ? translator.decoding.decoder_start : translator.decoding.forced_bos) = token;
  text::name_language(tokenizer, "tgt_lang", target);
  if (translator.origin.is_new()) return;
  Json& kept = translator.origin.generation;
  if (kept.is_null()) kept = generation_json(translator.decoding, translator.config());
  kept[begins ? "decoder_start_token_id" : "forced_bos_token_id"] = token;
}

std::vector<std::string> language_notes(const Translator& translator) {
  const text::Tokenizer& tokenizer = *translator.tokenizer;
  if (text::is_language_token(tokenizer, translator.decoding.forced_bos) ||
      text::is_language_token(tokenizer, translator.decoder_start()))
    return {};
  const std::vector<std::string> known = text::language_tokens(tokenizer);
  if (known.empty()) {
    const Json& config = translator.origin.config;
    const std::vector<NamedTranslation> named = named_translations(config);
    if (named.empty() || !translator.prefix.empty() ||
        settings_of_task(config, kTranslation).contains("prefix"))
      return {};
    return {fmt::format(
        "texts are read as they are given; this model was trained on texts that begin with what to do: name "
        "the languages with --source-language and --target-language ({})",
        list_of(named))};
  }
  return {fmt::format(
      "the model writes {} languages, and nothing says which; name one with --target-language, and "
      "that of the texts with --source-language",
      known.size())};
}

}  // namespace hodhod
