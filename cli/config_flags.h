// SPDX-License-Identifier: Apache-2.0
// Flags from configuration structs: one for each member that `visit` names.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "hodhod/base/visit.h"
#include "hodhod/decode/options.h"

namespace hodhod::cli {

// Adds --NAME for every field, with its help and its present value as the default. The fields' config must
// outlive the parsing.
void add_fields(CLI::App& app, const std::vector<Field>& fields, const std::string& group);

// Fields of a config whose names alone ("kind") would say too little: --PREFIX-NAME.
template <class Config>
std::vector<Field> fields_under(const std::string& prefix, Config& config) {
  std::vector<Field> fields = fields_of(config);
  for (Field& field : fields) field.path = prefix + "." + field.path;
  return fields;
}

// Whether the flag of a field that was added stood on the command line.
bool was_given(const CLI::App& app, const Field& field);

// Sets those fields of `config` whose flags were given to what `given` has.
template <class Config>
void keep_given(const CLI::App& app, Config& config, Config given) {
  const auto fields = fields_of(config), others = fields_of(given);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (was_given(app, fields[i])) set_field(fields[i], field_text(others[i]));
  }
}

template <class Config>
void add_config(CLI::App& app, Config& config, const std::string& group) {
  add_fields(app, fields_of(config), group);
}

// Sets those options whose flags were not given to what the model in `directory` asks for.
void read_decoding(const CLI::App& app, const std::string& directory, DecodeOptions& options);

}  // namespace hodhod::cli
