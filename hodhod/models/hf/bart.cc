// SPDX-License-Identifier: Apache-2.0
// BART (Lewis et al. 2020): post-norm encoder-decoder with learned positions and a norm on the embeddings.
// mBART (Liu et al. 2020): the same with pre-norm and a final norm; a token names the language of each text.
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/pair_layout.h"

namespace hodhod::hf {
namespace {

// "max_position_embeddings" does not count these rows of the table.
constexpr int64_t kRowsBefore = 2;

TransformerConfig bart_defaults() { return transformer_preset("bart-large"); }

TransformerConfig mbart_defaults() { return transformer_preset("mbart-large"); }

// Settings that both share. The older ones say in words what `model_type` says too.
void read_pair(ConfigReader& reader, bool pre_norm) {
  reader.only("is_encoder_decoder", true);
  reader.only("normalize_before", pre_norm);
  reader.only("add_final_layer_norm", pre_norm);
  reader.only("normalize_embedding", true);
  reader.only("static_position_embeddings", false);
  reader.only("extra_pos_embeddings", kRowsBefore);
  // The number of encoder layers again.
  reader.find("num_hidden_layers");
}

void read_bart(ConfigReader& reader, TransformerConfig&) { read_pair(reader, false); }

void read_mbart(ConfigReader& reader, TransformerConfig&) {
  read_pair(reader, true);
  reader.find("classifier_dropout");  // of a head that is not known here
}

TensorNames bart_names() {
  std::vector<NameRule> head = pair_head_names();
  for (const std::string kind : {"weight", "bias"}) {
    head.push_back({"pooler." + kind, "classification_head.dense." + kind});
    head.push_back({"classifier." + kind, "classification_head.out_proj." + kind});
  }
  return {.prefixes = {"model."}, .body = pair_names(), .head = head, .needless = pair_needless()};
}

}  // namespace

const Family& bart() {
  static const Family kFamily{.model_type = "bart",
                              .presets = {"bart-base", "bart-large"},
                              .defaults = bart_defaults,
                              .activation = "activation_function",
                              .pooler_dropout = true,
                              .keys = pair_keys(),
                              .heads = {{"BartForConditionalGeneration", HeadKind::language_model},
                                        {"BartModel", HeadKind::language_model},
                                        {"BartForSequenceClassification", HeadKind::classifier}},
                              .read = read_bart,
                              .write = write_pair,
                              .names = bart_names(),
                              .constants = constant_logits_bias,
                              .head_dropouts = {{"classifier_dropout", HeadKind::classifier, 0}}};
  return kFamily;
}

const Family& mbart() {
  static const Family kFamily{.model_type = "mbart",
                              .presets = {"mbart-large"},
                              .defaults = mbart_defaults,
                              .activation = "activation_function",
                              .keys = pair_keys(),
                              .heads = {{"MBartForConditionalGeneration", HeadKind::language_model},
                                        {"MBartModel", HeadKind::language_model}},
                              .read = read_mbart,
                              .write = write_pair,
                              .names = {.prefixes = {"model."},
                                        .body = pair_names(),
                                        .head = pair_head_names(),
                                        .needless = pair_needless()},
                              .constants = constant_logits_bias};
  return kFamily;
}

}  // namespace hodhod::hf
