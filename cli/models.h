// SPDX-License-Identifier: Apache-2.0
// The model that a command takes, and messages about it.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "hodhod/models/directory.h"
#include "hodhod/tasks/text_model.h"

namespace hodhod::cli {

// DIR and --adapter.
struct ModelArguments {
  std::string directory;
  std::vector<std::string> adapters;

  operator ModelPath() const { return {directory, adapters}; }  // NOLINT: it is one
};
void add_model_arguments(Command& command, ModelArguments& model);
// The directory whose tokenizer and chat template the model has: that of its first adapter, if there are any,
// else its own, else that of the base of an adapter.
std::string text_directory(const ModelArguments& model);

// Error when one of the options NAME=VALUE of --model is given twice.
void check_given_once(std::span<const std::string> model_options);

// Prints on stderr which settings of a model's directory are not used, one per line.
void print_warnings(std::span<const std::string> warnings);

// The TextModel (model and tokenizer) inside a task's model: a Classifier, TextGenerator, TextModel, …
template <class Model>
auto& text_model_of(Model& model) {
  if constexpr (requires { model.encoder; }) {
    return model.encoder;
  } else {
    return model;
  }
}

// Returns the task's model after printing the warnings about it and its tokenizer.
template <class Model>
Model warned(Model model) {
  const TextModel& text_model = text_model_of(model);
  print_warnings(text_model.warnings);
  if (text_model.tokenizer) print_warnings(text_model.tokenizer->warnings());
  return model;
}

}  // namespace hodhod::cli
