// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/traced_steps.h"

#include <algorithm>

namespace hodhod {

TracedSteps::TracedSteps(const std::vector<std::pair<std::string, Tensor>>& parameters)
    : unused_(parameters) {}

void TracedSteps::add(const Trace::Entry& entry) {
  const Ref<Node>& top = entry.origin.node;
  if (top && claimed_.contains(top.get())) return;
  TracedStep step{.name = entry.name, .component = entry.component, .in = {}, .out = entry.tensor.shape()};
  if (!steps_.empty()) step.in = steps_.back().out;
  if (top) describe_work(claim(top), step);
  steps_.push_back(std::move(step));
}

// The nodes below `top` that belong to no step yet, in the order in which they were made.
std::vector<Ref<Node>> TracedSteps::claim(const Ref<Node>& top) {
  std::vector<Ref<Node>> found{top};
  claimed_.insert(top.get());
  for (size_t i = 0; i < found.size(); ++i) {
    for (const Edge& edge : found[i]->inputs) {
      if (!edge.node || edge.node->is_leaf || !claimed_.insert(edge.node.get()).second) continue;
      found.push_back(edge.node);
    }
  }
  held_.insert(held_.end(), found.begin(), found.end());
  std::sort(found.begin(), found.end(),
            [](const Ref<Node>& a, const Ref<Node>& b) { return a->order < b->order; });
  return found;
}

void TracedSteps::describe_work(const std::vector<Ref<Node>>& nodes, TracedStep& step) {
  bool has_input = false;
  for (const Ref<Node>& node : nodes) {
    step.operations += node->cost.operations;
    step.bytes += node->cost.bytes;
    for (const Edge& edge : node->inputs) {
      if (!edge.node) continue;
      const bool inside = std::find_if(nodes.begin(), nodes.end(), [&](const Ref<Node>& other) {
                            return other.get() == edge.node.get();
                          }) != nodes.end();
      if (!edge.node->is_leaf) {
        // The first input that comes from an earlier step.
        if (!inside && !has_input) step.in = edge.node->outputs[static_cast<size_t>(edge.output)].shape;
        has_input |= !inside;
        continue;
      }
      const auto parameter = std::find_if(unused_.begin(), unused_.end(), [&](const auto& one) {
        return one.second.node().get() == edge.node.get();
      });
      if (parameter == unused_.end()) {
        step.shared = true;
      } else {
        step.parameters += parameter->second.numel();
        unused_.erase(parameter);
      }
    }
  }
}

}  // namespace hodhod
