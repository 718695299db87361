// SPDX-License-Identifier: Apache-2.0
// Reading and writing config.json for the kinds whose format is this program's own.
#pragma once

#include <memory>
#include <span>

#include "hodhod/base/json.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/registry.h"

namespace hodhod {

// Ends the reading of a config.json: settings that nobody asked for become warnings, and the options are
// checked together. Errors begin with the file's path.
ReadConfig checked(hf::ConfigReader& reader, std::unique_ptr<ModelConfig> config);

// Writes the options that the rules name, under their names in the file.
void write_options(std::span<const hf::KeyRule> rules, const ModelConfig& config, Json& out);

}  // namespace hodhod
