// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/parameter_gradients.h"

#include <algorithm>
#include <cmath>

#include "hodhod/look/page.h"
#include "hodhod/train/layer_log.h"
#include "hodhod/train/optimizer.h"

namespace hodhod::look {

namespace {

// Σ (g + dzᵀ x)² for a gradient g [V, C], dz [1, V] and x [1, C].
double squares_with_product(const Gradient& g, const Tensor& dz, const Tensor& x) {
  const auto values = g.values.values<double>(), a = dz.values<double>(), b = x.values<double>();
  const size_t width = b.size();
  double of_x = 0, sum = 0;
  for (const double one : b) of_x += one * one;
  std::vector<double> rest = a;
  for (size_t i = 0; i * width < values.size(); ++i) {
    const size_t row = g.has_rows() ? static_cast<size_t>(g.rows.data<int64_t>()[i]) : i;
    for (size_t c = 0; c < width; ++c) {
      const double whole = values[i * width + c] + a[row] * b[c];
      sum += whole * whole;
    }
    rest[row] = 0;
  }
  for (const double one : rest) sum += one * one * of_x;
  return sum;
}

}  // namespace

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
  parameter.squares = parameter.dz.defined()
                          ? squares_with_product({output.gradient, output.rows}, parameter.dz, parameter.x)
                          : sum_of_squares(output.gradient);
  output.gradient = Tensor();
  output.rows = Tensor();
}

void ParameterGradients::add_product(const Tensor& weight, const Tensor& dz, const Tensor& x) {
  const auto found = by_node_.find(weight.node().get());
  if (found == by_node_.end()) return;
  Parameter& parameter = parameters_[found->second];
  parameter.reached = true;
  parameter.dz = dz.dense();
  parameter.x = x.dense();
  parameter.squares = sum_of_squares(parameter.dz) * sum_of_squares(parameter.x);
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
