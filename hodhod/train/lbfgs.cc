// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kDotBlock = 1 << 14;  // elements; part of the result's bits
constexpr double kDecrease = 1e-4;      // c₁ of the Wolfe conditions
constexpr double kCurvature = 0.9;      // c₂
constexpr int kMostTrials = 30;         // of a line search

// y ← y + factor · x
void add_scaled(double factor, std::span<const double> x, std::span<double> y) {
  parallel_for(std::ssize(x), kDotBlock, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) y[i] += factor * x[i];
  });
}

// Divides each number by its divisor; leaves them as they are without divisors.
void divide(std::span<double> x, std::span<const double> divisors) {
  for (size_t i = 0; i < divisors.size(); ++i) x[i] /= divisors[i];
}

// A point on the line of a search: the step, the value and the slope there.
struct Trial {
  double step = 0, value = 0, slope = 0;
};

// The minimum of the cubic through two trials with their slopes; the middle where that is not well inside.
double between(const Trial& a, const Trial& b) {
  const double middle = (a.step + b.step) / 2;
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return middle;
  const double d2 = std::copysign(std::sqrt(square), b.step - a.step);
  const double step = b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  const double low = std::min(a.step, b.step), width = std::abs(b.step - a.step);
  const bool inside = step > low + 0.1 * width && step < low + 0.9 * width;
  return inside ? step : middle;
}

// Searches along a line for a step that fulfils the strong Wolfe conditions.
class LineSearch {
 public:
  LineSearch(const std::function<Trial(double)>& evaluate, const Trial& start)
      : evaluate_(evaluate), start_(start) {}

  // The step that was found, or the best that lowers the value; a step of 0 if there is none. The last call
  // of `evaluate` is the one for this step.
  Trial run(double first_step) {
    Trial before = start_;
    double step = first_step;
    for (int i = 0; i < kMostTrials; ++i) {
      const Trial trial = evaluate_(step);
      if (!std::isfinite(trial.value)) {
        step = (before.step + step) / 2;  // too far: outside of where the function has a value
        continue;
      }
      if (too_high(trial) || (i > 0 && trial.value >= before.value)) return zoom(before, trial);
      if (flat(trial)) return trial;
      if (trial.slope >= 0) return zoom(trial, before);
      before = trial;
      step *= 2;
    }
    return settle(before);
  }

 private:
  bool too_high(const Trial& trial) const {
    return trial.value > start_.value + kDecrease * trial.step * start_.slope;
  }
  bool flat(const Trial& trial) const { return std::abs(trial.slope) <= -kCurvature * start_.slope; }

  // `low` has the lowest value so far that is not too high.
  Trial zoom(Trial low, Trial high) {
    for (int i = 0; i < kMostTrials; ++i) {
      const Trial trial = evaluate_(between(low, high));
      if (too_high(trial) || trial.value >= low.value) {
        high = trial;
      } else {
        if (flat(trial)) return trial;
        if (trial.slope * (high.step - low.step) >= 0) high = low;
        low = trial;
      }
    }
    return settle(low);
  }

  Trial settle(const Trial& trial) { return trial.step > 0 ? evaluate_(trial.step) : trial; }

  const std::function<Trial(double)>& evaluate_;
  Trial start_;
};

}  // namespace

double dot_in_blocks(std::span<const double> a, std::span<const double> b) {
  const int64_t count = std::ssize(a), blocks = (count + kDotBlock - 1) / kDotBlock;
  std::vector<double> sums(static_cast<size_t>(blocks));
  parallel_for(blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      double sum = 0;
      const int64_t last = std::min(count, (block + 1) * kDotBlock);
      for (int64_t i = block * kDotBlock; i < last; ++i) {
        sum += a[static_cast<size_t>(i)] * b[static_cast<size_t>(i)];
      }
      sums[static_cast<size_t>(block)] = sum;
    }
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

Lbfgs::Lbfgs(Objective objective, std::vector<double> x, const LbfgsOptions& options)
    : objective_(std::move(objective)), options_(options), x_(std::move(x)), gradient_(x_.size()) {
  check(options.memory >= 1 && options.tolerance > 0,
        "lbfgs: a memory of {} and a tolerance of {}; both are above 0", options.memory, options.tolerance);
}

bool Lbfgs::is_flat() const {
  return gradient_norm() <= options_.tolerance * std::max(1.0, std::sqrt(dot_in_blocks(x_, x_)));
}

double Lbfgs::gradient_norm() const { return std::sqrt(dot_in_blocks(gradient_, gradient_)); }

// −H · gradient, where H is the inverse of the curvature that the remembered pairs show.
std::vector<double> Lbfgs::direction() const {
  std::vector<double> d(gradient_);
  std::vector<double> alphas(steps_.size());
  for (size_t i = steps_.size(); i-- > 0;) {
    alphas[i] = dot_in_blocks(steps_[i], d) / curves_[i];
    add_scaled(-alphas[i], changes_[i], d);
  }
  double scale = 1;
  if (!steps_.empty()) {
    std::vector<double> y(changes_.back());
    divide(y, options_.curvature);
    scale = curves_.back() / dot_in_blocks(changes_.back(), y);
  }
  divide(d, options_.curvature);
  for (double& value : d) value *= scale;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const double beta = dot_in_blocks(changes_[i], d) / curves_[i];
    add_scaled(alphas[i] - beta, steps_[i], d);
  }
  for (double& value : d) value = -value;
  return d;
}

// Of a search that begins from the gradient alone, or from what is remembered.
double Lbfgs::first_step() const {
  if (!steps_.empty() || !options_.curvature.empty()) return 1;
  return std::min(1.0, 1 / gradient_norm());
}

void Lbfgs::advance() {
  check(!finished_, "lbfgs: it has finished");
  if (!evaluated_) {
    value_ = objective_(x_, gradient_);
    check(std::isfinite(value_), "lbfgs: the function is not finite where it begins");
    evaluated_ = true;
  }
  ++iterations_;
  if (is_flat()) {
    finished_ = true;
    return;
  }
  bool moved = step_along(direction(), first_step());
  if (!moved && !steps_.empty()) {
    // What is remembered may be all rounding: once more from the gradient alone.
    steps_.clear();
    changes_.clear();
    curves_.clear();
    moved = step_along(direction(), first_step());
  }
  finished_ = !moved || is_flat();
}

// Moves x; false if no step lowers the value.
bool Lbfgs::step_along(const std::vector<double>& direction, double first_step) {
  const Trial start{0, value_, dot_in_blocks(gradient_, direction)};
  if (!(start.slope < 0)) return false;
  std::vector<double> x, gradient(x_.size());
  const std::function<Trial(double)> evaluate = [&](double step) {
    x = x_;
    add_scaled(step, direction, x);
    const double value = objective_(x, gradient);
    return Trial{step, value, dot_in_blocks(gradient, direction)};
  };
  const Trial found = LineSearch(evaluate, start).run(first_step);
  if (found.step == 0 || !(found.value < value_)) return false;
  std::vector<double> step(x), change(gradient);
  add_scaled(-1, x_, step);
  add_scaled(-1, gradient_, change);
  x_ = std::move(x);
  gradient_ = std::move(gradient);
  value_ = found.value;
  remember(step, change);
  return true;
}

void Lbfgs::remember(const std::vector<double>& step, const std::vector<double>& change) {
  const double curve = dot_in_blocks(step, change);
  if (!(curve > 1e-12 * dot_in_blocks(change, change))) return;  // no curvature to learn from
  if (std::ssize(steps_) == options_.memory) {
    steps_.erase(steps_.begin());
    changes_.erase(changes_.begin());
    curves_.erase(curves_.begin());
  }
  steps_.push_back(step);
  changes_.push_back(change);
  curves_.push_back(curve);
}

Lbfgs::State Lbfgs::state() const {
  return {x_, gradient_, steps_, changes_, value_, iterations_, finished_};
}

void Lbfgs::restore(State state) {
  const auto fits = [&](const std::vector<double>& values) { return values.size() == x_.size(); };
  check(fits(state.x) && fits(state.gradient) && state.steps.size() == state.changes.size() &&
            std::all_of(state.steps.begin(), state.steps.end(), fits) &&
            std::all_of(state.changes.begin(), state.changes.end(), fits),
        "lbfgs: the state is one of another problem");
  x_ = std::move(state.x);
  gradient_ = std::move(state.gradient);
  steps_ = std::move(state.steps);
  changes_ = std::move(state.changes);
  curves_.clear();
  for (size_t i = 0; i < steps_.size(); ++i) curves_.push_back(dot_in_blocks(steps_[i], changes_[i]));
  value_ = state.value;
  iterations_ = state.iterations;
  finished_ = state.finished;
  evaluated_ = iterations_ > 0;
}

}  // namespace hodhod
