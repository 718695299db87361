// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/context.h"

namespace hodhod {

void Trace::add(std::string_view name, const Tensor& tensor) {
  entries_.push_back({prefix_ + std::string(name), tensor.detach()});
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
