// SPDX-License-Identifier: Apache-2.0
// config.json of a model that is saved.
#pragma once

#include "hodhod/base/json.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {

// The type that a model is saved in: that of the directory it comes from where it still fits, else the first
// that holds it. Error when none does.
const ModelType& type_to_save(const ModelConfig& config, const Json& origin);

// The members of config.json. `task` are those that the task decides: id2label, label2id, problem_type,
// task_specific_params.
//
// Of a model made from another one, `origin` is the config.json of that one. All that it says stays as it is
// written there, in that order, but for
//   - options whose value has become another one;
//   - architectures and the type of the weights, which say what the file holds (always float32);
//   - names of labels and problem_type, which belong to the head;
//   - auto_map, which names code that is not copied.
Json config_json(const ModelConfig& config, const Json& task, const Json& origin);

}  // namespace hodhod
