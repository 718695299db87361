// SPDX-License-Identifier: Apache-2.0
// Splits a forward pass on the device `shapes` into steps, from its trace and its tape.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hodhod/nn/trace.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct TracedStep {
  std::string name;  // as in the trace
  Component component;
  Shape in, out;
  int64_t parameters = 0;  // elements of those that no earlier step has used
  bool shared = false;     // it uses parameters of an earlier step
  double operations = 0;
  int64_t bytes = 0;  // growth of the memory in use
};

// A step is an entry of the trace. To it belong the ops on the tape between the earlier entries and this one,
// whatever their order, and the parameters that they use.
//
//     TracedSteps steps(parameters);  // leaves of the tape, on the device `shapes`
//     Trace trace([&](const Trace::Entry& entry) { steps.add(entry); });
//     Context context{.trace = &trace};
//     model.forward(…, context);
class TracedSteps {
 public:
  explicit TracedSteps(const std::vector<std::pair<std::string, Tensor>>& parameters);

  // Adds the entry as a step, unless it shows the same tensor as an earlier entry.
  void add(const Trace::Entry& entry);

  const std::vector<TracedStep>& steps() const { return steps_; }
  // Parameters that no step has used through the tape, such as constants of the model.
  const std::vector<std::pair<std::string, Tensor>>& unused() const { return unused_; }

 private:
  std::vector<Ref<Node>> claim(const Ref<Node>& top);
  void describe_work(const std::vector<Ref<Node>>& nodes, TracedStep& step);

  std::vector<TracedStep> steps_;
  std::vector<std::pair<std::string, Tensor>> unused_;
  std::vector<Ref<Node>> held_;  // keeps claimed nodes alive, so that no later node gets their address
  std::unordered_set<const Node*> claimed_;
};

}  // namespace hodhod
