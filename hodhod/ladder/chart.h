// SPDX-License-Identifier: Apache-2.0
// Drawings of a report, as SVG elements for its page (ladder/page.h), whose styles give the colours.
#pragma once

#include <string>
#include <vector>

#include "hodhod/ladder/report.h"

namespace hodhod {

// The quality of each rung's model against the seconds of training, on a logarithmic axis: steps, since a
// model holds until a better one. Empty when no rung has a curve.
std::string curves_svg(const LadderReport& report);
// The window of a series, with the forecast of each rung. Empty when there is none.
std::string window_svg(const LadderReport& report);

// Places on an axis from `least` to `most`: round numbers, at most `count`; and times on a logarithmic axis,
// from seconds to days.
std::vector<double> ticks(double least, double most, int count);
std::vector<double> time_ticks(double least, double most);

// A text between tags or in an attribute.
std::string html_escaped(std::string_view text);

}  // namespace hodhod
