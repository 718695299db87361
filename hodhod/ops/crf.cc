// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/crf.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "hodhod/base/threads.h"
#include "hodhod/ops/common.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

// The weights, and one sequence's emissions, in double precision.
struct Chain {
  int64_t labels = 0;
  std::vector<double> transitions, start, end;

  explicit Chain(const CrfWeights& weights)
      : labels(weights.start.dim(0)),
        transitions(weights.transitions.values()),
        start(weights.start.values()),
        end(weights.end.values()) {}

  double transition(int64_t from, int64_t to) const {
    return transitions[static_cast<size_t>(from * labels + to)];
  }
};

// log Σ_i exp value(i) for i from 0 to count − 1.
template <class Value>
double log_sum(int64_t count, const Value& value) {
  double greatest = kImpossible;
  for (int64_t i = 0; i < count; ++i) greatest = std::max(greatest, value(i));
  if (!std::isfinite(greatest)) return greatest;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += std::exp(value(i) - greatest);
  return greatest + std::log(sum);
}

// Sums over label sequences of one sequence, in logarithms.
struct Lattice {
  int64_t steps, labels;
  std::vector<double> forward;   // [T, L]: sequences that end at step t with label l
  std::vector<double> backward;  // [T, L]: their continuations to the end
  double log_partition = 0;

  size_t at(int64_t t, int64_t l) const { return static_cast<size_t>(t * labels + l); }
};

template <class T>
Lattice forward_sums(const Chain& chain, const T* emissions, int64_t steps) {
  Lattice lattice{.steps = steps, .labels = chain.labels, .forward = {}, .backward = {}};
  lattice.forward.resize(static_cast<size_t>(steps * chain.labels));
  for (int64_t t = 0; t < steps; ++t) {
    for (int64_t l = 0; l < chain.labels; ++l) {
      const double before =
          t == 0 ? chain.start[static_cast<size_t>(l)] : log_sum(chain.labels, [&](int64_t k) {
            return lattice.forward[lattice.at(t - 1, k)] + chain.transition(k, l);
          });
      lattice.forward[lattice.at(t, l)] = before + static_cast<double>(emissions[t * chain.labels + l]);
    }
  }
  lattice.log_partition = log_sum(chain.labels, [&](int64_t l) {
    return lattice.forward[lattice.at(steps - 1, l)] + chain.end[static_cast<size_t>(l)];
  });
  return lattice;
}

template <class T>
Lattice all_sums(const Chain& chain, const T* emissions, int64_t steps) {
  Lattice lattice = forward_sums(chain, emissions, steps);
  lattice.backward.resize(lattice.forward.size());
  for (int64_t t = steps - 1; t >= 0; --t) {
    for (int64_t l = 0; l < chain.labels; ++l) {
      lattice.backward[lattice.at(t, l)] =
          t == steps - 1 ? chain.end[static_cast<size_t>(l)] : log_sum(chain.labels, [&](int64_t k) {
            return chain.transition(l, k) + static_cast<double>(emissions[(t + 1) * chain.labels + k]) +
                   lattice.backward[lattice.at(t + 1, k)];
          });
    }
  }
  return lattice;
}

template <class T>
double score_of(const Chain& chain, const T* emissions, const int64_t* labels, int64_t steps) {
  double score = chain.start[static_cast<size_t>(labels[0])];
  for (int64_t t = 0; t < steps; ++t) {
    score += static_cast<double>(emissions[t * chain.labels + labels[t]]);
    if (t > 0) score += chain.transition(labels[t - 1], labels[t]);
  }
  return score + chain.end[static_cast<size_t>(labels[steps - 1])];
}

struct CrfProblem {
  Tensor emissions, labels;  // dense; labels undefined if none are given
  CrfWeights weights;        // dense
  HostArray lengths;

  int64_t rows() const { return emissions.dim(0); }
  int64_t time() const { return emissions.dim(1); }
  int64_t classes() const { return emissions.dim(2); }
  int64_t length(int64_t row) const { return lengths.defined() ? lengths.data()[row] : time(); }
  const int64_t* labels_of(int64_t row) const { return labels.data<int64_t>() + row * time(); }
  template <class T>
  const T* emissions_of(int64_t row) const {
    return emissions.data<T>() + row * time() * classes();
  }
};

CrfProblem checked(const char* op, const Tensor& emissions, const Tensor& labels, const CrfWeights& weights,
                   const HostArray& lengths) {
  check(emissions.rank() == 3 && emissions.dim(2) > 0, "{}: emissions have shape {}; give [B, T, L]", op,
        emissions.shape());
  const int64_t classes = emissions.dim(2);
  check(weights.transitions.shape() == Shape({classes, classes}) &&
            weights.start.shape() == Shape({classes}) && weights.end.shape() == Shape({classes}),
        "{}: emissions {} with transitions {}, start {} and end {}; give [L, L], [L] and [L]", op,
        emissions.shape(), weights.transitions.shape(), weights.start.shape(), weights.end.shape());
  for (const Tensor* weight : {&weights.transitions, &weights.start, &weights.end})
    detail::check_alike(op, emissions, *weight);
  check(!lengths.defined() || lengths.size() == emissions.dim(0), "{}: {} lengths for {} sequences", op,
        lengths.defined() ? lengths.size() : 0, emissions.dim(0));
  CrfProblem problem{emissions.dense(),
                     labels,
                     {weights.transitions.dense(), weights.start.dense(), weights.end.dense()},
                     lengths};
  for (int64_t row = 0; lengths.defined() && row < problem.rows(); ++row) {
    check(problem.length(row) >= 0 && problem.length(row) <= problem.time(),
          "{}: length {} of sequence {} is outside [0, {}]", op, problem.length(row), row, problem.time());
  }
  return problem;
}

void check_labels(const CrfProblem& p) {
  check(p.labels.shape() == Shape({p.rows(), p.time()}) && p.labels.dtype() == DType::i64,
        "crf_loss: labels are {} {}; give i64 [{}, {}]", name_of(p.labels.dtype()), p.labels.shape(),
        p.rows(), p.time());
  for (int64_t row = 0; row < p.rows(); ++row) {
    for (int64_t t = 0; t < p.length(row); ++t) {
      const int64_t label = p.labels_of(row)[t];
      check(label >= 0 && label < p.classes(),
            "crf_loss: label {} at step {} of sequence {} is outside [0, {})", label, t, row, p.classes());
    }
  }
}

// The gradients of one sequence's loss, times `scale`: that of its emissions is written; those of the weights
// are written to `weights` (transitions, start, end, one after another).
template <class T>
void sequence_gradient(const Chain& chain, const CrfProblem& p, int64_t row, double scale, T* demissions,
                       double* weights) {
  const int64_t steps = p.length(row), classes = p.classes();
  if (steps == 0) return;
  const T* emissions = p.emissions_of<T>(row);
  const int64_t* labels = p.labels_of(row);
  const Lattice lattice = all_sums(chain, emissions, steps);
  double* start = weights + classes * classes;
  double* end = start + classes;
  for (int64_t t = 0; t < steps; ++t) {
    for (int64_t l = 0; l < classes; ++l) {
      const double forward = lattice.forward[lattice.at(t, l)] - lattice.log_partition;
      const double probability = std::exp(forward + lattice.backward[lattice.at(t, l)]);
      const double difference = scale * (probability - (labels[t] == l ? 1 : 0));
      demissions[t * classes + l] = static_cast<T>(difference);
      if (t == 0) start[l] += difference;
      if (t + 1 == steps) {
        end[l] += difference;
        continue;
      }
      for (int64_t k = 0; k < classes; ++k) {
        const double pair = std::exp(forward + chain.transition(l, k) +
                                     static_cast<double>(emissions[(t + 1) * classes + k]) +
                                     lattice.backward[lattice.at(t + 1, k)]);
        weights[l * classes + k] += scale * (pair - (labels[t] == l && labels[t + 1] == k ? 1 : 0));
      }
    }
  }
}

template <class T>
void crf_backward(const CrfProblem& p, const Tensor& dy, Gradients& d) {
  const Chain chain(p.weights);
  const int64_t classes = p.classes();
  const auto size = static_cast<size_t>(classes * classes + 2 * classes);
  const Tensor demissions = Tensor::zeros(p.emissions.shape(), p.emissions.dtype());
  std::vector<std::vector<double>> of_row(static_cast<size_t>(p.rows()), std::vector<double>(size));
  const T* scales = dy.data<T>();
  parallel_for(p.rows(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      sequence_gradient<T>(chain, p, row, static_cast<double>(scales[row]),
                           demissions.data<T>() + row * p.time() * classes,
                           of_row[static_cast<size_t>(row)].data());
    }
  });
  std::vector<double> sum(size);
  for (const std::vector<double>& row : of_row) {
    for (size_t i = 0; i < size; ++i) sum[i] += row[i];
  }
  const auto part = [&](size_t offset, const Shape& shape) {
    const Tensor gradient = Tensor::empty(shape, p.emissions.dtype());
    for (int64_t i = 0; i < gradient.numel(); ++i)
      gradient.data<T>()[i] = static_cast<T>(sum[offset + static_cast<size_t>(i)]);
    return gradient;
  };
  const auto square = static_cast<size_t>(classes * classes);
  if (d.wants(0)) d.add(0, demissions);
  if (d.wants(1)) d.add(1, part(0, {classes, classes}));
  if (d.wants(2)) d.add(2, part(square, {classes}));
  if (d.wants(3)) d.add(3, part(square + static_cast<size_t>(classes), {classes}));
}

}  // namespace

Tensor crf_loss(const Tensor& emissions, const Tensor& labels, const CrfWeights& weights,
                const HostArray& lengths) {
  const Tensor dense_labels = detail::as_indices("crf_loss", labels, emissions);
  const CrfProblem p = checked("crf_loss", emissions, dense_labels, weights, lengths);
  const Tensor losses = Tensor::zeros({p.rows()}, emissions.dtype(), emissions.device());
  if (emissions.device() != Device::cpu) return losses;
  check_labels(p);
  const Chain chain(p.weights);
  with_compute_type("crf_loss", emissions.dtype(), [&](auto type) {
    using T = decltype(type);
    parallel_for(p.rows(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        if (p.length(row) == 0) continue;
        const T* row_emissions = p.emissions_of<T>(row);
        const double log_partition = forward_sums(chain, row_emissions, p.length(row)).log_partition;
        losses.data<T>()[row] =
            static_cast<T>(log_partition - score_of(chain, row_emissions, p.labels_of(row), p.length(row)));
      }
    });
  });
  return record("crf_loss", losses, {emissions, weights.transitions, weights.start, weights.end},
                [p](const Tensor& dy, Gradients& d) {
                  with_compute_type("crf_loss", dy.dtype(),
                                    [&](auto type) { crf_backward<decltype(type)>(p, dy.dense(), d); });
                });
}

Tensor crf_log_marginals(const Tensor& emissions, const CrfWeights& weights, const HostArray& lengths) {
  const NoGrad off;
  const CrfProblem p = checked("crf_log_marginals", emissions, {}, weights, lengths);
  const Tensor marginals =
      Tensor::full(emissions.shape(), kImpossible, emissions.dtype(), emissions.device());
  if (emissions.device() != Device::cpu) return marginals;
  const Chain chain(p.weights);
  with_compute_type("crf_log_marginals", emissions.dtype(), [&](auto type) {
    using T = decltype(type);
    parallel_for(p.rows(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t steps = p.length(row);
        if (steps == 0) continue;
        const Lattice lattice = all_sums(chain, p.emissions_of<T>(row), steps);
        T* to = marginals.data<T>() + row * p.time() * p.classes();
        for (size_t i = 0; i < lattice.forward.size(); ++i)
          to[i] = static_cast<T>(lattice.forward[i] + lattice.backward[i] - lattice.log_partition);
      }
    });
  });
  return marginals;
}

std::vector<int64_t> best_labels(const Tensor& emissions, const CrfWeights* weights,
                                 const LabelRule& allowed) {
  check(emissions.rank() == 2 && emissions.dim(1) > 0, "best_labels: emissions have shape {}; give [T, L]",
        emissions.shape());
  const int64_t steps = emissions.dim(0), labels = emissions.dim(1);
  const std::vector<double> scores = emissions.values();
  const std::optional<Chain> chain = weights ? std::optional<Chain>(*weights) : std::nullopt;
  std::vector<double> best(static_cast<size_t>(labels));
  std::vector<int64_t> from(static_cast<size_t>(steps * labels), 0);
  for (int64_t t = 0; t < steps; ++t) {
    std::vector<double> next(static_cast<size_t>(labels), kImpossible);
    for (int64_t to = 0; to < labels; ++to) {
      double& reached = next[static_cast<size_t>(to)];
      for (int64_t k = t == 0 ? -1 : 0; k < (t == 0 ? 0 : labels); ++k) {
        if (!allowed(k, to)) continue;
        const double before = k < 0 ? (chain ? chain->start[static_cast<size_t>(to)] : 0)
                                    : best[static_cast<size_t>(k)] + (chain ? chain->transition(k, to) : 0);
        if (before <= reached) continue;
        reached = before;
        from[static_cast<size_t>(t * labels + to)] = std::max<int64_t>(k, 0);
      }
      reached += scores[static_cast<size_t>(t * labels + to)];
      if (chain && t + 1 == steps) reached += chain->end[static_cast<size_t>(to)];
    }
    best = std::move(next);
  }
  std::vector<int64_t> path(static_cast<size_t>(steps));
  int64_t label = std::max_element(best.begin(), best.end()) - best.begin();
  for (int64_t t = steps - 1; t >= 0; --t) {
    path[static_cast<size_t>(t)] = label;
    label = from[static_cast<size_t>(t * labels + label)];
  }
  return path;
}

}  // namespace hodhod
