// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapted_layers.h"

#include <type_traits>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/transformer_model.h"

namespace hodhod {
namespace {

using LinearFunction = std::function<void(const std::string&, Linear&)>;

// Visits layers as ParameterVisitor does, down to the linear ones.
class LinearVisitor {
 public:
  explicit LinearVisitor(const LinearFunction& f) : f_(f) {}

  void operator()(const char*, Tensor&) {}
  void operator()(const char* name, Linear& layer) { f_(prefix_ + name, layer); }
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
  requires requires(Layer& layer, LinearVisitor& v) { layer.visit(v); }
  void operator()(const char* name, Layer& layer) {
    const size_t length = prefix_.size();
    prefix_.append(name).push_back('.');
    layer.visit(*this);
    prefix_.resize(length);
  }

 private:
  const LinearFunction& f_;
  std::string prefix_;
};

std::string without_weight(const std::string& name) { return name.substr(0, name.rfind('.')); }

}  // namespace

void for_each_linear(Model& model, const LinearFunction& f) {
  auto* transformer = dynamic_cast<TransformerModel*>(&model);
  if (transformer == nullptr) return;
  LinearVisitor visitor(f);
  transformer->visit(visitor);
}

ParameterNames names_of_parameters(Model& model) {
  ParameterNames names;
  model.for_each_parameter([&](const std::string& name, Tensor&) { names.insert(name); });
  return names;
}

int64_t AdaptedLayer::out() const {
  const NameRule& rule = parts[0].rule;
  return parts[0].layer->weight.dim(0) / rule.count * rule.parts;
}

std::vector<AdaptedLayer> adapted_layers(Model& model, const TensorNames& names) {
  check(dynamic_cast<TransformerModel*>(&model) != nullptr,
        "{}: low-rank adapters are for Transformers, and this model is none; train it whole", model.name());
  const ParameterNames parameters = names_of_parameters(model);
  std::vector<AdaptedLayer> layers;
  for_each_linear(model, [&](const std::string& name, Linear& layer) {
    if (name.find(".layer.") == std::string::npos) return;  // not in a block
    const NameRule rule = rules_for(names, name + ".weight", parameters)[0];
    const std::string theirs = without_weight(rule.theirs);
    // Parts of one layer follow each other.
    if (layers.empty() || layers.back().theirs != theirs) layers.push_back({theirs, {}});
    layers.back().parts.push_back({name, &layer, rule});
  });
  return layers;
}

}  // namespace hodhod
