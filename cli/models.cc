// SPDX-License-Identifier: Apache-2.0
#include "cli/models.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "hodhod/base/error.h"

namespace hodhod::cli {

void add_model_arguments(Command& command, ModelArguments& model) {
  command.add("DIR", model.directory, "The model's directory, or that of an adapter").required();
  command
      .add("--adapter", model.adapters,
           "Attach the adapter in this directory to the model; of several, the sum is added")
      .called("DIR")
      .repeated();
}

std::string text_directory(const ModelArguments& model) {
  for (const std::string& directory : model.adapters) {
    if (has_tokenizer(directory)) return directory;
  }
  if (has_tokenizer(model.directory) || !is_adapter_directory(model.directory)) return model.directory;
  return find_adapter_base(model.directory, read_adapter_config(model.directory));
}

void check_given_once(std::span<const std::string> model_options) {
  std::set<std::string> given;
  for (const std::string& option : model_options) {
    std::string name = option.substr(0, option.find('='));
    std::replace(name.begin(), name.end(), '-', '_');
    check(given.insert(name).second, "--model {}: {} is given twice; give it once", option, name);
  }
}

void print_warnings(std::span<const std::string> warnings) {
  for (const std::string& warning : warnings) fmt::print(stderr, "hodhod: warning: {}\n", warning);
}

}  // namespace hodhod::cli
