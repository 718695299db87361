// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/principal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"

namespace hodhod::look {
namespace {

// Points on an ellipse in a plane of five dimensions: its axes are found, and their shares of the variance.
TEST(PrincipalPlane, FindsTheAxesOfAnEllipse) {
  constexpr double kPi = 3.14159265358979;
  const double along[5] = {0.6, 0, 0.8, 0, 0}, across[5] = {0, 0, 0, -0.6, 0.8};
  std::vector<float> points;
  for (int i = 0; i < 64; ++i) {
    const double angle = 2 * kPi * i / 64;
    for (int c = 0; c < 5; ++c)
      points.push_back(static_cast<float>(7 + 3 * std::cos(angle) * along[c] + std::sin(angle) * across[c]));
  }
  const PrincipalPlane plane = principal_plane(points, 5);
  EXPECT_NEAR(plane.explained[0], 0.9, 1e-6);
  EXPECT_NEAR(plane.explained[1], 0.1, 1e-6);
  for (int i = 0; i < 64; ++i) {
    const double angle = 2 * kPi * i / 64;
    EXPECT_NEAR(plane.points[static_cast<size_t>(i)][0], 3 * std::cos(angle), 1e-5);
    EXPECT_NEAR(plane.points[static_cast<size_t>(i)][1], std::sin(angle), 1e-5);
  }
}

// No projection of the points has a greater variance than the first, and no orthogonal one than the second.
TEST(PrincipalPlane, NoDirectionHasMoreVariance) {
  Rng rng(4);
  std::vector<float> points(40 * 6);
  for (size_t i = 0; i < points.size(); ++i)
    points[i] = static_cast<float>(rng.normal() * static_cast<double>(1 + i % 6 % 3));
  const PrincipalPlane plane = principal_plane(points, 6);
  double mean[6] = {}, all = 0;
  for (size_t i = 0; i < points.size(); ++i) mean[i % 6] += points[i] / 40.0;
  for (size_t i = 0; i < points.size(); ++i) all += std::pow(points[i] - mean[i % 6], 2);
  for (int attempt = 0; attempt < 200; ++attempt) {
    double direction[6], length = 0, variance = 0;
    for (double& one : direction) {
      one = rng.normal();
      length += one * one;
    }
    for (size_t i = 0; i < 40; ++i) {
      double at = 0;
      for (size_t c = 0; c < 6; ++c) at += (points[i * 6 + c] - mean[c]) * direction[c];
      variance += at * at / length;
    }
    EXPECT_LE(variance / all, plane.explained[0] + 1e-9);
  }
  EXPECT_GE(plane.explained[0], plane.explained[1]);
}

TEST(PrincipalPlane, FewOrEqualPointsLieAtNothing) {
  EXPECT_TRUE(principal_plane({}, 3).points.empty());
  const std::vector<float> one = {1, 2, 3}, twice = {1, 2, 3, 1, 2, 3};
  EXPECT_EQ(principal_plane(one, 3).points[0], (std::array<double, 2>{0, 0}));
  EXPECT_EQ(principal_plane(twice, 3).points[1], (std::array<double, 2>{0, 0}));
  const std::vector<float> line = {0, 0, 2, 2};
  EXPECT_NEAR(principal_plane(line, 2).explained[0], 1, 1e-9);
}

}  // namespace
}  // namespace hodhod::look
