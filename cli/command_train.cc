// SPDX-License-Identifier: Apache-2.0
// hodhod train TASK: each task is a train_*.cc.
#include "cli/commands.h"
#include "cli/training.h"

namespace hodhod::cli {

void add_train(CLI::App& app, Session& session) {
  CLI::App* train = app.add_subcommand("train", "Train a model on your text");
  train->require_subcommand(1);
  add_train_translate(*train, session);
  add_train_generate(*train, session);
  add_train_classify(*train, session);
  add_train_tag(*train, session);
  add_train_fill_mask(*train, session);
}

}  // namespace hodhod::cli
