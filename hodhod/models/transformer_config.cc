// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_config.h"

#include <utility>

#include "hodhod/base/error.h"
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
  config.activation = Activation::kGelu;
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
  config.pooler_activation = config.activation;
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
  config.activation = Activation::kGeluTanh;
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
  config.norm = NormKind::kRms;
  config.positions = PositionKind::rotary;
  config.activation = Activation::kSilu;
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

void TransformerConfig::validate() const {
  const auto positive = [](const char* name, int64_t value) {
    check(value > 0, "transformer: {} is {}; give a number above 0", name, value);
  };
  positive("vocabulary", vocabulary);
  positive("width", width);
  positive("heads", heads);
  positive("feed_forward", feed_forward);
  positive("max_length", max_length);
  if (has_encoder()) positive("encoder_layers", encoder_layers);
  if (has_decoder()) positive("decoder_layers", decoder_layers);
  check(head_size > 0 || width % heads == 0,
        "transformer: width {} is not a multiple of heads {}; change one of them or give head_size", width,
        heads);
  check(heads % key_value_heads() == 0, "transformer: heads {} is not a multiple of kv_heads {}", heads,
        kv_heads);
  check(positions != PositionKind::rotary || size_of_head() % 2 == 0,
        "transformer: rotary positions need an even head size, this is {}", size_of_head());
  const bool sinusoids = positions == PositionKind::sinusoidal || positions == PositionKind::interleaved;
  check(!sinusoids || width % 2 == 0, "transformer: sinusoidal positions need an even width, this is {}",
        width);
  check(source_vocabulary == 0 || shape == TransformerShape::encoder_decoder,
        "transformer: source_vocabulary {} is for an encoder-decoder only", source_vocabulary);
  for (const auto& [name, rate] :
       {std::pair{"dropout", dropout}, std::pair{"attention_dropout", attention_dropout},
        std::pair{"activation_dropout", activation_dropout}}) {
    check(rate >= 0 && rate < 1, "transformer: {} is {}; give a number from 0 to below 1", name, rate);
  }
  check(norm_epsilon > 0, "transformer: norm_epsilon is {}; give a number above 0", norm_epsilon);
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

void change_option(TransformerConfig& config, std::string_view assignment) {
  const size_t equals = assignment.find('=');
  check(equals != std::string_view::npos, "--model {}: write NAME=VALUE, such as --model dropout=0.2",
        assignment);
  const std::string_view name = assignment.substr(0, equals);
  std::string known;
  for (const Field& field : fields_of(config)) {
    if (field.path == name || field_flag(field) == name) {
      set_field(field, assignment.substr(equals + 1));
      return;
    }
    known += (known.empty() ? "" : ", ") + field.path;
  }
  fail("--model {}: there is no option '{}'; the options are {}", assignment, name, known);
}

}  // namespace hodhod
