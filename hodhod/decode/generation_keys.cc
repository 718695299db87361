// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generation_keys.h"

#include <algorithm>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

struct Entry {
  std::string_view key;
  GenerationKey kind;
  double nothing = 0;  // the number that changes nothing
};

using enum GenerationKey;

constexpr Entry kEntries[] = {
    // How long.
    {"max_length", used, 20},
    {"max_new_tokens", used},
    {"min_length", used},
    {"min_new_tokens", used},
    {"early_stopping", used},
    {"stop_strings", used},
    {"exponential_decay_length_penalty", used},
    {"max_time", unsupported},  // a text must not depend on the speed of the machine
    // Which search.
    {"do_sample", used},
    {"num_beams", used, 1},
    {"num_return_sequences", used, 1},
    {"length_penalty", used, 1},
    {"num_beam_groups", unsupported, 1},
    {"diversity_penalty", unsupported},
    {"penalty_alpha", unsupported},
    {"dola_layers", unsupported},
    {"custom_generate", unsupported},
    // Which tokens.
    {"temperature", used, 1},
    {"top_k", used, 50},
    {"top_p", used, 1},
    {"min_p", used},
    {"typical_p", used, 1},
    {"epsilon_cutoff", used},
    {"eta_cutoff", used},
    {"repetition_penalty", used, 1},
    {"encoder_repetition_penalty", used, 1},
    {"no_repeat_ngram_size", used},
    {"encoder_no_repeat_ngram_size", used},
    {"bad_words_ids", used},
    {"sequence_bias", used},
    {"suppress_tokens", used},
    {"begin_suppress_tokens", used},
    {"renormalize_logits", used},
    {"top_h", unsupported},
    {"force_words_ids", unsupported},
    {"constraints", unsupported},
    {"forced_decoder_ids", unsupported},
    {"guidance_scale", unsupported, 1},
    {"watermarking_config", unsupported},
    {"token_healing", unsupported},
    {"remove_invalid_values", unsupported},  // scores that are not finite are an error
    // Tokens.
    {"bos_token_id", token, -1},
    {"eos_token_id", token, -1},
    {"decoder_start_token_id", token, -1},
    {"forced_bos_token_id", token, -1},
    {"forced_eos_token_id", token, -1},
    {"pad_token_id", harmless},  // padding is never read
    // Notes on the file.
    {"_from_model_config", harmless},
    {"_commit_hash", harmless},
    {"_name_or_path", harmless},
    {"transformers_version", harmless},
    {"trust_remote_code", harmless},
    // Speed and memory, on which no text depends.
    {"use_cache", harmless},
    {"cache_implementation", harmless},
    {"cache_config", harmless},
    {"return_legacy_cache", harmless},
    {"low_memory", harmless},
    {"prefill_chunk_size", harmless},
    {"compile_config", harmless},
    {"disable_compile", harmless},
    {"continuous_batching_config", harmless},
    {"is_assistant", harmless},
    {"num_assistant_tokens", harmless},
    {"num_assistant_tokens_schedule", harmless},
    {"assistant_confidence_threshold", harmless},
    {"assistant_early_exit", harmless},
    {"assistant_lookbehind", harmless},
    {"target_lookbehind", harmless},
    {"prompt_lookup_num_tokens", harmless},
    {"max_matching_ngram_size", harmless},
    // What else a call returns.
    {"output_attentions", harmless},
    {"output_hidden_states", harmless},
    {"output_scores", harmless},
    {"output_logits", harmless},
    {"return_dict_in_generate", harmless},
    // Seeds come from the command.
    {"seed", harmless},
};

const Entry* entry_of(std::string_view key) {
  const auto* found = std::find_if(std::begin(kEntries), std::end(kEntries),
                                   [&](const Entry& entry) { return entry.key == key; });
  return found == std::end(kEntries) ? nullptr : found;
}

}  // namespace

GenerationKey generation_key(std::string_view key) {
  const Entry* entry = entry_of(key);
  return entry ? entry->kind : unknown;
}

std::vector<std::string_view> generation_key_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kEntries) names.push_back(entry.key);
  return names;
}

bool asks_for_nothing(std::string_view key, const Json& value) {
  if (value.is_null()) return true;
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_number()) {
    const Entry* entry = entry_of(key);
    return value.get<double>() == (entry ? entry->nothing : 0);
  }
  if (value.is_string()) return value.get<std::string>().empty();
  return value.empty();
}

Json generation_part(const Json& config) {
  Json part = Json::object();
  for (const auto& [key, value] : config.items()) {
    const GenerationKey kind = generation_key(key);
    if (kind != used && kind != token && kind != unsupported) continue;
    // Although it is the default, do_sample = false says how to decode.
    const bool says_something = key == "do_sample" ? !value.is_null() : !asks_for_nothing(key, value);
    if (says_something) part[key] = value;
  }
  return part;
}

std::vector<std::string> generation_warnings(const Json& json, const std::string& where) {
  std::string unsupported_keys, unknown_keys;
  for (const auto& [key, value] : json.items()) {
    const GenerationKey kind = generation_key(key);
    if ((kind != unsupported && kind != unknown) || asks_for_nothing(key, value)) continue;
    std::string& list = kind == unsupported ? unsupported_keys : unknown_keys;
    list += (list.empty() ? "" : ", ") + std::string(key);
  }
  std::vector<std::string> warnings;
  if (!unsupported_keys.empty())
    warnings.push_back(fmt::format("{}: not supported, and without effect: {}", where, unsupported_keys));
  if (!unknown_keys.empty())
    warnings.push_back(fmt::format("{}: not known, and without effect: {}", where, unknown_keys));
  return warnings;
}

}  // namespace hodhod
