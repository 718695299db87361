// SPDX-License-Identifier: Apache-2.0
// Writes config.json for a model that is saved.
#pragma once

#include <string_view>

#include "hodhod/base/json.h"
#include "hodhod/models/model_config.h"
#include "hodhod/models/registry.h"

namespace hodhod {

// The type that a model is saved as: the one named by `origin`, the config.json that the model comes from, if
// that type can still hold the configuration; otherwise the first type that can. Error when none can.
const ModelType& type_to_save(const ModelConfig& config, const Json& origin);

// The contents of config.json. `task` holds the members that the task decides: id2label, label2id,
// problem_type, task_specific_params.
//
// If the model was made from another one, `origin` is that model's config.json; otherwise it is empty. The
// members of `origin` keep their values and their order, with these exceptions:
//   - options whose value has changed;
//   - architectures and the type of the weights, which describe the new file (always float32);
//   - the names of labels and problem_type, which belong to the head;
//   - auto_map, which names code that is not copied.
Json config_json(const ModelConfig& config, const Json& task, const Json& origin);

// What a config.json says of one task under task_specific_params; an empty object if it says nothing.
Json settings_of_task(const Json& config, std::string_view task);

}  // namespace hodhod
