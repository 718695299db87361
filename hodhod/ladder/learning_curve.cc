// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/learning_curve.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

// The times until `end` at which a model becomes better, in order.
std::vector<double> times_of(std::span<const LearningCurve> curves, double end) {
  std::vector<double> times;
  for (const LearningCurve& curve : curves) {
    for (const CurvePoint& point : curve.points) {
      if (point.seconds <= end) times.push_back(point.seconds);
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

// The validation that a line of metrics.jsonl tells of. Lines that this program did not write tell of none.
std::optional<CurvePoint> validation_in(std::string_view line, const std::string& path,
                                        const std::string& key) {
  Json json;
  try {
    json = parse_json(line, path);
  } catch (const Error&) {
    return std::nullopt;
  }
  const Json* value = json.find("validation." + key);
  const Json* seconds = json.find("seconds");
  if (value == nullptr || seconds == nullptr || !value->is_number() || !seconds->is_number())
    return std::nullopt;
  return CurvePoint{seconds->get<double>(), value->get<double>()};
}

}  // namespace

std::optional<double> LearningCurve::at(double seconds) const {
  std::optional<double> value;
  for (const CurvePoint& point : points) {
    if (point.seconds <= seconds) value = point.value;
  }
  return value;
}

LearningCurve best_so_far(std::span<const CurvePoint> validations, Better better) {
  LearningCurve curve;
  for (const CurvePoint& point : validations) {
    if (curve.points.empty() || is_better(point.value, curve.points.back().value, better))
      curve.points.push_back(point);
  }
  return curve;
}

LearningCurve read_learning_curve(const std::string& path, const std::string& key, Better better,
                                  double end) {
  if (!file_exists(path)) return {};
  const std::string text = read_file(path);
  std::vector<CurvePoint> validations;
  for (size_t begin = 0; begin < text.size();) {
    const size_t line_end = std::min(text.find('\n', begin), text.size());
    const auto found = validation_in(std::string_view(text).substr(begin, line_end - begin), path, key);
    if (found) validations.push_back({std::min(found->seconds, end), found->value});
    begin = line_end + 1;
  }
  return best_so_far(validations, better);
}

std::vector<Reign> reigns(std::span<const LearningCurve> curves, Better better, double end) {
  std::vector<Reign> found;
  for (const double time : times_of(curves, end)) {
    std::vector<size_t> leaders;
    std::optional<double> best;
    for (size_t i = 0; i < curves.size(); ++i) {
      const auto value = curves[i].at(time);
      if (!value || (best && is_better(*best, *value, better))) continue;
      if (best != value) leaders.clear();
      leaders.push_back(i);
      best = value;
    }
    if (!found.empty() && found.back().curves == leaders) continue;
    if (!found.empty()) found.back().until = time;
    found.push_back({std::move(leaders), time, end});
  }
  return found;
}

std::optional<double> passes_at(const LearningCurve& a, const LearningCurve& b, Better better, double end) {
  const std::vector<LearningCurve> both = {a, b};
  std::optional<double> since;
  bool was_behind = false;
  for (const double time : times_of(both, end)) {
    const auto own = a.at(time), other = b.at(time);
    const bool ahead = own && (!other || is_better(*own, *other, better));
    was_behind = was_behind || (other && (!own || is_better(*other, *own, better)));
    if (!ahead) {
      since.reset();
    } else if (!since) {
      since = time;
    }
  }
  return was_behind ? since : std::nullopt;
}

}  // namespace hodhod
