// SPDX-License-Identifier: Apache-2.0
// What a command says of a model that it loaded.
#pragma once

#include <span>
#include <string>
#include <utility>

namespace hodhod::cli {

// Says on stderr what of a model's directory is not used, a line each.
void print_warnings(std::span<const std::string> warnings);

// The model (a Classifier, TextGenerator, TextModel, …), after its and its tokenizer's warnings were printed.
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
