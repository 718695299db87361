// SPDX-License-Identifier: Apache-2.0
// Marian (Junczys-Dowmunt et al. 2018), as implemented in Transformers: the post-norm encoder-decoder of
// "Attention Is All You Need" with sinusoidal positions (sines first, then cosines; not stored).
#include <array>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/pair_layout.h"

namespace hodhod::hf {
namespace {

TransformerConfig marian_defaults() {
  TransformerConfig c = transformer_preset("transformer-base");
  c.vocabulary = 58101;
  c.width = 1024;
  c.heads = c.decoder_heads = 16;
  c.encoder_layers = c.decoder_layers = 12;
  c.feed_forward = c.decoder_feed_forward = 4096;
  c.activation = kernels::Activation::gelu;
  c.scale_embedding = false;
  c.output_bias = true;
  c.special.eos = 0;
  c.special.pad = c.special.decoder_start = 58100;
  return c;
}

void read_marian(ConfigReader& reader, TransformerConfig& c) {
  const int64_t source = c.vocabulary;
  reader.read(std::array{KeyRule{"decoder_vocab_size", "vocabulary"}}, fields_of(c));
  if (!reader.get_or("share_encoder_decoder_embeddings", true)) {
    c.source_vocabulary = source;
  } else {
    check(c.vocabulary == source, "{} is {}, and vocab_size {}; shared embeddings have one size",
          reader.place("decoder_vocab_size"), c.vocabulary, source);
  }
  reader.only("is_encoder_decoder", true);
  reader.only("static_position_embeddings", true);
  for (const char* key : {"normalize_before", "normalize_embedding", "add_final_layer_norm"})
    reader.only(key, false);
  // The number of encoder layers again, and settings of heads that are not for translation.
  for (const char* key : {"num_hidden_layers", "classifier_dropout", "is_decoder"}) reader.find(key);
}

void write_marian(const TransformerConfig& c, Json& json) {
  json["vocab_size"] = c.size_of_source_vocabulary();
  json["decoder_vocab_size"] = c.vocabulary;
  json["share_encoder_decoder_embeddings"] = c.source_vocabulary == 0;
  write_pair(c, json);
  json["static_position_embeddings"] = true;
  json["normalize_before"] = false;
}

}  // namespace

const Family& marian() {
  static const Family kFamily{
      .model_type = "marian",
      .presets = {"tiny", "small", "transformer-base", "transformer-big"},
      .defaults = marian_defaults,
      .activation = "activation_function",
      .keys = pair_keys(),
      .heads = {{"MarianMTModel", HeadKind::language_model}, {"MarianModel", HeadKind::language_model}},
      .read = read_marian,
      .write = write_marian,
      .names = {.body = pair_names(),
                .head = pair_head_names(),
                .needless = {"model.encoder.embed_positions.weight", "model.decoder.embed_positions.weight"}},
      .constants = constant_logits_bias};
  return kFamily;
}

}  // namespace hodhod::hf
