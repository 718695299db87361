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

LastAverage::LastAverage(NamedParameters parameters, int64_t count)
    : parameters_(std::move(parameters)), count_(static_cast<size_t>(count)) {
  check(count >= 1, "average: of the last {} moments; give 1 or more", count);
}

void LastAverage::begin(bool keep) {
  present_.clear();
  for (const auto& [name, parameter] : parameters_) present_.push_back(parameter.clone());
  std::vector<std::vector<Tensor>> moments = moments_;
  moments.push_back(present_);
  if (moments.size() > count_) moments.erase(moments.begin());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& parameter = parameters_[i].second;
    with_compute_type("average", parameter.dtype(), [&](auto t) {
      using T = decltype(t);
      std::vector<const T*> values;
      for (const auto& moment : moments) values.push_back(moment[i].data<T>());
      T* mean = parameter.data<T>();
      parallel_for(parameter.numel(), kGrain, [&](int64_t first, int64_t last) {
        for (int64_t j = first; j < last; ++j) {
          double sum = 0;
          for (const T* value : values) sum += static_cast<double>(value[j]);
          mean[j] = static_cast<T>(sum / static_cast<double>(values.size()));
        }
      });
    });
  }
  if (keep) moments_ = std::move(moments);
}

void LastAverage::end() {
  for (size_t i = 0; i < parameters_.size(); ++i) copy(present_[i], parameters_[i].second);
  present_.clear();
}

NamedParameters LastAverage::state() const {
  NamedParameters all;
  for (size_t m = 0; m < moments_.size(); ++m) {
    for (size_t i = 0; i < parameters_.size(); ++i)
      all.emplace_back(fmt::format("last.{}.{}", m, parameters_[i].first), moments_[m][i]);
  }
  return all;
}

void LastAverage::restore(const NamedParameters& state) {
  const std::map<std::string, Tensor> by_name(state.begin(), state.end());
  moments_.clear();
  for (size_t m = 0; by_name.contains(fmt::format("last.{}.{}", m, parameters_[0].first)); ++m) {
    std::vector<Tensor> moment;
    for (const auto& [name, parameter] : parameters_) {
      const auto found = by_name.find(fmt::format("last.{}.{}", m, name));
      check(found != by_name.end() && found->second.shape() == parameter.shape(),
            "average: the checkpoint lacks last.{}.{}; it belongs to another model", m, name);
      moment.push_back(found->second.clone());
    }
    moments_.push_back(std::move(moment));
  }
  if (moments_.size() > count_)
    moments_.erase(moments_.begin(), moments_.end() - static_cast<std::ptrdiff_t>(count_));
}

}  // namespace hodhod
