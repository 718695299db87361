// SPDX-License-Identifier: Apache-2.0
// The head of a model whose adapter says only for which task it was trained.
#pragma once

#include <string>

#include "hodhod/models/directory.h"

namespace hodhod {

// PEFT stores no config.json beside an adapter: the program that loads it chooses the class of the base by
// the task. Gives the opened base the head that `task_type` of the adapter in `path` asks for, with as many
// labels as the adapter's file has, called LABEL_0, LABEL_1, … Does nothing where the base has such a head,
// or the task asks for none. Error when the base cannot have it, or the file has no labels.
void take_head_of_task(ModelDirectory& base, const std::string& path, const AdapterConfig& config);

}  // namespace hodhod
