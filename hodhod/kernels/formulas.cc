// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/formulas.h"

#include <iterator>
#include <string>
#include <utility>

#include "hodhod/base/error.h"

namespace hodhod::kernels {
namespace {

#define HODHOD_NAME(Formula, name, text) text,
constexpr std::string_view kUnaryNames[] = {HODHOD_ACTIVATIONS(HODHOD_NAME) HODHOD_FUNCTIONS(HODHOD_NAME)};
constexpr std::string_view kBinaryNames[] = {HODHOD_BINARIES(HODHOD_NAME)};
#undef HODHOD_NAME

#define HODHOD_PAIR(Formula, name, text) {text, Activation::name},
constexpr std::pair<std::string_view, Activation> kActivations[] = {
    HODHOD_ACTIVATIONS(HODHOD_PAIR)  //
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"gelu_fast", Activation::gelu_tanh},
    {"gelu_python", Activation::gelu},
    {"swish", Activation::silu},
};
#undef HODHOD_PAIR

}  // namespace

std::string_view name_of(Activation activation) { return name_of(unary_of(activation)); }

std::string_view name_of(Unary function) { return kUnaryNames[static_cast<int>(function)]; }

std::string_view name_of(Binary function) { return kBinaryNames[static_cast<int>(function)]; }

Activation activation_named(std::string_view name) {
  for (const auto& [text, activation] : kActivations) {
    if (text == name) return activation;
  }
  std::string known;
  for (const auto& [text, activation] : kActivations) {
    known += known.empty() ? "" : ", ";
    known += text;
  }
  fail("activation '{}' is not known; it is one of {}", name, known);
}

Saved saved_of(Unary function) {
  return plain::with_formula(function, [](auto formula) { return decltype(formula)::kSaved; });
}

}  // namespace hodhod::kernels
