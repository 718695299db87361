// SPDX-License-Identifier: Apache-2.0
// Flags from configuration structs: one for each member that `visit` names.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "hodhod/base/visit.h"

namespace hodhod::cli {

// Adds --NAME for every field, with its help and its present value as the default. The fields' config must
// outlive the parsing.
void add_fields(CLI::App& app, const std::vector<Field>& fields, const std::string& group);

template <class Config>
void add_config(CLI::App& app, Config& config, const std::string& group) {
  add_fields(app, fields_of(config), group);
}

}  // namespace hodhod::cli
