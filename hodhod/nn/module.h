// SPDX-License-Identifier: Apache-2.0
// What all layers share: a `visit(v)` that names each member once. Parameters, their names, counts,
// saving and loading all derive from it.
//
//     struct Linear {
//       Tensor weight, bias;
//       template <class V> void visit(V& v) { v("weight", weight); v("bias", bias); }
//     };
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Calls f(name, Tensor&) for every defined parameter below a layer; names are joined with dots, elements of
// vectors are numbered.
template <class F>
class ParameterVisitor {
 public:
  explicit ParameterVisitor(F& f, std::string prefix = {}) : f_(f), prefix_(std::move(prefix)) {}

  void operator()(const char* name, Tensor& parameter) {
    if (parameter.defined()) f_(prefix_ + name, parameter);
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
  template <class T>
  void operator()(const char* name, std::unique_ptr<T>& member) {
    if (member) (*this)(name, *member);
  }
  template <class Layer>
  requires requires(Layer& layer, ParameterVisitor& v) { layer.visit(v); }
  void operator()(const char* name, Layer& layer) {
    const size_t length = prefix_.size();
    prefix_.append(name).push_back('.');
    layer.visit(*this);
    prefix_.resize(length);
  }

 private:
  F& f_;
  std::string prefix_;
};

template <class Layer, class F>
void for_each_parameter(Layer& layer, F&& f) {
  ParameterVisitor<std::remove_reference_t<F>> visitor(f);
  layer.visit(visitor);
}

// Every parameter with its name, in the order of visit; a tensor used in two places appears once, at its
// first.
template <class Layer>
std::vector<std::pair<std::string, Tensor>> parameters_of(Layer& layer) {
  std::vector<std::pair<std::string, Tensor>> found;
  for_each_parameter(layer, [&](const std::string& name, Tensor& parameter) {
    for (const auto& [other, seen] : found) {
      if (seen.storage().get() == parameter.storage().get() && seen.offset() == parameter.offset()) return;
    }
    found.emplace_back(name, parameter);
  });
  return found;
}

template <class Layer>
int64_t parameter_count(Layer& layer) {
  int64_t count = 0;
  for (const auto& [name, parameter] : parameters_of(layer)) count += parameter.numel();
  return count;
}

template <class Layer>
void set_requires_grad(Layer& layer, bool wanted = true) {
  for_each_parameter(layer,
                     [&](const std::string&, Tensor& parameter) { parameter.set_requires_grad(wanted); });
}

template <class Layer>
void clear_grad(Layer& layer) {
  for_each_parameter(layer, [](const std::string&, Tensor& parameter) { parameter.clear_grad(); });
}

}  // namespace hodhod
