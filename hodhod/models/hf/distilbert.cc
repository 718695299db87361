// SPDX-License-Identifier: Apache-2.0
// DistilBERT (Sanh et al. 2019): half of BERT's layers, without segments. The pooler of its classifier has
// ReLU.
#include "hodhod/models/hf/bert_layout.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {
namespace {

TransformerConfig distilbert_defaults() {
  TransformerConfig c = transformer_preset("bert-base");
  c.encoder_layers = 6;
  c.token_types = 0;
  return c;
}

// It only says how the table of positions began: the file has it.
void read_distilbert(ConfigReader& reader, TransformerConfig&) { reader.find("sinusoidal_pos_embds"); }

void write_distilbert(const TransformerConfig&, Json& json) { json["sinusoidal_pos_embds"] = false; }

std::vector<NameRule> distilbert_names() {
  const std::string at = "distilbert.transformer.layer.{}.", own = "encoder.layer.{}.";
  std::vector<NameRule> names = {
      {"embedding.weight", "distilbert.embeddings.word_embeddings.weight"},
      {"encoder.position.weight", "distilbert.embeddings.position_embeddings.weight"},
      {"encoder.embedding_norm.weight", "distilbert.embeddings.LayerNorm.weight"},
      {"encoder.embedding_norm.bias", "distilbert.embeddings.LayerNorm.bias"},
  };
  const std::pair<const char*, const char*> layers[] = {
      {"self_attention.query", "attention.q_lin"}, {"self_attention.key", "attention.k_lin"},
      {"self_attention.value", "attention.v_lin"}, {"self_attention.output", "attention.out_lin"},
      {"self_attention_norm", "sa_layer_norm"},    {"feed_forward.up", "ffn.lin1"},
      {"feed_forward.down", "ffn.lin2"},           {"feed_forward_norm", "output_layer_norm"}};
  for (const auto& [ours, theirs] : layers) {
    for (const char* part : {".weight", ".bias"}) names.push_back({own + ours + part, at + theirs + part});
  }
  return names;
}

}  // namespace

const Family& distilbert() {
  static const Family kFamily{
      .model_type = "distilbert",
      .presets = {},
      .defaults = distilbert_defaults,
      .activation = "activation",
      .pooler_activation = kernels::Activation::relu,
      .keys = {{"vocab_size", "vocabulary"},
               {"dim", "width"},
               {"n_heads", "heads"},
               {"n_layers", "encoder_layers"},
               {"hidden_dim", "feed_forward"},
               {"max_position_embeddings", "max_length"},
               {"tie_word_embeddings", "tie_embeddings"},
               {"dropout", "dropout"},
               {"attention_dropout", "attention_dropout"}},
      .heads = {{"DistilBertForMaskedLM", HeadKind::masked_language_model},
                {"DistilBertForSequenceClassification", HeadKind::classifier},
                {"DistilBertForTokenClassification", HeadKind::tagger},
                {"DistilBertForQuestionAnswering", HeadKind::span},
                {"DistilBertModel", HeadKind::none}},
      .read = read_distilbert,
      .write = write_distilbert,
      .names = {.prefixes = {"distilbert."},
                .body = distilbert_names(),
                .head = {{"prediction.weight", "vocab_transform.weight"},
                         {"prediction.bias", "vocab_transform.bias"},
                         {"prediction_norm.weight", "vocab_layer_norm.weight"},
                         {"prediction_norm.bias", "vocab_layer_norm.bias"},
                         {"output.weight", "vocab_projector.weight"},
                         {.ours = "embedding.weight",
                          .theirs = "vocab_projector.weight",
                          .unless = "output.weight"},
                         {.ours = "output_bias", .theirs = "vocab_projector.bias", .zero_if_absent = true},
                         {"pooler.weight", "pre_classifier.weight"},
                         {"pooler.bias", "pre_classifier.bias"},
                         {"classifier.weight", "classifier.weight"},
                         {"classifier.bias", "classifier.bias"},
                         {"span.weight", "qa_outputs.weight"},
                         {"span.bias", "qa_outputs.bias"}},
                .needless = {"distilbert.embeddings.position_ids"}},
      .head_dropouts = {{"seq_classif_dropout", HeadKind::classifier, 0.2},
                        {"qa_dropout", HeadKind::span, 0.1}}};
  return kFamily;
}

}  // namespace hodhod::hf
