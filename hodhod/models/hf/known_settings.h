// SPDX-License-Identifier: Apache-2.0
// Settings in config.json that families need not ask for.
#pragma once

#include <span>
#include <string_view>

#include "hodhod/base/json.h"

namespace hodhod::hf {

// The effect of such a setting on the model's answers.
enum class Effect {
  none,         // nothing
  unknown,      // unknown, or something that is not supported here: it is named in a warning
  other_model,  // the answers would be wrong: the model is refused
};

// A setting that changes nothing if it has one certain value.
struct NeutralSetting {
  std::string_view key, value;  // the value as JSON
  Effect otherwise;
};
std::span<const NeutralSetting> neutral_settings();

// The effect of a setting with this value.
Effect effect_of(std::string_view key, const Json& value);

}  // namespace hodhod::hf
