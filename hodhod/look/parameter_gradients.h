// SPDX-License-Identifier: Apache-2.0
// How large the gradient of an answer is at the parameters of each part of a model.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {

// While it lives, and if it is on, all parameters want gradients: what follows from them stands on the tape.
class WantedGradients {
 public:
  WantedGradients(Model& model, bool on) : model_(model), on_(on) { set(true); }
  ~WantedGradients() { set(false); }
  WantedGradients(const WantedGradients&) = delete;
  WantedGradients& operator=(const WantedGradients&) = delete;

 private:
  void set(bool wanted) {
    if (!on_) return;
    model_.for_each_parameter(
        [&](const std::string&, Tensor& parameter) { parameter.set_requires_grad(wanted); });
  }
  Model& model_;
  bool on_;
};

// Measures gradients as backward() completes them, and lets each go. Needs WantedGradients.
class ParameterGradients {
 public:
  explicit ParameterGradients(Model& model);

  // For BackwardOptions::on_leaf.
  void add(Node& leaf);
  // The gradient of `weight` [V, C] is, besides what comes by add(), dzᵀ x for dz [1, V] and x [1, C]. Before
  // add() of the same weight.
  void add_product(const Tensor& weight, const Tensor& dz, const Tensor& x);
  // [{"name": GROUP (hodhod/train/layer_log.h), "parameters": how many numbers, "gradient": ‖g‖₂, "weight":
  // ‖w‖₂}], in the order of the model's parameters: those that the answer depends on. Sums in double, in a
  // fixed order.
  Json json() const;

 private:
  struct Parameter {
    std::string name;
    Tensor weight;
    bool reached = false;
    double squares = 0;
    Tensor dz = {}, x = {};  // of add_product()
  };
  std::vector<Parameter> parameters_;
  std::unordered_map<const Node*, size_t> by_node_;
};

}  // namespace hodhod::look
