// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/model_info.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/names.h"
#include "hodhod/base/visit.h"
#include "hodhod/look/page.h"
#include "hodhod/models/bilm.h"
#include "hodhod/models/description.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

std::string shape_of(const ModelConfig& config) {
  if (const auto* transformer = dynamic_cast<const TransformerModelConfig*>(&config))
    return std::string(name_of(transformer->body.shape));
  if (const auto* recurrent = dynamic_cast<const RecurrentModelConfig*>(&config))
    return std::string(name_of(recurrent->body.form));
  return "";
}

// The options that are a number, a name or yes and no.
Json options_of(const ModelConfig& config) {
  const auto copy = config.clone();
  Json options = Json::object();
  const Json fields = fields_to_json(copy->fields());
  for (const auto& [name, value] : fields.items()) {
    if (value.is_number_float()) options[name] = number(value.get<double>());
    if (value.is_number_integer() || value.is_boolean() || value.is_string()) options[name] = value;
  }
  options.erase("alphabet");
  if (const auto* transformer = dynamic_cast<const TransformerModelConfig*>(&config)) {
    const TransformerConfig& body = transformer->body;
    const StackSizes sizes = body.has_decoder() ? body.sizes_of_decoder() : body.sizes_of_encoder();
    options["layers"] = sizes.layers;
    options["kv_heads"] = sizes.kv_heads;
    options["head_size"] = sizes.head_size;
  }
  return options;
}

Json components_of(const Description& description) {
  Json list = Json::array();
  for (const auto& [component, parameters] : parameters_by_component(description))
    list.push_back({{"component", component}, {"parameters", parameters}});
  return list;
}

// What a classifier or tagger learned of the layers below it.
void add_mix(const Model& model, Json& options) {
  const auto* const bilm = dynamic_cast<const BilmModel*>(&model);
  if (bilm == nullptr || bilm->mix() == nullptr) return;
  const NoGrad off;
  const std::vector<float> shares = bilm->mix()->shares().values<float>();
  for (size_t layer = 0; layer < shares.size(); ++layer)
    options[fmt::format("mix_share_of_layer_{}", layer)] = number(shares[layer]);
  options["mix_scale"] = number(bilm->mix()->scale.values<float>().at(0));
}

}  // namespace

Json model_info(const Subject& subject) {
  const ModelConfig& config = subject.config();
  // Vectors and counts have a head in name only.
  const bool has_head = subject.kind != Kind::vectors;
  Json info = {{"name", subject.name},
               {"family", subject.family},
               {"shape", shape_of(config)},
               {"head", has_head ? std::string(name_of(config.head.kind)) : ""}};
  const Description description = describe(config, {.length = std::min<int64_t>(config.max_length(), 16)});
  info["parameters"] = description.parameters;
  info["components"] = components_of(description);
  info["options"] = options_of(config);
  add_mix(subject.model(), info["options"]);
  return info;
}

}  // namespace hodhod::look
