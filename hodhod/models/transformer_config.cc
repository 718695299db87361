// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_config.h"

#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/base/visit.h"

namespace hodhod {
namespace {

using kernels::Activation;

TransformerConfig translator(int64_t width, int64_t heads, int64_t layers, int64_t feed_forward,
                             double dropout) {
  TransformerConfig config;
  config.width = width;
  config.heads = heads;
  config.encoder_layers = config.decoder_layers = layers;
  config.feed_forward = feed_forward;
  config.dropout = dropout;
  config.vocabulary = 37000;  // shared source-target vocabulary of the paper's English–German model
  return config;
}

TransformerConfig bart(int64_t width, int64_t heads, int64_t layers) {
  TransformerConfig config = translator(width, heads, layers, 4 * width, 0.1);
  config.vocabulary = 50265;
  config.positions = PositionKind::learned;
  config.position_offset = 2;
  config.embedding_norm = true;
  config.activation = Activation::gelu;
  config.output_bias = true;
  config.scale_embedding = false;
  config.special = {.pad = 1, .bos = 0, .eos = 2, .decoder_start = 2};
  return config;
}

TransformerConfig mbart(int64_t width, int64_t heads, int64_t layers) {
  TransformerConfig config = bart(width, heads, layers);
  config.norm_placement = NormPlacement::pre;
  config.final_norm = true;
  return config;
}

TransformerConfig m2m100(int64_t width, int64_t heads, int64_t layers, int64_t feed_forward) {
  TransformerConfig config = translator(width, heads, layers, feed_forward, 0.1);
  config.vocabulary = 128112;
  config.norm_placement = NormPlacement::pre;
  config.final_norm = true;
  config.positions = PositionKind::timing;
  config.position_offset = 2;
  config.attention_dropout = 0.1;
  config.special = {.pad = 1, .bos = 0, .eos = 2, .decoder_start = 2};
  return config;
}

TransformerConfig t5(int64_t width, int64_t heads, int64_t layers, int64_t feed_forward) {
  TransformerConfig config = translator(width, heads, layers, feed_forward, 0.1);
  config.vocabulary = 32128;
  config.head_size = 64;
  config.max_length = 512;
  config.norm_placement = NormPlacement::pre;
  config.norm = NormKind::rms;
  config.norm_epsilon = 1e-6;
  config.final_norm = true;
  config.positions = PositionKind::relative;
  config.attention_bias = config.feed_forward_bias = false;
  config.scale_scores = config.scale_embedding = false;
  config.scale_output = true;
  config.attention_dropout = config.activation_dropout = config.dropout;
  config.final_dropout = true;
  config.padding_learns = true;
  config.special.eos = 1;
  return config;
}

TransformerConfig mt5(int64_t width, int64_t heads, int64_t layers, int64_t feed_forward) {
  TransformerConfig config = t5(width, heads, layers, feed_forward);
  config.vocabulary = 250112;
  config.activation = Activation::gelu_tanh;
  config.gated = true;
  config.tie_embeddings = false;
  return config;
}

TransformerConfig bert(int64_t width, int64_t heads, int64_t layers) {
  TransformerConfig config;
  config.shape = TransformerShape::encoder;
  config.vocabulary = 30522;
  config.width = width;
  config.heads = heads;
  config.encoder_layers = layers;
  config.decoder_layers = 0;
  config.feed_forward = 4 * width;
  config.max_length = 512;
  config.norm_epsilon = 1e-12;
  config.embedding_norm = true;
  config.positions = PositionKind::learned;
  config.activation = Activation::gelu;
  config.token_types = 2;
  config.output_bias = true;
  config.scale_embedding = false;
  config.attention_dropout = 0.1;
  return config;
}

TransformerConfig roformer(int64_t width, int64_t heads, int64_t layers) {
  TransformerConfig config = bert(width, heads, layers);
  config.vocabulary = 50000;
  config.max_length = 1536;
  config.positions = PositionKind::rotary;
  config.rotary_interleaved = true;
  return config;
}

TransformerConfig gpt(int64_t width, int64_t heads, int64_t layers, int64_t max_length) {
  TransformerConfig config;
  config.shape = TransformerShape::decoder;
  config.vocabulary = 50257;
  config.width = width;
  config.heads = heads;
  config.encoder_layers = 0;
  config.decoder_layers = layers;
  config.feed_forward = 4 * width;
  config.max_length = max_length;
  config.norm_placement = NormPlacement::pre;
  config.final_norm = true;
  config.positions = PositionKind::learned;
  config.activation = Activation::gelu_tanh;
  config.padding_learns = true;
  config.scale_embedding = false;
  config.attention_dropout = 0.1;
  return config;
}

TransformerConfig llama(int64_t width, int64_t heads, int64_t kv_heads, int64_t layers,
                        int64_t feed_forward) {
  TransformerConfig config = gpt(width, heads, layers, 4096);
  config.vocabulary = 32000;
  config.kv_heads = kv_heads;
  config.feed_forward = feed_forward;
  config.norm = NormKind::rms;
  config.positions = PositionKind::rotary;
  config.activation = Activation::silu;
  config.gated = true;
  config.attention_bias = config.feed_forward_bias = false;
  config.tie_embeddings = false;
  config.padding_learns = false;
  config.dropout = config.attention_dropout = 0;
  return config;
}

const std::vector<std::pair<std::string, TransformerConfig>>& presets() {
  static const std::vector<std::pair<std::string, TransformerConfig>> kAll = {
      {"tiny", translator(128, 4, 2, 512, 0.1)},
      {"small", translator(256, 4, 3, 1024, 0.1)},
      {"transformer-base", translator(512, 8, 6, 2048, 0.1)},
      {"transformer-big", translator(1024, 16, 6, 4096, 0.3)},
      {"bart-base", bart(768, 12, 6)},
      {"bart-large", bart(1024, 16, 12)},
      {"mbart-large", mbart(1024, 16, 12)},
      {"m2m100-418m", m2m100(1024, 16, 12, 4096)},
      {"t5-small", t5(512, 8, 6, 2048)},
      {"t5-base", t5(768, 12, 12, 3072)},
      {"mt5-small", mt5(512, 6, 8, 1024)},
      {"bert-tiny", bert(128, 2, 2)},
      {"bert-small", bert(256, 4, 4)},
      {"bert-base", bert(768, 12, 12)},
      {"bert-large", bert(1024, 16, 24)},
      {"roformer-tiny", roformer(128, 2, 2)},
      {"roformer-small", roformer(256, 4, 4)},
      {"roformer-base", roformer(768, 12, 12)},
      {"gpt-tiny", gpt(128, 4, 4, 64)},
      {"gpt-small", gpt(384, 6, 6, 256)},
      {"gpt2", gpt(768, 12, 12, 1024)},
      {"gpt2-medium", gpt(1024, 16, 24, 1024)},
      {"gpt2-large", gpt(1280, 20, 36, 1024)},
      {"gpt2-xl", gpt(1600, 25, 48, 1024)},
      {"gpt3", gpt(12288, 96, 96, 2048)},
      {"llama-tiny", llama(288, 6, 6, 6, 768)},
      {"llama-7b", llama(4096, 32, 32, 32, 11008)},
      {"llama-13b", llama(5120, 40, 40, 40, 13824)},
      {"llama-70b", llama(8192, 64, 8, 80, 28672)},
  };
  return kAll;
}

}  // namespace

StackSizes TransformerConfig::sizes_of_encoder() const {
  return {.layers = encoder_layers,
          .heads = heads,
          .kv_heads = kv_heads ? kv_heads : heads,
          .head_size = head_size ? head_size : width / heads,
          .feed_forward = feed_forward};
}

StackSizes TransformerConfig::sizes_of_decoder() const {
  StackSizes sizes = sizes_of_encoder();
  sizes.layers = decoder_layers;
  if (decoder_heads) {
    sizes.heads = decoder_heads;
    if (!kv_heads) sizes.kv_heads = decoder_heads;
    if (!head_size) sizes.head_size = width / decoder_heads;
  }
  if (decoder_feed_forward) sizes.feed_forward = decoder_feed_forward;
  return sizes;
}

void TransformerConfig::validate() const {
  check_fields(fields_of(const_cast<TransformerConfig&>(*this)), "transformer");  // only read
  const auto positive = [](const char* name, int64_t value) {
    check(value > 0, "transformer: {} is {}; give a number above 0", name, value);
  };
  if (has_encoder()) positive("encoder_layers", encoder_layers);
  if (has_decoder()) positive("decoder_layers", decoder_layers);
  const bool translates = shape == TransformerShape::encoder_decoder;
  check(translates || (source_vocabulary == 0 && decoder_heads == 0 && decoder_feed_forward == 0),
        "transformer: source_vocabulary, decoder_heads and decoder_feed_forward are options of an "
        "encoder-decoder; leave them 0 for an {}",
        name_of(shape));
  check(
      reach.empty() || (shape == TransformerShape::encoder && !causal && window == 0 &&
                        std::ssize(reach) == encoder_layers),
      "transformer: reach has {} numbers; give one for each of the {} layers of an encoder without a window",
      reach.size(), encoder_layers);
  for (const int64_t count : {heads, translates && decoder_heads ? decoder_heads : heads}) {
    check(head_size > 0 || width % count == 0,
          "transformer: width {} is not a multiple of heads {}; change one of them or give head_size", width,
          count);
    check(kv_heads == 0 || count % kv_heads == 0,
          "transformer: heads {} is not a multiple of kv_heads {}; change one of them", count, kv_heads);
  }
  check_layers();
  check_positions();
  check_tokens();
}

void TransformerConfig::check_layers() const {
  check(sub_layers == SubLayerOrder::sequential ||
            (norm_placement == NormPlacement::pre && shape != TransformerShape::encoder_decoder),
        "transformer: sub_layers {} need norm_placement pre, and a model that is not an encoder-decoder; set "
        "sub_layers to sequential",
        name_of(sub_layers));
  check(embedding_width == 0 || shape == TransformerShape::decoder,
        "transformer: embedding_width is an option of a decoder; leave it 0 for an {}", name_of(shape));
  check(logit_cap == 0 || shape == TransformerShape::decoder,
        "transformer: logit_cap is an option of a decoder; leave it 0 for an {}", name_of(shape));
  check(window > 0 || (window_from == 0 && full_every == 0),
        "transformer: window_from {} and full_every {} say which layers have a window, and window is 0; give "
        "its number of keys",
        window_from, full_every);
}

int64_t TransformerConfig::rotated() const {
  return static_cast<int64_t>(rotary_share * static_cast<double>(size_of_head()));
}

bool TransformerConfig::has_window(int64_t layer) const {
  return window > 0 && layer >= window_from && (full_every == 0 || (layer + 1) % full_every != 0);
}

void TransformerConfig::check_positions() const {
  check(
      positions != PositionKind::rotary || (rotated() > 0 && rotated() % 2 == 0),
      "transformer: rotary positions turn an even number of a head's channels; rotary_share {} of head size "
      "{} is {}",
      rotary_share, size_of_head(), rotated());
  const bool sinusoids = positions == PositionKind::sinusoidal || positions == PositionKind::interleaved ||
                         positions == PositionKind::timing;
  check(!sinusoids || width % 2 == 0, "transformer: sinusoidal positions need an even width, this is {}",
        width);
  // These tables are computed rather than read from a file, so only this check limits their size.
  constexpr int64_t kMostElements = int64_t{1} << 27;
  const int64_t columns = sinusoids                                  ? width
                          : positions == PositionKind::rotary        ? rotated()
                          : positions == PositionKind::alibi_of_keys ? heads
                                                                     : 0;
  check(columns == 0 || max_length <= kMostElements / columns,
        "transformer: the positions of max_length {} tokens with {} numbers each are more than {} numbers; "
        "lower max_length",
        max_length, columns, kMostElements);
}

void TransformerConfig::check_tokens() const {
  const auto known = [&](const char* name, int64_t token) {
    check(token < vocabulary, "transformer: {} is token {} of {}; give one from 0 to {}", name, token,
          vocabulary, vocabulary - 1);
  };
  known("pad", special.pad);
  known("bos", special.bos);
  known("eos", special.eos);
  for (const int64_t token : special.other_eos) known("other_eos", token);
  if (shape == TransformerShape::encoder_decoder) known("decoder_start", special.decoder_start);
}

TransformerConfig transformer_preset(std::string_view name) {
  std::string known;
  for (const auto& [preset, config] : presets()) {
    if (preset == name) return config;
    known += known.empty() ? preset : ", " + preset;
  }
  fail("there is no preset '{}'; the presets are {}", name, known);
}

std::vector<std::string> transformer_preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, config] : presets()) names.push_back(name);
  return names;
}

}  // namespace hodhod
