// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/copying.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/ops/common.h"

namespace hodhod {
namespace {

constexpr double kLeastMass = 1e-30;

// log σ(x)
double log_sigmoid(double x) { return x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)); }
double sigmoid(double x) { return std::exp(log_sigmoid(x)); }

// The different tokens of one source, and which of them stands at each place.
struct SourceTokens {
  std::vector<int64_t> different;
  std::vector<size_t> of_place;

  SourceTokens(const int64_t* tokens, int64_t count) {
    std::unordered_map<int64_t, size_t> known;
    for (int64_t j = 0; j < count; ++j) {
      const auto [found, is_new] = known.emplace(tokens[j], different.size());
      if (is_new) different.push_back(tokens[j]);
      of_place.push_back(found->second);
    }
  }

  // What the attention gives each of them.
  template <class T>
  std::vector<double> masses(const T* weights) const {
    std::vector<double> mass(different.size());
    for (size_t j = 0; j < of_place.size(); ++j) mass[of_place[j]] += static_cast<double>(weights[j]);
    return mass;
  }
};

struct CopyProblem {
  Tensor p, a, tokens, g;  // dense
  int64_t times() const { return p.dim(1); }
  int64_t vocabulary() const { return p.dim(2); }
  int64_t places() const { return a.dim(2); }

  // f(source, row) for each position, where row counts positions of all sources.
  template <class F>
  void for_each_row(const F& f) const {
    parallel_for(p.dim(0), 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        const SourceTokens source(tokens.data<int64_t>() + b * places(), places());
        for (int64_t t = 0; t < times(); ++t) f(source, b * times() + t);
      }
    });
  }
};

// log(e^a + e^b)
double log_add(double a, double b) {
  const double greater = std::max(a, b);
  return greater + std::log1p(std::exp(std::min(a, b) - greater));
}

template <class T>
void mix_forward(const CopyProblem& c, const Tensor& y) {
  c.for_each_row([&](const SourceTokens& source, int64_t row) {
    const int64_t size = c.vocabulary();
    const T* p = c.p.data<T>() + row * size;
    T* out = y.data<T>() + row * size;
    const auto g = static_cast<double>(c.g.data<T>()[row]);
    const double generates = log_sigmoid(g), copies = log_sigmoid(-g);
    for (int64_t v = 0; v < size; ++v) out[v] = static_cast<T>(static_cast<double>(p[v]) + generates);
    const std::vector<double> mass = source.masses(c.a.data<T>() + row * c.places());
    for (size_t u = 0; u < mass.size(); ++u) {
      if (mass[u] < kLeastMass) continue;
      const int64_t v = source.different[u];
      out[v] = static_cast<T>(log_add(static_cast<double>(p[v]) + generates, copies + std::log(mass[u])));
    }
  });
}

template <class T>
void mix_backward(const CopyProblem& c, const Tensor& dy, const Tensor& dp, const Tensor& da,
                  const Tensor& dg) {
  c.for_each_row([&](const SourceTokens& source, int64_t row) {
    const int64_t size = c.vocabulary();
    const T* p = c.p.data<T>() + row * size;
    const T* dout = dy.data<T>() + row * size;
    T* to = dp.data<T>() + row * size;
    const auto g = static_cast<double>(c.g.data<T>()[row]);
    const double generates = log_sigmoid(g), copies = log_sigmoid(-g);
    std::copy(dout, dout + size, to);
    const std::vector<double> mass = source.masses(c.a.data<T>() + row * c.places());
    std::vector<double> per_weight(mass.size());  // dy_v ∂y_v / ∂a_j
    double copied = 0;
    for (size_t u = 0; u < mass.size(); ++u) {
      if (mass[u] < kLeastMass) continue;
      const int64_t v = source.different[u];
      const double made = static_cast<double>(p[v]) + generates;
      const double out = log_add(made, copies + std::log(mass[u]));
      per_weight[u] = static_cast<double>(dout[v]) * std::exp(copies - out);
      copied += per_weight[u] * mass[u];
      to[v] = static_cast<T>(static_cast<double>(dout[v]) * std::exp(made - out));
    }
    double generated = 0;
    for (int64_t v = 0; v < size; ++v) generated += static_cast<double>(to[v]);
    T* weights = da.data<T>() + row * c.places();
    for (int64_t j = 0; j < c.places(); ++j)
      weights[j] = static_cast<T>(per_weight[source.of_place[static_cast<size_t>(j)]]);
    dg.data<T>()[row] = static_cast<T>(generated * sigmoid(-g) - copied * sigmoid(g));
  });
}

}  // namespace

Tensor mix_copies(const Tensor& p, const Tensor& a, const Tensor& s, const Tensor& g) {
  detail::check_defined("mix_copies", "the logarithms of probabilities", p);
  detail::check_defined("mix_copies", "the attention", a);
  detail::check_defined("mix_copies", "the gate", g);
  const Tensor tokens = detail::as_indices("mix_copies", s, p);
  check(p.rank() == 3 && a.rank() == 3 && a.dim(0) == p.dim(0) && a.dim(1) == p.dim(1) &&
            s.shape() == Shape({a.dim(0), a.dim(2)}) && g.shape() == Shape({p.dim(0), p.dim(1), 1}),
        "mix_copies: shapes {}, {}, {} and {}; give [B, T, V], [B, T, S], [B, S] and [B, T, 1]", p.shape(),
        a.shape(), s.shape(), g.shape());
  detail::check_alike("mix_copies", p, a);
  detail::check_alike("mix_copies", p, g);
  const int64_t bad = detail::first_outside(tokens, p.dim(2));
  check(bad < 0, "mix_copies: token {} of the source is outside a vocabulary of {}",
        bad < 0 ? 0 : tokens.data<int64_t>()[bad], p.dim(2));
  const CopyProblem problem{p.dense(), a.dense(), tokens, g.dense()};
  const Tensor y = p.new_empty(p.shape());
  const bool on_host = p.device() == Device::cpu;
  if (on_host)
    with_compute_type("mix_copies", p.dtype(), [&](auto t) { mix_forward<decltype(t)>(problem, y); });
  return record("mix_copies", y, {p, a, g}, [problem, on_host](const Tensor& dy, Gradients& d) {
    const Tensor from = dy.dense();
    const Tensor dp = from.new_empty(problem.p.shape()), da = from.new_empty(problem.a.shape()),
                 dg = from.new_empty(problem.g.shape());
    if (on_host) {
      with_compute_type("mix_copies", dy.dtype(),
                        [&](auto t) { mix_backward<decltype(t)>(problem, from, dp, da, dg); });
    }
    d.add(0, dp);
    d.add(1, da);
    d.add(2, dg);
  });
}

}  // namespace hodhod
