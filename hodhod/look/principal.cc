// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/principal.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hodhod::look {
namespace {

using Vector = std::vector<double>;

constexpr int kMostSteps = 2000;
constexpr double kTolerance = 1e-10;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Scales to length 1; false if the length is nothing.
bool scale_to_one(Vector& x) {
  const double length = std::sqrt(dot(x, x));
  if (length < 1e-300) return false;
  for (double& value : x) value /= length;
  return true;
}

Vector product(const std::vector<Vector>& matrix, const Vector& x) {
  Vector y;
  for (const Vector& row : matrix) y.push_back(dot(row, x));
  return y;
}

// The eigenvector of the largest eigenvalue among those orthogonal to `other` (which may be empty), by powers
// of the matrix. Its value is set.
Vector leading_vector(const std::vector<Vector>& matrix, const Vector& other, double& value) {
  Vector x(matrix.size());
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = 1 + 0.5 * std::cos(static_cast<double>(i) * (other.empty() ? 1 : 2));
  value = 0;
  for (int step = 0; step < kMostSteps; ++step) {
    if (!other.empty()) {
      const double along = dot(x, other);
      for (size_t i = 0; i < x.size(); ++i) x[i] -= along * other[i];
    }
    if (!scale_to_one(x)) return Vector(matrix.size(), 0.0);
    Vector next = product(matrix, x);
    const double now = dot(next, x);
    double residual = 0;
    for (size_t i = 0; i < x.size(); ++i) residual += (next[i] - now * x[i]) * (next[i] - now * x[i]);
    value = now;
    if (std::sqrt(residual) <= kTolerance * std::max(now, 1e-300)) break;
    x = std::move(next);
  }
  if (!scale_to_one(x)) return Vector(matrix.size(), 0.0);
  const auto greatest =
      std::max_element(x.begin(), x.end(), [](double a, double b) { return std::fabs(a) < std::fabs(b); });
  if (greatest != x.end() && *greatest < 0) {
    for (double& one : x) one = -one;
  }
  return x;
}

}  // namespace

PrincipalPlane principal_plane(std::span<const float> points, int64_t width) {
  const auto columns = static_cast<size_t>(width);
  const size_t count = columns == 0 ? 0 : points.size() / columns;
  PrincipalPlane plane;
  plane.points.resize(count);
  if (count < 2) return plane;
  Vector mean(columns);
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < columns; ++c) mean[c] += points[i * columns + c] / static_cast<double>(count);
  }
  std::vector<Vector> covariance(columns, Vector(columns));
  double all = 0;
  for (size_t i = 0; i < count; ++i) {
    Vector centred;
    for (size_t c = 0; c < columns; ++c) centred.push_back(points[i * columns + c] - mean[c]);
    for (size_t a = 0; a < columns; ++a) {
      for (size_t b = 0; b < columns; ++b) covariance[a][b] += centred[a] * centred[b];
    }
    all += dot(centred, centred);
  }
  if (all == 0) return plane;
  std::array<double, 2> values = {};
  const Vector first = leading_vector(covariance, {}, values[0]);
  const Vector second = leading_vector(covariance, first, values[1]);
  for (size_t axis = 0; axis < 2; ++axis) plane.explained[axis] = std::max(0.0, values[axis] / all);
  for (size_t i = 0; i < count; ++i) {
    Vector centred;
    for (size_t c = 0; c < columns; ++c) centred.push_back(points[i * columns + c] - mean[c]);
    plane.points[i] = {dot(centred, first), dot(centred, second)};
  }
  return plane;
}

}  // namespace hodhod::look
