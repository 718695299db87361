// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/linear_objective.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/train/lbfgs.h"

namespace hodhod {
namespace {

constexpr int64_t kTextGrain = 64;      // texts that are worth a thread
constexpr int64_t kFeatureGrain = 512;  // features

// ln(1 + eˣ) without overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

double weight_of(const LinearTargets& targets, size_t label) {
  return targets.label_weights.empty() ? 1 : targets.label_weights[label];
}

// The loss of one logit whose target is 1 with the probability t; z becomes the slope.
double logistic_loss(double& z, double t) {
  const double loss = softplus(z) - t * z;
  z = sigmoid(z) - t;
  return loss;
}

double softmax_loss(std::span<double> z, size_t label, double smoothing) {
  const double most = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (const double value : z) sum += std::exp(value - most);
  const double log_sum = most + std::log(sum), share = smoothing / static_cast<double>(z.size());
  double loss = 0;
  for (size_t k = 0; k < z.size(); ++k) {
    const double target = share + (k == label ? 1 - smoothing : 0);
    loss += target * (log_sum - z[k]);
    z[k] = std::exp(z[k] - log_sum) - target;
  }
  return loss;
}

// Whether text i belongs to column k.
bool belongs(const LinearTargets& targets, size_t i, size_t k) {
  if (targets.problem == ProblemKind::multi_label) return targets.targets[i][k] != 0;
  const auto label = static_cast<size_t>(targets.targets[i][0]);
  return targets.columns() == 1 ? label == 1 : label == k;
}

}  // namespace

void SparseRows::add(std::span<const int64_t> row_ids, std::span<const float> row_values) {
  for (const int64_t id : row_ids) ids.push_back(static_cast<int32_t>(id));
  values.insert(values.end(), row_values.begin(), row_values.end());
  starts.push_back(std::ssize(ids));
}

SparseRows SparseRows::transposed() const {
  SparseRows columns{.starts = std::vector<int64_t>(static_cast<size_t>(features) + 1),
                     .ids = std::vector<int32_t>(ids.size()),
                     .values = std::vector<float>(values.size()),
                     .features = rows()};
  for (const int32_t id : ids) ++columns.starts[static_cast<size_t>(id) + 1];
  std::partial_sum(columns.starts.begin(), columns.starts.end(), columns.starts.begin());
  std::vector<int64_t> next(columns.starts.begin(), columns.starts.end() - 1);
  for (int64_t row = 0; row < rows(); ++row) {
    for (auto i = static_cast<size_t>(starts[static_cast<size_t>(row)]);
         i < static_cast<size_t>(starts[static_cast<size_t>(row) + 1]); ++i) {
      const auto to = static_cast<size_t>(next[static_cast<size_t>(ids[i])]++);
      columns.ids[to] = static_cast<int32_t>(row);
      columns.values[to] = values[i];
    }
  }
  return columns;
}

LinearObjective::LinearObjective(SparseRows rows, LinearTargets targets, double c, bool bias,
                                 std::vector<double> ratios)
    : rows_(std::move(rows)),
      columns_(rows_.transposed()),
      targets_(std::move(targets)),
      c_(c),
      bias_(bias),
      ratios_(std::move(ratios)) {
  check(std::ssize(targets_.targets) == rows_.rows(), "linear model: {} texts and {} targets", rows_.rows(),
        targets_.targets.size());
  check(c > 0, "linear model: C is {}; give a number above 0", c);
}

std::vector<double> LinearObjective::effective_weights(std::span<const double> w) const {
  std::vector<double> product(w.begin(), w.begin() + features() * columns());
  for (size_t i = 0; i < ratios_.size(); ++i) product[i] *= ratios_[i];
  return product;
}

// The weighted loss of a text with these logits, which become its slopes.
double LinearObjective::loss_of(int64_t row, std::span<double> z) const {
  const std::vector<double>& target = targets_.targets[static_cast<size_t>(row)];
  if (targets_.problem == ProblemKind::single_label) {
    const auto label = static_cast<size_t>(target[0]);
    const double weight = weight_of(targets_, label), smoothing = targets_.label_smoothing;
    const double loss = z.size() == 1 ? logistic_loss(z[0], smoothing / 2 + (label == 1 ? 1 - smoothing : 0))
                                      : softmax_loss(z, label, smoothing);
    for (double& slope : z) slope *= weight;
    return weight * loss;
  }
  double loss = 0;
  for (size_t k = 0; k < z.size(); ++k) {
    if (targets_.problem == ProblemKind::regression) {
      z[k] -= target[k];
      loss += z[k] * z[k] / 2;
    } else {
      const double weight = target[k] != 0 ? weight_of(targets_, k) : 1;
      loss += weight * logistic_loss(z[k], target[k]);
      z[k] *= weight;
    }
  }
  return loss;
}

double LinearObjective::operator()(std::span<const double> x, std::span<double> gradient) const {
  const auto width = static_cast<size_t>(columns());
  const size_t weights = static_cast<size_t>(features()) * width;
  const std::vector<double> u = effective_weights(x);
  std::vector<double> slopes(static_cast<size_t>(rows_.rows()) * width),
      losses(static_cast<size_t>(rows_.rows()));
  parallel_for(rows_.rows(), kTextGrain, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      double* z = slopes.data() + i * width;
      for (size_t k = 0; k < width; ++k) z[k] = bias_ ? x[weights + k] : 0;
      for (int64_t at = rows_.starts[i]; at < rows_.starts[i + 1]; ++at) {
        const auto j = static_cast<size_t>(at);
        const double value = double{rows_.values[j]};
        const double* row = u.data() + static_cast<size_t>(rows_.ids[j]) * width;
        for (size_t k = 0; k < width; ++k) z[k] += value * row[k];
      }
      losses[i] = loss_of(static_cast<int64_t>(i), {z, width});
    }
  });
  parallel_for(features(), kFeatureGrain, [&](int64_t begin, int64_t end) {
    std::vector<double> sum(width);
    for (auto f = static_cast<size_t>(begin); f < static_cast<size_t>(end); ++f) {
      std::fill(sum.begin(), sum.end(), 0.0);
      for (int64_t at = columns_.starts[f]; at < columns_.starts[f + 1]; ++at) {
        const auto j = static_cast<size_t>(at);
        const double value = double{columns_.values[j]};
        const double* slope = slopes.data() + static_cast<size_t>(columns_.ids[j]) * width;
        for (size_t k = 0; k < width; ++k) sum[k] += value * slope[k];
      }
      for (size_t k = 0; k < width; ++k) {
        const size_t i = f * width + k;
        gradient[i] = x[i] + c_ * (ratios_.empty() ? sum[k] : sum[k] * ratios_[i]);
      }
    }
  });
  for (size_t k = 0; bias_ && k < width; ++k) {
    double sum = 0;
    for (size_t i = k; i < slopes.size(); i += width) sum += slopes[i];
    gradient[weights + k] = c_ * sum;
  }
  const double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
  const auto w = x.first(weights);
  return dot_in_blocks(w, w) / 2 + c_ * loss;
}

std::vector<double> LinearObjective::curvature() const {
  const auto width = static_cast<size_t>(columns());
  const double steepest = targets_.problem == ProblemKind::regression ? 1 : 0.25;
  const double weight = targets_.label_weights.empty()
                            ? 1
                            : *std::max_element(targets_.label_weights.begin(), targets_.label_weights.end());
  const double bound = c_ * steepest * weight;
  std::vector<double> curves(static_cast<size_t>(size()), bound * static_cast<double>(rows_.rows()));
  for (size_t f = 0; f < static_cast<size_t>(features()); ++f) {
    double squares = 0;
    for (int64_t at = columns_.starts[f]; at < columns_.starts[f + 1]; ++at) {
      const double value = double{columns_.values[static_cast<size_t>(at)]};
      squares += value * value;
    }
    for (size_t k = 0; k < width; ++k) {
      const double ratio = ratios_.empty() ? 1 : ratios_[f * width + k];
      curves[f * width + k] = 1 + bound * squares * ratio * ratio;
    }
  }
  return curves;
}

std::vector<double> log_ratios(const SparseRows& rows, const LinearTargets& targets, double smoothing) {
  check(targets.problem != ProblemKind::regression,
        "linear model: log ratios compare texts with a label and without it, and a regression has no labels");
  const auto width = static_cast<size_t>(targets.columns()), features = static_cast<size_t>(rows.features);
  std::vector<double> with(features * width, smoothing), without(features * width, smoothing);
  for (size_t i = 0; i < static_cast<size_t>(rows.rows()); ++i) {
    for (size_t k = 0; k < width; ++k) {
      std::vector<double>& sums = belongs(targets, i, k) ? with : without;
      for (int64_t at = rows.starts[i]; at < rows.starts[i + 1]; ++at) {
        const auto j = static_cast<size_t>(at);
        sums[static_cast<size_t>(rows.ids[j]) * width + k] += double{rows.values[j]};
      }
    }
  }
  std::vector<double> ratios(features * width, 1);
  const size_t counted = static_cast<size_t>(rows.features - rows.plain) * width;
  for (size_t k = 0; k < width; ++k) {
    double p = 0, q = 0;
    for (size_t i = k; i < counted; i += width) {
      p += with[i];
      q += without[i];
    }
    for (size_t i = k; i < counted; i += width) ratios[i] = std::log(with[i] / p) - std::log(without[i] / q);
  }
  return ratios;
}

}  // namespace hodhod
