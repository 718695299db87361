// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/tokenizer_settings.h"

#include <algorithm>
#include <iterator>

#include "hodhod/text/formats/fairseq.h"

namespace hodhod::text {
namespace {

// Used by tokenizers of their class.
constexpr std::string_view kHeeded[] = {"tokenizer_class",
                                        "added_tokens_decoder",
                                        "additional_special_tokens",
                                        "extra_special_tokens",
                                        "bos_token",
                                        "eos_token",
                                        "unk_token",
                                        "sep_token",
                                        "pad_token",
                                        "cls_token",
                                        "mask_token",
                                        "clean_up_tokenization_spaces",
                                        "add_prefix_space",
                                        "add_bos_token",
                                        "add_eos_token",
                                        "legacy",
                                        "do_lower_case",
                                        "strip_accents",
                                        "tokenize_chinese_chars",
                                        "never_split",
                                        "do_basic_tokenize",
                                        "separate_vocabs",
                                        "extra_ids"};

struct HarmlessSetting {
  std::string_view key;
  std::string_view why;  // it changes nothing here
};

constexpr HarmlessSetting kHarmless[] = {
    {"model_max_length", "the model determines the longest text"},
    {"max_length", "only for calls that ask for truncation"},
    {"max_len", "the old name of model_max_length"},
    {"stride", "only for calls that ask for truncation"},
    {"truncation_side", "only for calls that ask for truncation"},
    {"truncation_strategy", "only for calls that ask for truncation"},
    {"truncation", "only for calls that ask for truncation"},
    {"padding_side", "the model's code pads batches"},
    {"padding", "the model's code pads batches"},
    {"pad_to_multiple_of", "the model's code pads batches"},
    {"pad_token_type_id", "the model's code pads batches"},
    {"pad_token_type", "the model's code pads batches"},
    {"model_input_names", "the inputs of a model follow from its type"},
    {"chat_template", "for conversations only (read_chat_template)"},
    {"response_template", "texts are taken as they are written"},
    {"use_default_system_prompt", "texts are taken as they are written"},
    {"name_or_path", "where the tokenizer came from"},
    {"_name_or_path", "where the tokenizer came from"},
    {"special_tokens_map_file", "where the tokenizer came from"},
    {"tokenizer_file", "where the tokenizer came from"},
    {"vocab_file", "where the tokenizer came from"},
    {"merges_file", "where the tokenizer came from"},
    {"transformers_version", "who wrote the file"},
    {"tokenizers_backend", "who wrote the file"},
    {"backend", "who wrote the file"},
    {"is_local", "who wrote the file"},
    {"local_files_only", "who wrote the file"},
    {"processor_class", "for image and sound models"},
    {"use_fast", "both kinds give the same ids"},
    {"errors", "ill-formed bytes become U+FFFD where text is needed"},
    {"num_madeup_words", "numbers behind the languages that no token has"},
    {"source_lang", "the model knows its languages"},
    {"target_lang", "the model knows its languages"},
    {"tgt_lang", "the language to write is named when a text is translated"},
    {"return_token_type_ids", "the inputs of a model follow from its type"},
    {"return_attention_mask", "the inputs of a model follow from its type"},
    {"spaces_between_special_tokens", "for texts that are written with their special tokens"},
    {"trim_offsets", "tokenizer.json determines the offsets"},
    {"from_slow", "how the file was made"},
    {"persian_folding", "how the tokenizer was trained"},
    {"device_map", "of the model"},
};

// Values without effect.
bool asks_for_nothing(const Json& value) {
  return value.is_null() || (value.is_boolean() && !value.get<bool>()) ||
         ((value.is_object() || value.is_array()) && value.empty());
}

}  // namespace

std::string why_not_heeded(std::string_view key, const Json& value, TokenizerFamily family) {
  if (std::find(std::begin(kHeeded), std::end(kHeeded), key) != std::end(kHeeded)) return "";
  const auto same = [&](const HarmlessSetting& setting) { return setting.key == key; };
  if (std::any_of(std::begin(kHarmless), std::end(kHarmless), same)) return "";
  if (asks_for_nothing(value)) return "";
  const bool nllb = family == TokenizerFamily::nllb, m2m100 = family == TokenizerFamily::m2m100;
  if (key == "src_lang" && (is_fairseq(family) || nllb || m2m100)) return "";
  if ((key == "legacy_behaviour" && nllb) || (key == "language_codes" && m2m100)) return "";
  if (key == "auto_map") return "code that comes with a model is not run";
  // PreTrainedTokenizerFast accepts unknown settings, and tokenizer.json determines everything.
  return family == TokenizerFamily::fast ? "this setting is unknown; tokenizer.json decides"
                                         : "this setting is unknown and has no effect";
}

}  // namespace hodhod::text
