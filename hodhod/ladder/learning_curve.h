// SPDX-License-Identifier: Apache-2.0
// How good a run's model was, against the seconds of training; and which of several runs was ahead when.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hodhod {

struct CurvePoint {
  double seconds = 0, value = 0;
  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

// The scores of the best model so far: each point is better than the one before, and holds until the next.
// Before the first point there is no model.
struct LearningCurve {
  std::vector<CurvePoint> points = {};

  // The score of the model that there is after this time.
  std::optional<double> at(double seconds) const;
};

// Which scores are better.
enum class Better { lower, higher };
inline bool is_better(double a, double b, Better better) { return better == Better::higher ? a > b : a < b; }

// The curve of a run's validations, of which those are kept that were better than all before.
LearningCurve best_so_far(std::span<const CurvePoint> validations, Better better);

// The curve of the score "validation.KEY" in the lines of a run's metrics.jsonl. A validation after `end`
// seconds counts as one at `end`: a run whose time is up ends with one. Lines that have no such score or no
// time are passed over. Without the file, the curve is empty.
LearningCurve read_learning_curve(const std::string& path, const std::string& key, Better better, double end);

// The time in which one of several curves is the best, or some of them are, and level.
struct Reign {
  std::vector<size_t> curves = {};
  double from = 0, until = 0;
  friend bool operator==(const Reign&, const Reign&) = default;
};
// Who is ahead, from the first model until `end`.
std::vector<Reign> reigns(std::span<const LearningCurve> curves, Better better, double end);

// The time from which `a` is ahead of `b` until `end`, if `a` is ahead there and `b` had been ahead at an
// earlier time; none otherwise. A curve that has a model is ahead of one that has none.
std::optional<double> passes_at(const LearningCurve& a, const LearningCurve& b, Better better, double end);

}  // namespace hodhod
