// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/languages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/decode/generation_json.h"
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

// T5 knows by the beginning of a text what to do with it.
std::vector<std::string> prefix_notes(const Json& config) {
  const Json* tasks = json_find(config, "task_specific_params");
  if (tasks == nullptr || !tasks->is_object()) return {};
  std::string prefixes;
  for (const auto& [task, settings] : tasks->items()) {
    const Json* prefix = settings.is_object() ? json_find(settings, "prefix") : nullptr;
    if (!task.starts_with("translation") || prefix == nullptr || !prefix->is_string()) continue;
    prefixes += (prefixes.empty() ? "\"" : "\", \"") + prefix->get<std::string>();
  }
  if (prefixes.empty()) return {};
  return {
      fmt::format("texts are read as they are given; this model was trained on texts that begin with {}\": "
                  "put the one that "
                  "is meant before each text",
                  prefixes)};
}

}  // namespace

void choose_languages(Translator& translator, const LanguageChoice& choice) {
  text::Tokenizer& tokenizer = *translator.tokenizer;
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
  if (known.empty()) return prefix_notes(translator.origin.config);
  return {fmt::format(
      "the model writes {} languages, and nothing says which; name one with --target-language, and "
      "that of the texts with --source-language",
      known.size())};
}

}  // namespace hodhod
