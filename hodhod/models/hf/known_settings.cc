// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/known_settings.h"

#include <algorithm>
#include <array>

namespace hodhod::hf {
namespace {

constexpr auto kHarmless = std::to_array<std::string_view>({
    // The file's origin and the program that wrote it.
    "model_type",
    "_name_or_path",
    "name_or_path",
    "_commit_hash",
    "transformers_version",
    "finetuning_task",
    "language",
    "name",
    "is_llama_config",
    "auto_map",  // code that comes with a model: the family's own is here
    // The type of the weights: each tensor in the file gives its own.
    "torch_dtype",
    "dtype",
    "use_bfloat16",
    // How weights were initialised before training.
    "initializer_range",
    "initializer_factor",
    "initializer_cutoff_factor",
    "init_std",
    // How the same numbers are computed, in how many pieces, and what else is kept or returned.
    "use_cache",
    "gradient_checkpointing",
    "chunk_size_feed_forward",
    "pretraining_tp",
    "reorder_and_upcast_attn",
    "return_dict",
    "output_hidden_states",
    "output_attentions",
    "output_past",
    "torchscript",
    "tf_legacy_loss",
    "attn_implementation",
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_attn_implementation_internal",
    // Settings of the tokenizer, which its own files give.
    "tokenizer_class",
    "sep_token_id",
    "cls_token_id",
    "mask_token_id",
    "unk_token_id",
    // Settings of heads other than the one in use, or of classes that no longer exist.
    "summary_activation",
    "summary_first_dropout",
    "summary_proj_to_labels",
    "summary_type",
    "summary_use_proj",
    "n_special",
    "predict_special_tokens",
    "n_ctx",
    "max_sequence_length",
    "directionality",
    "pooler_fc_size",
    "pooler_num_attention_heads",
    "pooler_num_fc_layers",
    "pooler_size_per_head",
    "pooler_type",
    "tie_weights_",
    "_num_labels",
    "classif_dropout",
    "add_bias_logits",
    "extra_pos_embeddings",
    // Settings of decoding, read there if there is no generation_config.json (decode/generation_config.h).
    "force_bos_token_to_be_generated",
    "max_time",
    "stop_strings",
    "sequence_bias",
    "renormalize_logits",
    "encoder_repetition_penalty",
    "epsilon_cutoff",
    "eta_cutoff",
    "penalty_alpha",
    "dola_layers",
    "custom_generate",
    "top_h",
    "force_words_ids",
    "constraints",
    "forced_decoder_ids",
    "guidance_scale",
    "watermarking_config",
    "token_healing",
    "max_length",
    "max_new_tokens",
    "min_length",
    "min_new_tokens",
    "do_sample",
    "early_stopping",
    "num_beams",
    "num_beam_groups",
    "diversity_penalty",
    "temperature",
    "top_k",
    "top_p",
    "min_p",
    "typical_p",
    "repetition_penalty",
    "length_penalty",
    "no_repeat_ngram_size",
    "encoder_no_repeat_ngram_size",
    "bad_words_ids",
    "num_return_sequences",
    "output_scores",
    "return_dict_in_generate",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "remove_invalid_values",
    "exponential_decay_length_penalty",
    "suppress_tokens",
    "begin_suppress_tokens",
    "decoder_start_token_id",
    // Settings by the name of a task: defaults of other programs, for which our commands have options, and
    // our own (tasks/classify.h).
    "task_specific_params",
});

constexpr auto kNeutral = std::to_array<NeutralSetting>({
    // Layers that are skipped at random in training.
    {"layerdrop", "0.0", Effect::unknown},
    {"encoder_layerdrop", "0.0", Effect::unknown},
    {"decoder_layerdrop", "0.0", Effect::unknown},
    {"use_mrope", "false", Effect::unknown},
    // Further layers, or layers used in another way.
    {"add_cross_attention", "false", Effect::other_model},
    {"tie_encoder_decoder", "false", Effect::other_model},
    {"is_encoder_decoder", "false", Effect::other_model},
    {"pruned_heads", "{}", Effect::other_model},
    {"quantization_config", "{}", Effect::other_model},
});

}  // namespace

std::span<const NeutralSetting> neutral_settings() { return kNeutral; }

Effect effect_of(std::string_view key, const Json& value) {
  if (std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end()) return Effect::none;
  for (const NeutralSetting& neutral : kNeutral) {
    if (neutral.key == key) return value == parse_json(neutral.value, "") ? Effect::none : neutral.otherwise;
  }
  return Effect::unknown;
}

}  // namespace hodhod::hf
