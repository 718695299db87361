// SPDX-License-Identifier: Apache-2.0
// L-BFGS: minimises a smooth function of many numbers by its values and gradients (Nocedal & Wright 2006,
// "Numerical Optimization", algorithm 7.5, with steps that fulfil the strong Wolfe conditions, algorithms 3.5
// and 3.6). All in double, with sums in a fixed order: bits do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hodhod {

// f(x); writes the gradient, as long as x.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct LbfgsOptions {
  int64_t memory = 10;  // pairs of steps and changes of the gradient that are kept
  // An estimate of the second derivative by each number, as long as x, from which the first directions come;
  // empty: all alike.
  std::vector<double> curvature = {};
  double tolerance = 1e-5;  // ends when ‖gradient‖ ≤ tolerance · max(1, ‖x‖)
};

class Lbfgs {
 public:
  // Minimises from `x`.
  Lbfgs(Objective objective, std::vector<double> x, const LbfgsOptions& options = {});

  // One iteration: a direction, and a step along it. The first also evaluates the function at the start.
  void advance();
  // The gradient is small enough, or no step gives a smaller value: rounding is all that is left.
  bool finished() const { return finished_; }

  const std::vector<double>& x() const { return x_; }
  double value() const { return value_; }
  double gradient_norm() const;
  int64_t iterations() const { return iterations_; }

  // What a later Lbfgs of the same objective and options goes on from with the same bits.
  struct State {
    std::vector<double> x, gradient;
    std::vector<std::vector<double>> steps = {}, changes = {};  // the oldest first
    double value = 0;
    int64_t iterations = 0;
    bool finished = false;
  };
  State state() const;
  void restore(State state);

 private:
  bool is_flat() const;
  std::vector<double> direction() const;
  double first_step() const;
  bool step_along(const std::vector<double>& direction, double first_step);
  void remember(const std::vector<double>& step, const std::vector<double>& change);

  Objective objective_;
  LbfgsOptions options_;
  std::vector<double> x_, gradient_;
  std::vector<std::vector<double>> steps_, changes_;
  std::vector<double> curves_;  // step · change of each pair
  double value_ = 0;
  int64_t iterations_ = 0;
  bool evaluated_ = false, finished_ = false;
};

// Σ a·b in blocks of a fixed size, added in their order.
double dot_in_blocks(std::span<const double> a, std::span<const double> b);

}  // namespace hodhod
