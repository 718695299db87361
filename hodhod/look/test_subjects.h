// SPDX-License-Identifier: Apache-2.0
// Small models without tokenizers to look at, for tests: they read --ids.
#pragma once

#include <memory>
#include <utility>

#include "hodhod/look/subject.h"
#include "hodhod/models/model_config.h"

namespace hodhod::look {

inline Subject subject_of(const ModelConfig& config, Kind kind, uint64_t seed) {
  Subject subject{.kind = kind, .name = "model", .family = "test"};
  subject.text.model = make_model(config, Rng(seed));
  return subject;
}

}  // namespace hodhod::look
