// SPDX-License-Identifier: Apache-2.0
// The range of a number: at_least(1), above(0).at_most(1), in(0, 1000). NaN and infinities are in no range.
#pragma once

#include <limits>
#include <string>

namespace hodhod {

struct NumberRange {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool without_least = false, without_most = false;  // the end itself is outside

  constexpr NumberRange at_most(double end) const { return {least, end, without_least, false}; }
  constexpr NumberRange below(double end) const { return {least, end, without_least, true}; }

  bool holds(double number) const;
  // "from 0 to below 1", "above 0", "at least 1"; empty where every finite number is inside.
  std::string text() const;
};

constexpr NumberRange at_least(double end) { return {.least = end}; }
constexpr NumberRange above(double end) { return {.least = end, .without_least = true}; }
constexpr NumberRange in(double least, double most) { return {.least = least, .most = most}; }

}  // namespace hodhod
