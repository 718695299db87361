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
  const auto digits = [](double number) { return fmt::format("{:.16g}", number); };
  const std::string end = (without_most ? "below " : "") + digits(most);
  if (std::isinf(least)) return std::isinf(most) ? "" : (without_most ? end : "of at most " + end);
  if (std::isinf(most)) return (without_least ? "above " : "of at least ") + digits(least);
  return (without_least ? "above " + digits(least) + " and " + (without_most ? "" : "at most ")
                        : "from " + digits(least) + " to ") +
         end;
}

}  // namespace hodhod
