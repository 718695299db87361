// SPDX-License-Identifier: Apache-2.0
// M2M-100 (Fan et al. 2021) and NLLB (NLLB Team 2022): pre-norm encoder-decoders for many languages with the
// positions of fairseq. A token names the language of the source, and one that is forced that of the target.
#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/pair_layout.h"

namespace hodhod::hf {
namespace {

TransformerConfig m2m100_defaults() { return transformer_preset("m2m100-418m"); }

// Places are counted from the one behind that of padding.
void read_m2m100(ConfigReader& reader, TransformerConfig& config) {
  const auto pad = reader.get_or<int64_t>("pad_token_id", 1);
  check(pad >= -1 && pad < 1 << 20, "{}: expected the number of a token, found {}",
        reader.place("pad_token_id"), pad);
  config.position_offset = pad + 1;
  reader.only("is_encoder_decoder", true);
  reader.find("num_hidden_layers");  // the number of encoder layers again
}

void write_m2m100(const TransformerConfig& config, Json& json) {
  write_pair(config, json);
  json.erase("forced_eos_token_id");
}

}  // namespace

const Family& m2m100() {
  static const Family kFamily{.model_type = "m2m_100",
                              .presets = {"m2m100-418m"},
                              .defaults = m2m100_defaults,
                              .activation = "activation_function",
                              .keys = pair_keys(),
                              .heads = {{"M2M100ForConditionalGeneration", HeadKind::language_model},
                                        {"M2M100Model", HeadKind::language_model}},
                              .read = read_m2m100,
                              .write = write_m2m100,
                              .names = {.prefixes = {"model."},
                                        .body = pair_names(),
                                        .head = {{"output.weight", "lm_head.weight"}},
                                        .needless = {"model.encoder.embed_positions.weights",
                                                     "model.decoder.embed_positions.weights"}}};
  return kFamily;
}

}  // namespace hodhod::hf
