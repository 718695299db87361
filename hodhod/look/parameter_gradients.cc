// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/parameter_gradients.h"

#include <algorithm>
#include <cmath>

#include "hodhod/look/page.h"
#include "hodhod/train/layer_log.h"
#include "hodhod/train/optimizer.h"

namespace hodhod::look {

ParameterGradients::ParameterGradients(Model& model) {
  model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
    by_node_[parameter.node().get()] = parameters_.size();
    parameters_.push_back({.name = name, .weight = parameter.detach()});
  });
}

void ParameterGradients::add(Node& leaf) {
  const auto found = by_node_.find(&leaf);
  if (found == by_node_.end()) return;
  Parameter& parameter = parameters_[found->second];
  Node::Output& output = leaf.outputs[0];
  parameter.reached = true;
  parameter.squares = sum_of_squares(output.gradient);
  output.gradient = Tensor();
  output.rows = Tensor();
}

Json ParameterGradients::json() const {
  struct Group {
    std::string name;
    int64_t parameters = 0;
    double gradient = 0, weight = 0;
  };
  std::vector<Group> groups;
  for (const Parameter& parameter : parameters_) {
    if (!parameter.reached) continue;
    const std::string name = parameter_group(parameter.name);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == name; });
    if (group == groups.end()) group = groups.insert(group, {.name = name});
    group->parameters += parameter.weight.numel();
    group->gradient += parameter.squares;
    group->weight += sum_of_squares(parameter.weight);
  }
  Json list = Json::array();
  for (const Group& group : groups) {
    list.push_back({{"name", group.name},
                    {"parameters", group.parameters},
                    {"gradient", number(std::sqrt(group.gradient))},
                    {"weight", number(std::sqrt(group.weight))}});
  }
  return list;
}

}  // namespace hodhod::look
