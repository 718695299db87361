// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/formulas.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/kernels/cpu/for_each_target.h"
#include "hodhod/kernels/unary.h"

namespace hodhod::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<Unary> all_functions() {
  std::vector<Unary> all;
  for (int i = 0; i <= static_cast<int>(Unary::neg); ++i) all.push_back(static_cast<Unary>(i));
  return all;
}

// Every 997th float there is, of both signs, with the infinities and NaN.
std::vector<float> sweep() {
  std::vector<float> values = {0.0f, -0.0f, kInfinity, -kInfinity, kNan};
  for (uint32_t bits = 1; bits < 0x7f800000u; bits += 997 * 16) {
    values.push_back(std::bit_cast<float>(bits));
    values.push_back(-values.back());
  }
  for (float x = -20.0f; x < 20.0f; x += 0.00093f) values.push_back(x);
  return values;
}

std::vector<float> evaluate(Unary function, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  cpu::unary({.function = function, .count = static_cast<int64_t>(x.size()), .x = x.data(), .y = y.data()});
  return y;
}

// The distance from the exact value in units of the float's last place there.
double ulps(float value, double exact) {
  const float rounded = static_cast<float>(exact);
  if (std::isnan(exact) || std::isnan(value)) return std::isnan(exact) && std::isnan(value) ? 0 : 1e30;
  if (std::isinf(rounded) || std::isinf(value)) return value == rounded ? 0 : 1e30;
  const int exponent = std::max(std::ilogb(exact == 0 ? 1e-300 : exact), -126);
  return std::fabs(static_cast<double>(value) - exact) / std::ldexp(1.0, exponent - 23);
}

double allowed_ulps(Unary function, std::string_view target) {
  switch (function) {
    case Unary::identity:
    case Unary::relu:
    case Unary::sqrt:
    case Unary::square:
    case Unary::abs:
    case Unary::neg:
      return 0.5001;
    case Unary::exp:
    case Unary::log:
      return 1.5;
    case Unary::tanh:
    case Unary::sigmoid:
      return 3.5;
    case Unary::gelu:
      return target == "SSE4" ? 100 : 8;  // without FMA, x² loses digits far in the tail
    // Their exponent is rounded before it is used: 2 ulp of z are |z| ulp of e^z.
    case Unary::silu:
      return 4.5;
    case Unary::quick_gelu:
    case Unary::gelu_tanh:
      return 400;
  }
  return 0;
}

TEST(Formulas, LanesAgreeWithDoubleOverAllFloats) {
  const std::vector<float> x = sweep();
  cpu::for_each_target([&](const char* target) {
    for (Unary function : all_functions()) {
      const std::vector<float> y = evaluate(function, x);
      double worst = 0;
      float at = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        double exact = 0, wide = x[i];
        reference::unary({.function = function, .count = 1, .x = &wide, .y = &exact});
        if (std::isnan(exact) && std::isinf(x[i])) continue;  // ∞·0
        // Where 1 + e^-x overflows, the logistic function is 0 a little early.
        if (std::fabs(exact) < 1e-36 && std::fabs(y[i] - exact) < 1e-36) continue;
        const double error = ulps(y[i], exact);
        if (error > worst) worst = error, at = x[i];
      }
      EXPECT_LE(worst, allowed_ulps(function, target))
          << name_of(function) << " at " << at << " on " << target;
    }
  });
}

TEST(Formulas, ActivationsAreWithinAMillionthOfDouble) {
  std::vector<float> x;
  for (float v = -12.0f; v < 12.0f; v += 0.00037f) x.push_back(v);
  cpu::for_each_target([&](const char* target) {
    for (Unary function : {Unary::gelu, Unary::gelu_tanh, Unary::quick_gelu, Unary::silu}) {
      const std::vector<float> y = evaluate(function, x);
      for (size_t i = 0; i < x.size(); ++i) {
        double exact = 0, wide = x[i];
        reference::unary({.function = function, .count = 1, .x = &wide, .y = &exact});
        ASSERT_NEAR(y[i], exact, 1e-6 * std::max(1.0, std::fabs(exact)))
            << name_of(function) << " " << target;
      }
    }
  });
}

TEST(Formulas, DerivativesAreThoseOfTheValues) {
  for (Unary function : all_functions()) {
    for (double x : {-3.7, -1.1, -0.3, 0.2, 0.9, 2.5, 4.0}) {
      if (x < 0 && (function == Unary::log || function == Unary::sqrt)) continue;
      const double h = 1e-5;
      plain::with_formula(function, [&](auto formula) {
        const double slope = (formula.value(x + h) - formula.value(x - h)) / (2 * h);
        const double saved = saved_of(function) == Saved::input ? x : formula.value(x);
        EXPECT_NEAR(formula.derivative(saved), slope, 1e-8 * std::max(1.0, std::fabs(slope)))
            << name_of(function);
      });
    }
  }
}

TEST(Formulas, LaneDerivativesAgreeWithDouble) {
  std::vector<float> x;
  for (float v = -9.0f; v < 9.0f; v += 0.013f) x.push_back(v);
  const std::vector<float> dy(x.size(), 1.0f);
  std::vector<float> dx(x.size());
  cpu::for_each_target([&](const char* target) {
    for (Unary function : all_functions()) {
      cpu::unary_backward({.function = function,
                           .count = static_cast<int64_t>(x.size()),
                           .saved = x.data(),
                           .dy = dy.data(),
                           .dx = dx.data()});
      for (size_t i = 0; i < x.size(); ++i) {
        const double exact =
            plain::with_formula(function, [&](auto f) { return f.derivative(double{x[i]}); });
        ASSERT_NEAR(dx[i], exact, 2e-6 * std::max(1.0, std::fabs(exact)))
            << name_of(function) << " " << target;
      }
    }
  });
}

// An element's bits do not depend on where it stands: full vector or tail, aligned or not.
TEST(Formulas, PositionDoesNotChangeBits) {
  std::vector<float> x;
  for (int i = 0; i < 70; ++i) x.push_back(static_cast<float>(i) * 0.173f - 6.0f);
  cpu::for_each_target([&](const char* target) {
    for (Unary function : all_functions()) {
      const std::vector<float> whole = evaluate(function, x);
      for (size_t begin : {0, 1, 3, 17}) {
        for (size_t length : {0, 1, 2, 5, 16, 31}) {
          const std::vector<float> part(x.begin() + begin, x.begin() + begin + length);
          const std::vector<float> y = evaluate(function, part);
          for (size_t i = 0; i < length; ++i) {
            ASSERT_EQ(std::bit_cast<uint32_t>(y[i]), std::bit_cast<uint32_t>(whole[begin + i]))
                << name_of(function) << " " << target;
          }
        }
      }
    }
  });
}

TEST(Formulas, MaxPassesNanFromEitherSide) {
  EXPECT_TRUE(std::isnan(plain::Max::value(double{kNan}, 1.0)));
  EXPECT_TRUE(std::isnan(plain::Max::value(1.0, double{kNan})));
  EXPECT_EQ(plain::Max::value(-1.0, 1.0), 1.0);
}

TEST(Formulas, Names) {
  for (Unary function : all_functions()) {
    if (function <= unary_of(Activation::sigmoid)) {
      EXPECT_EQ(unary_of(activation_named(name_of(function))), function);
    }
  }
  EXPECT_EQ(activation_named("gelu_pytorch_tanh"), Activation::gelu_tanh);
  EXPECT_EQ(activation_named("swish"), Activation::silu);
  try {
    activation_named("gelo");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'gelo' is not known; it is one of linear, relu, gelu"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace hodhod::kernels
