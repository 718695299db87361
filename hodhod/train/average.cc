// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/average.h"

#include <algorithm>
#include <map>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kGrain = 32768;

// body(w, a) on every element of a parameter and its average.
template <class Body>
void for_each_element(const Tensor& parameter, const Tensor& average, Body&& body) {
  with_compute_type("average", parameter.dtype(), [&](auto t) {
    using T = decltype(t);
    T* w = parameter.data<T>();
    T* a = average.data<T>();
    parallel_for(parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) body(w[i], a[i]);
    });
  });
}

}  // namespace

WeightAverage::WeightAverage(NamedParameters parameters, double decay)
    : parameters_(std::move(parameters)), decay_(decay) {
  check(decay > 0 && decay < 1, "average: decay {} is not between 0 and 1", decay);
  for (const auto& [name, parameter] : parameters_) averages_.push_back(parameter.clone());
}

void WeightAverage::update(int64_t step) {
  const auto t = static_cast<double>(step);
  const double decay = std::min(decay_, (1 + t) / (10 + t));
  for (size_t i = 0; i < averages_.size(); ++i) {
    for_each_element(parameters_[i].second, averages_[i], [&](auto w, auto& a) {
      using T = decltype(w);
      a += static_cast<T>(1 - decay) * (w - a);
    });
  }
}

void WeightAverage::swap() {
  for (size_t i = 0; i < averages_.size(); ++i) {
    for_each_element(parameters_[i].second, averages_[i], [](auto& w, auto& a) { std::swap(w, a); });
  }
}

NamedParameters WeightAverage::state() const {
  NamedParameters all;
  for (size_t i = 0; i < averages_.size(); ++i)
    all.emplace_back("average." + parameters_[i].first, averages_[i]);
  return all;
}

void WeightAverage::restore(const NamedParameters& state) {
  const std::map<std::string, Tensor> by_name(state.begin(), state.end());
  for (const auto& [name, mine] : this->state()) {
    const auto found = by_name.find(name);
    check(found != by_name.end(), "average: the checkpoint has no {}; it was made without averaging", name);
    copy(found->second, mine);
  }
}

}  // namespace hodhod
