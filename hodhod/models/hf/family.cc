// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/family.h"

#include <array>

#include "hodhod/base/error.h"

namespace hodhod::hf {

std::span<const Family* const> families() {
  static const std::array<const Family*, 5> kAll = {&marian(), &bert(), &roformer(), &gpt2(), &llama()};
  return kAll;
}

void read_decoder_head(const Json& json, TransformerConfig& config, const std::string& where) {
  const auto names = json_get_or<std::vector<std::string>>(json, "architectures", {}, where);
  if (names.empty() || !names[0].ends_with("ForSequenceClassification")) return;
  config.head = HeadKind::classifier;
  const Json* labels = json_find(json, "id2label");
  config.labels = labels && labels->is_object() ? static_cast<int64_t>(labels->size())
                                                : json_get_or<int64_t>(json, "num_labels", 2, where);
}

void write_decoder_head(const TransformerConfig& config, const std::string& prefix,
                        const std::string& language_model, Json& json) {
  const bool classifier = config.head == HeadKind::classifier;
  json["architectures"] = {classifier ? prefix + "ForSequenceClassification" : language_model};
}

const Family& family_named(std::string_view model_type, const std::string& where) {
  std::string known;
  for (const Family* family : families()) {
    if (family->model_type == model_type) return *family;
    known += known.empty() ? "" : ", ";
    known += family->model_type;
  }
  fail("{}: model_type '{}' is not one of {}", where, model_type, known);
}

const Family& family_for(const TransformerConfig& config) {
  for (const Family* family : families()) {
    if (family->fits(config)) return *family;
  }
  fail(
      "no Hugging Face family holds this model (shape {}, norm {} {}, positions {}, activation {}, pooler "
      "{}); "
      "keep to the form of a preset of Marian, BERT, RoFormer, GPT-2 or Llama: change its sizes, not how it "
      "is put together",
      names_of(config.shape)[static_cast<size_t>(config.shape)],
      names_of(config.norm_placement)[static_cast<size_t>(config.norm_placement)],
      names_of(config.norm)[static_cast<size_t>(config.norm)],
      names_of(config.positions)[static_cast<size_t>(config.positions)], kernels::name_of(config.activation),
      kernels::name_of(config.pooler_activation));
}

}  // namespace hodhod::hf
