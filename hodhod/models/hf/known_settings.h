// SPDX-License-Identifier: Apache-2.0
// The settings of config.json that no family has to ask for.
#pragma once

#include <string_view>

#include "hodhod/base/json.h"

namespace hodhod::hf {

// What a setting that no family asked for does to the model's answers.
enum class Effect {
  none,         // nothing
  unknown,      // something else than is done here, or nobody knows: it is named in a warning
  other_model,  // they would be wrong: the model is refused
};

Effect effect_of(std::string_view key, const Json& value);

}  // namespace hodhod::hf
