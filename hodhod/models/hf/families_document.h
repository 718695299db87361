// SPDX-License-Identifier: Apache-2.0
// docs/families.md, made of what the families themselves say.
#pragma once

#include <string>

namespace hodhod::hf {

// In Markdown: a table of all families with their tasks, and for each one its architectures, the settings of
// config.json that it reads, those that it refuses, and its tensors.
std::string families_document();

}  // namespace hodhod::hf
