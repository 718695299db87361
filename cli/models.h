// SPDX-License-Identifier: Apache-2.0
// Messages of a command about a model that it loaded.
#pragma once

#include <span>
#include <string>
#include <utility>

namespace hodhod::cli {

// Prints on stderr which settings of a model's directory are not used, one per line.
void print_warnings(std::span<const std::string> warnings);

// The model (a Classifier, TextGenerator, TextModel, …), after printing its warnings and its tokenizer's.
template <class Model>
Model warned(Model model) {
  if constexpr (requires { model.encoder; }) {
    model.encoder = warned(std::move(model.encoder));
  } else {
    print_warnings(model.warnings);
    if (model.tokenizer) print_warnings(model.tokenizer->warnings());
  }
  return model;
}

}  // namespace hodhod::cli
