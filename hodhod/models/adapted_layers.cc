// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapted_layers.h"

#include <type_traits>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/linear.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Visits layers as ParameterVisitor does, down to those that have adapters.
class AdaptedWeightVisitor {
 public:
  explicit AdaptedWeightVisitor(const AdaptedWeightFunction& f) : f_(f) {}

  void operator()(const char*, Tensor&) {}
  void operator()(const char* name, Linear& layer) { f_(prefix_ + name, {&layer.weight, &layer.lora}); }
  void operator()(const char* name, Embedding& table) {
    if (table.weight.defined()) f_(prefix_ + name, {&table.weight, &table.lora, true});
  }
  template <class T>
  void operator()(const char* name, std::vector<T>& members) {
    for (size_t i = 0; i < members.size(); ++i)
      (*this)((std::string(name) + "." + std::to_string(i)).c_str(), members[i]);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& member) {
    if (member) (*this)(name, *member);
  }
  template <class Layer>
  requires requires(Layer& layer, AdaptedWeightVisitor& v) { layer.visit(v); }
  void operator()(const char* name, Layer& layer) {
    const size_t length = prefix_.size();
    prefix_.append(name).push_back('.');
    layer.visit(*this);
    prefix_.resize(length);
  }

 private:
  const AdaptedWeightFunction& f_;
  std::string prefix_;
};

std::string without_weight(const std::string& name) { return name.substr(0, name.rfind('.')); }

}  // namespace

void for_each_adapted_weight(Model& model, const AdaptedWeightFunction& f) {
  auto* transformer = dynamic_cast<TransformerModel*>(&model);
  if (transformer == nullptr) return;
  AdaptedWeightVisitor visitor(f);
  transformer->visit(visitor);
}

ParameterNames names_of_parameters(Model& model) {
  ParameterNames names;
  model.for_each_parameter([&](const std::string& name, Tensor&) { names.insert(name); });
  return names;
}

int64_t AdaptedLayer::out() const {
  const NameRule& rule = parts[0].rule;
  return parts[0].layer.out() / rule.count * rule.parts;
}

Tensor AdaptedWeight::merged() const {
  const NoGrad off;
  Tensor sum = *weight;
  for (const LowRankAdapter& adapter : *lora)
    sum = sum + (embedding ? transpose(adapter.product(), 0, 1) : adapter.product());
  return sum;
}

std::vector<AdaptedLayer> adapted_layers(Model& model, const TensorNames& names) {
  check(dynamic_cast<TransformerModel*>(&model) != nullptr,
        "{}: low-rank adapters are for Transformers, and this model is none; train it whole", model.name());
  const ParameterNames parameters = names_of_parameters(model);
  std::vector<AdaptedLayer> layers;
  const bool one_stack = !model.config().reads_source();
  for_each_adapted_weight(model, [&](const std::string& name, const AdaptedWeight& layer) {
    const bool in_a_block = name.find(".layer.") != std::string::npos;
    if (!in_a_block && !(layer.embedding && one_stack)) return;
    const NameRule rule = rules_for(names, name + ".weight", parameters)[0];
    const std::string theirs = without_weight(rule.theirs);
    // Parts of one layer follow each other.
    if (layers.empty() || layers.back().theirs != theirs) layers.push_back({theirs, {}});
    layers.back().parts.push_back({name, layer, rule});
  });
  return layers;
}

}  // namespace hodhod
