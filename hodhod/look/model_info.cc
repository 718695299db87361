// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/model_info.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/names.h"
#include "hodhod/base/visit.h"
#include "hodhod/look/page.h"
#include "hodhod/models/description.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/transformer_model.h"

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

// Parameters of each component, in the order in which they are first used.
Json components_of(const Description& description) {
  std::vector<std::pair<std::string, int64_t>> sums;
  for (const LayerDescription& row : description.layers) {
    if (row.parameters == 0) continue;
    auto found = sums.begin();
    while (found != sums.end() && found->first != row.component) ++found;
    if (found == sums.end()) found = sums.insert(found, {std::string(row.component), 0});
    found->second += row.parameters;
  }
  Json list = Json::array();
  for (const auto& [component, parameters] : sums)
    list.push_back({{"component", component}, {"parameters", parameters}});
  return list;
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
  return info;
}

}  // namespace hodhod::look
