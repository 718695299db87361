// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/partly_frozen.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/models/adapters.h"

namespace hodhod {

std::vector<std::string> embedding_parameters(Model& model) {
  const Tensor table = model.embedding_table();
  std::vector<std::string> names;
  model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (table.defined() && parameter.storage().get() == table.storage().get() &&
        parameter.offset() == table.offset())
      names.push_back(name);
  });
  return names;
}

std::vector<std::string> frozen_by_adapter(Model& model, const ModelAdapter& adapter) {
  std::vector<std::string> names;
  model.for_each_parameter([&](const std::string& name, Tensor&) {
    const bool trained =
        is_adapter_parameter(name) ||
        std::find(adapter.trained.begin(), adapter.trained.end(), name) != adapter.trained.end();
    if (!trained) names.push_back(name);
  });
  return names;
}

std::vector<std::string> parameters_below(Model& model, int64_t layers) {
  const auto all = model.layers();
  check(!all.empty(),
        "{}: this model has no stack of layers, of which the last could be trained; train it whole",
        model.name());
  check(layers >= 1 && layers <= std::ssize(all),
        "{}: has {} layers, and the last {} are to be trained; give "
        "1 to {}",
        model.name(), all.size(), layers, all.size());
  const std::vector<std::string>& lowest = all[all.size() - static_cast<size_t>(layers)];
  // Parameters come in the order in which data meets them.
  std::vector<std::string> names;
  bool below = true;
  model.for_each_parameter([&](const std::string& name, Tensor&) {
    below = below && std::find(lowest.begin(), lowest.end(), name) == lowest.end();
    if (below) names.push_back(name);
  });
  return names;
}

}  // namespace hodhod
