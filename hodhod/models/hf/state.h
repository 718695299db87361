// SPDX-License-Identifier: Apache-2.0
// Weights under a family's names ↔ weights under ours.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/io/safetensors.h"
#include "hodhod/models/hf/family.h"

namespace hodhod::hf {

// A parameter of ours that wants its values.
using Parameters = std::vector<std::pair<std::string, Tensor>>;

// Copies the file's tensors into `parameters`, converted to their type. Returns the names of ours that the
// file lacks. Error when a shape differs; names the file, the tensor and both shapes.
std::vector<std::string> load_state(const Family& family, const SafetensorsReader& file,
                                    const Parameters& parameters);

// Our parameters under the family's names, packed and turned as it wants them.
NamedTensors save_state(const Family& family, const Parameters& parameters);

}  // namespace hodhod::hf
