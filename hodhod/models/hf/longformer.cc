// SPDX-License-Identifier: Apache-2.0
// Longformer (Beltagy et al. 2020): RoBERTa for long texts, whose tokens see a window of others and the
// global tokens, which see all.
#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/roberta_layout.h"

namespace hodhod::hf {
namespace {

constexpr int64_t kUsualWindow = 512;

TransformerConfig longformer_defaults() {
  TransformerConfig c = roberta().defaults();
  c.reach.assign(static_cast<size_t>(c.encoder_layers), kUsualWindow / 2);
  return c;
}

// "attention_window": of each layer, or one for all; half of it is on each side of a token.
void read_longformer(ConfigReader& reader, TransformerConfig& c) {
  constexpr const char* kKey = "attention_window";
  read_roberta(reader, c);
  const Json* said = reader.find(kKey);
  const auto layers = static_cast<size_t>(c.encoder_layers);
  c.reach = said && said->is_array() ? json_as<std::vector<int64_t>>(*said, reader.place(kKey))
                                     : std::vector(layers, reader.get_or(kKey, kUsualWindow));
  check(c.reach.size() == layers, "{}: {} windows for {} layers; give one for each", reader.place(kKey),
        c.reach.size(), layers);
  for (int64_t& window : c.reach) {
    check(window > 0 && window % 2 == 0, "{}: {} is not a window; give an even number above 0",
          reader.place(kKey), window);
    window /= 2;
  }
  reader.only("attention_mode", "longformer");
  reader.only("ignore_attention_mask", false);
  reader.find("onnx_export");  // how the same numbers are computed
}

void write_longformer(const TransformerConfig& c, Json& json) {
  write_roberta(c, json);
  std::vector<int64_t> windows = c.reach;
  for (int64_t& window : windows) window *= 2;
  if (!windows.empty()) json["attention_window"] = windows;
}

TensorNames longformer_names() {
  TensorNames names = roberta_names("longformer.");
  for (const std::string part : {"query", "key", "value"}) {
    for (const std::string kind : {".weight", ".bias"}) {
      names.body.push_back({"encoder.layer.{}.self_attention.global." + part + kind,
                            "longformer.encoder.layer.{}.attention.self." + part + "_global" + kind});
    }
  }
  return names;
}

}  // namespace

const Family& longformer() {
  static const Family kFamily{.model_type = "longformer",
                              .presets = {},
                              .defaults = longformer_defaults,
                              .activation = "hidden_act",
                              .pooler_dropout = true,
                              .keys = roberta_keys(),
                              .heads = {{"LongformerForMaskedLM", HeadKind::masked_language_model},
                                        {"LongformerForSequenceClassification", HeadKind::classifier},
                                        {"LongformerForTokenClassification", HeadKind::tagger},
                                        {"LongformerForQuestionAnswering", HeadKind::span},
                                        {"LongformerModel", HeadKind::none}},
                              .read = read_longformer,
                              .write = write_longformer,
                              .names = longformer_names()};
  return kFamily;
}

}  // namespace hodhod::hf
