// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/number_range.h"

#include <fmt/core.h>

#include <cmath>

namespace hodhod {

bool NumberRange::holds(double number) const {
  return std::isfinite(number) && (without_least ? number > least : number >= least) &&
         (without_most ? number < most : number <= most);
}

std::string NumberRange::text() const {
  // Of numbers up to 2^53, all digits.
  const bool from = !std::isinf(least), to = !std::isinf(most);
  if (from && to && !without_least) {
    return fmt::format("from {:.16g} to {}{:.16g}", least, without_most ? "below " : "", most);
  }
  std::string text;
  if (from) text = fmt::format("{} {:.16g}", without_least ? "above" : "at least", least);
  if (from && to) text += " and ";
  if (to) text += fmt::format("{} {:.16g}", without_most ? "below" : "at most", most);
  return text;
}

}  // namespace hodhod
