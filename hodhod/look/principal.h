// SPDX-License-Identifier: Apache-2.0
// The two directions in which points differ most (Pearson 1901): the first two principal components.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace hodhod::look {

struct PrincipalPlane {
  std::vector<std::array<double, 2>> points;  // coordinates of each, from their mean
  std::array<double, 2> explained = {};       // share of the variance along each
};

// Points [N, C], row by row. The larger end of each direction is where its greatest component is positive, so
// that the picture does not depend on chance. Fewer than two points, or equal ones, lie at 0.
PrincipalPlane principal_plane(std::span<const float> points, int64_t width);

}  // namespace hodhod::look
