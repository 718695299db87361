// SPDX-License-Identifier: Apache-2.0
// The steps of a forward pass on the device `shapes`, from its trace and its tape.
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
  int64_t parameters = 0;  // those that no step before has used
  bool shared = false;     // it uses parameters of a step before
  double operations = 0;
  int64_t bytes = 0;  // by which the memory in use grew
};

// What stands on the tape between one entry of a trace and those before it belongs to that entry: ops in
// whatever order, and the parameters that they use.
//
//     TracedSteps steps(parameters);  // leaves of the tape, on the device `shapes`
//     Trace trace([&](const Trace::Entry& entry) { steps.add(entry); });
//     Context context{.trace = &trace};
//     model.forward(…, context);
class TracedSteps {
 public:
  explicit TracedSteps(const std::vector<std::pair<std::string, Tensor>>& parameters);

  // An entry that shows the same tensor as one before makes no step.
  void add(const Trace::Entry& entry);

  const std::vector<TracedStep>& steps() const { return steps_; }
  // Parameters that no step has used through the tape, such as constants of the model.
  const std::vector<std::pair<std::string, Tensor>>& unused() const { return unused_; }

 private:
  std::vector<Ref<Node>> claim(const Ref<Node>& top);
  void describe_work(const std::vector<Ref<Node>>& nodes, TracedStep& step);

  std::vector<TracedStep> steps_;
  std::vector<std::pair<std::string, Tensor>> unused_;
  std::vector<Ref<Node>> held_;  // so that no later node has the address of one that was claimed
  std::unordered_set<const Node*> claimed_;
};

}  // namespace hodhod
