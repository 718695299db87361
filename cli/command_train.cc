// SPDX-License-Identifier: Apache-2.0
// hodhod train TASK: each task is a train_*.cc.
#include "cli/commands.h"
#include "cli/training.h"

namespace hodhod::cli {

void add_train(Command& program) {
  Command& train = program.add_command("train", "Train a model on your text");
  add_train_translate(train);
  add_train_generate(train);
  add_train_classify(train);
  add_train_tag(train);
  add_train_fill_mask(train);
}

}  // namespace hodhod::cli
