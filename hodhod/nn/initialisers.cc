// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/initialisers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

// x[i] = draw(i) for every element.
template <class Draw>
void fill_by_place(const char* what, const Tensor& x, const Draw& draw) {
  check(x.defined() && x.is_contiguous(), "{}: a parameter is {}; give a dense tensor", what,
        x.defined() ? "not dense" : "undefined");
  if (x.device() == Device::shapes) return;
  with_compute_type(what, x.dtype(), [&](auto t) {
    using T = decltype(t);
    T* to = x.data<T>();
    parallel_for(x.numel(), 4096, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = static_cast<T>(draw(static_cast<uint64_t>(i)));
    });
  });
}

// In (0, 1), from 32 random bits.
double open_unit(uint32_t word) { return (word + 0.5) * 0x1p-32; }

// Box–Muller: two of a block's four words make a normal value, so that a block serves two elements.
double normal_at(const Rng& rng, uint64_t place) {
  const auto words = rng.at(place / 2);
  const double radius = std::sqrt(-2 * std::log(open_unit(words[place % 2 * 2])));
  return radius * std::cos(2 * std::numbers::pi * open_unit(words[place % 2 * 2 + 1]));
}

}  // namespace

Rng stream_of(const Rng& rng, std::string_view parameter) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (char c : parameter) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return rng.fork(hash);
}

void init_zeros(const Tensor& x) { fill(x, 0); }
void init_ones(const Tensor& x) { fill(x, 1); }

void init_uniform(const Tensor& x, double low, double high, const Rng& rng) {
  check(low <= high, "init_uniform: from {} to {}; give the lower bound first", low, high);
  fill_by_place("init_uniform", x, [=](uint64_t place) {
    return low + (high - low) * (rng.at(place / 4)[place % 4] * 0x1p-32);
  });
}

void init_normal(const Tensor& x, double mean, double deviation, const Rng& rng) {
  check(deviation >= 0, "init_normal: deviation {} around {}; give one that is not negative", deviation,
        mean);
  fill_by_place("init_normal", x, [=](uint64_t place) { return mean + deviation * normal_at(rng, place); });
}

void init_truncated_normal(const Tensor& x, double mean, double deviation, const Rng& rng, double limit) {
  check(deviation >= 0 && limit > 0,
        "init_truncated_normal: deviation {} with limit {}; give ones that are not negative", deviation,
        limit);
  constexpr uint64_t kTries = 16;
  fill_by_place("init_truncated_normal", x, [=](uint64_t place) {
    double value = 0;
    for (uint64_t i = 0; i < kTries; ++i) {
      value = normal_at(rng, place * kTries + i);
      if (std::fabs(value) <= limit) break;
    }
    return mean + deviation * std::clamp(value, -limit, limit);
  });
}

Fans fans_of(const Tensor& weight) {
  check(weight.defined() && weight.rank() >= 2,
        "fans: a weight of shape {}; give [out, in, …], with at least {} dimensions",
        weight.defined() ? to_string(weight.shape()) : "undefined", 2);
  double field = 1;
  for (int i = 2; i < weight.rank(); ++i) field *= static_cast<double>(weight.dim(i));
  return {static_cast<double>(weight.dim(1)) * field, static_cast<double>(weight.dim(0)) * field};
}

namespace {

// Uniform around 0 with this standard deviation.
void uniform_of_deviation(const Tensor& x, double deviation, const Rng& rng) {
  const double bound = std::sqrt(3.0) * deviation;
  init_uniform(x, -bound, bound, rng);
}

double xavier_deviation(const Tensor& weight, double gain) {
  const Fans fans = fans_of(weight);
  return gain * std::sqrt(2 / std::max(fans.in + fans.out, 1.0));
}

double kaiming_deviation(const Tensor& weight, double gain) {
  return gain / std::sqrt(std::max(fans_of(weight).in, 1.0));
}

}  // namespace

void init_xavier_uniform(const Tensor& weight, const Rng& rng, double gain) {
  uniform_of_deviation(weight, xavier_deviation(weight, gain), rng);
}
void init_xavier_normal(const Tensor& weight, const Rng& rng, double gain) {
  init_normal(weight, 0, xavier_deviation(weight, gain), rng);
}
void init_kaiming_uniform(const Tensor& weight, const Rng& rng, double gain) {
  uniform_of_deviation(weight, kaiming_deviation(weight, gain), rng);
}
void init_kaiming_normal(const Tensor& weight, const Rng& rng, double gain) {
  init_normal(weight, 0, kaiming_deviation(weight, gain), rng);
}

}  // namespace hodhod
