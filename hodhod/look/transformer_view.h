// SPDX-License-Identifier: Apache-2.0
// What a page has to know of a Transformer beyond its trace: what its masks hide.
#pragma once

#include <string_view>

#include "hodhod/look/visible.h"
#include "hodhod/models/model_config.h"

namespace hodhod::look {

// Which cells of a matrix of attention, by its name in the trace, a mask can leave. Of other models: all.
Visible visible_cells(const ModelConfig& config, std::string_view name);

}  // namespace hodhod::look
