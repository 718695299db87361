// SPDX-License-Identifier: Apache-2.0
// The commands: each `command_*.cc` adds its own to the program, and main.cc lists them.
#pragma once

#include "cli/arguments.h"

namespace hodhod::cli {

void add_train(Command& program);
void add_translate(Command& program);
void add_generate(Command& program);
void add_classify(Command& program);
void add_tag(Command& program);
void add_fill_mask(Command& program);
void add_embed(Command& program);
void add_evaluate(Command& program);
void add_score(Command& program);
void add_describe(Command& program);
void add_tokenize(Command& program);
void add_completion(Command& program);

}  // namespace hodhod::cli
