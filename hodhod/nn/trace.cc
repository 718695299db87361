// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/trace.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/ops/shape.h"

namespace hodhod {

void Trace::take(Entry entry) {
  if (again_ && !entry.origin.node) return;
  if (consumer_) return consumer_(entry);
  if (again_) {
    const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                    [&](const Entry& one) { return one.name == entry.name; });
    if (found != entries_.rend()) found->origin = std::move(entry.origin);
    return;
  }
  entries_.push_back(std::move(entry));
}

void Trace::add(std::string_view name, Component component, std::string_view axes, const Tensor& tensor,
                const Shape& shape) {
  check(tensor.defined() && shape.rank() == static_cast<int>(axes.size()),
        "trace: {}{} has axes {} and {} dimensions; give a letter for each", prefix_, name, axes,
        tensor.defined() ? shape.rank() : -1);
  take({prefix_ + std::string(name), component, std::string(axes),
        tensor.shape() == shape ? tensor.detach() : tensor.dense().reshaped(shape), Edge(tensor)});
}

void Trace::add(std::string_view name, Component component, std::string_view axes, const Shape& shape,
                const std::function<Tensor()>& compute) {
  if (again_) return;
  const NoGrad off;
  add(name, component, axes, default_device() == Device::shapes ? Tensor::empty(shape) : compute());
}

void Trace::add_queries(std::string_view name, Component component, std::string_view axes, const Shape& shape,
                        const Queries& queries) {
  const size_t time = axes.find('T');
  check(time != std::string_view::npos && shape.rank() == static_cast<int>(axes.size()),
        "trace: {}{} has axes {} and {} dimensions; give a letter for each, and one of them T", prefix_, name,
        axes, shape.rank());
  if (!in_parts_ || default_device() == Device::shapes)
    return add(name, component, axes, shape, [&] { return queries(0, shape[static_cast<int>(time)]); });
  take({.name = prefix_ + std::string(name),
        .component = component,
        .axes = std::string(axes),
        .tensor = Tensor::empty(shape, DType::f32, Device::shapes),
        .queries = queries});
}

void Trace::add_steps(const Trace& steps) {
  const NoGrad off;
  std::vector<const Entry*> names;
  for (const Entry& entry : steps.entries()) {
    if (std::none_of(names.begin(), names.end(), [&](const Entry* one) { return one->name == entry.name; }))
      names.push_back(&entry);
  }
  for (const Entry* first : names) {
    std::vector<Tensor> parts;
    for (const Entry& entry : steps.entries()) {
      if (entry.name == first->name) parts.push_back(entry.tensor);
    }
    const size_t time = first->axes.find('T');
    add(first->name, first->component, first->axes,
        time == std::string::npos ? parts.back() : concat(parts, static_cast<int>(time)));
  }
}

const Trace::Entry* Trace::find(std::string_view name) const {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == entries_.rend() ? nullptr : &*found;
}

const Trace::Entry& Trace::at(std::string_view name) const {
  const Entry* found = find(name);
  if (found != nullptr) return *found;
  std::string names;
  for (const Entry& entry : entries_) names += (names.empty() ? "" : ", ") + entry.name;
  fail("trace: there is no {}; there are {}", name, names.empty() ? "none" : names);
}

Trace::Again::Again(Trace* trace, std::string path) : trace_(trace) {
  if (!trace_) return;
  before_ = std::exchange(trace_->prefix_, std::move(path));
  trace_->again_ = true;
}

Trace::Again::~Again() {
  if (!trace_) return;
  trace_->prefix_ = std::move(before_);
  trace_->again_ = false;
}

Trace::Scope::Scope(Trace* trace, std::string_view name) : trace_(trace) {
  if (!trace_) return;
  length_ = trace_->prefix_.size();
  trace_->prefix_.append(name).push_back('.');
}

Trace::Scope::Scope(Trace* trace, std::string_view name, size_t number) : trace_(trace) {
  if (!trace_) return;
  length_ = trace_->prefix_.size();
  trace_->prefix_.append(name).append(".").append(std::to_string(number)).push_back('.');
}

Trace::Scope::~Scope() {
  if (trace_) trace_->prefix_.resize(length_);
}

}  // namespace hodhod
