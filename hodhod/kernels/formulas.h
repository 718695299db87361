// SPDX-License-Identifier: Apache-2.0
// The elementwise functions: the list of them, their names, and their formulas for plain double.
//
// The formulas themselves stand once, in formulas-inl.h, on a type that reads like a float. This header makes
// them for double in `plain`; cpu/lanes-inl.h makes them for Highway lanes in the namespace of each SIMD
// target.
#pragma once

#include <array>
#include <cmath>
#include <string_view>

namespace hodhod::kernels {

// X(formula, enumerator, canonical name). Activations are what layers, the product's epilogue and gates
// choose from.
#define HODHOD_ACTIVATIONS(X)            \
  X(Identity, identity, "linear")        \
  X(Relu, relu, "relu")                  \
  X(Gelu, gelu, "gelu")                  \
  X(GeluTanh, gelu_tanh, "gelu_new")     \
  X(QuickGelu, quick_gelu, "quick_gelu") \
  X(Silu, silu, "silu")                  \
  X(Tanh, tanh, "tanh")                  \
  X(Sigmoid, sigmoid, "sigmoid")

// The other functions of one argument.
#define HODHOD_FUNCTIONS(X)   \
  X(Exp, exp, "exp")          \
  X(Log, log, "log")          \
  X(Sqrt, sqrt, "sqrt")       \
  X(Square, square, "square") \
  X(Abs, abs, "abs")          \
  X(Neg, neg, "neg")

// Functions of two arguments.
#define HODHOD_BINARIES(X) \
  X(Add, add, "add")       \
  X(Sub, sub, "sub")       \
  X(Mul, mul, "mul")       \
  X(Div, div, "div")       \
  X(Max, max, "max")

#define HODHOD_ENUMERATOR(Formula, name, text) name,
enum class Activation { HODHOD_ACTIVATIONS(HODHOD_ENUMERATOR) };
// Begins with the activations, under the same numbers.
enum class Unary { HODHOD_ACTIVATIONS(HODHOD_ENUMERATOR) HODHOD_FUNCTIONS(HODHOD_ENUMERATOR) };
enum class Binary { HODHOD_BINARIES(HODHOD_ENUMERATOR) };
#undef HODHOD_ENUMERATOR

// The canonical names in order, for configurations.
#define HODHOD_NAME(Formula, name, text) text,
constexpr auto names_of(Activation) {
  return std::to_array<std::string_view>({HODHOD_ACTIVATIONS(HODHOD_NAME)});
}
#undef HODHOD_NAME

constexpr Unary unary_of(Activation activation) { return static_cast<Unary>(activation); }

// The canonical name, as in Hugging Face's configurations.
std::string_view name_of(Activation activation);
std::string_view name_of(Unary function);
std::string_view name_of(Binary function);

// By any of the names Hugging Face uses: linear, relu, gelu, gelu_new = gelu_pytorch_tanh = gelu_fast,
// quick_gelu, silu = swish, tanh, sigmoid. Throws Error with the list of them for any other.
Activation activation_named(std::string_view name);

// What a derivative is computed from: the function's argument or its value.
enum class Saved { input, output };
Saved saved_of(Unary function);

// The operations that the formulas are written with, for double.
namespace plain {
inline double exp(double x) { return std::exp(x); }
inline double log(double x) { return std::log(x); }
inline double tanh(double x) { return std::tanh(x); }
inline double sqrt(double x) { return std::sqrt(x); }
inline double abs(double x) { return std::fabs(x); }
// The standard normal distribution: P(X ≤ x), and its density.
inline double normal_cdf(double x) { return 0.5 * std::erfc(x * -0.70710678118654752440); }
inline double normal_density(double x) { return 0.39894228040143267794 * std::exp(-0.5 * x * x); }
inline double select(bool condition, double yes, double no) { return condition ? yes : no; }
}  // namespace plain
}  // namespace hodhod::kernels

#define HODHOD_FORMULA inline
#define HODHOD_FORMULA_SPACE plain
#include "hodhod/kernels/formulas-inl.h"
#undef HODHOD_FORMULA
#undef HODHOD_FORMULA_SPACE
