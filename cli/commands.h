// SPDX-License-Identifier: Apache-2.0
// The subcommands: each `command_*.cc` adds its own to the program, and main.cc lists them.
#pragma once

#include <CLI/App.hpp>
#include <functional>

namespace hodhod::cli {

// What a subcommand gets from main: options that all share, and where it leaves what is to be run.
struct Session {
  int threads = 0;     // 0: as the machine has
  bool quiet = false;  // no progress bars
  // Set by the callback of the subcommand that was given; its result is the exit status.
  std::function<int()> run;
};

void add_tokenize(CLI::App& app, Session& session);
void add_train(CLI::App& app, Session& session);
void add_translate(CLI::App& app, Session& session);
void add_generate(CLI::App& app, Session& session);
void add_classify(CLI::App& app, Session& session);
void add_tag(CLI::App& app, Session& session);
void add_fill_mask(CLI::App& app, Session& session);
void add_embed(CLI::App& app, Session& session);
void add_evaluate(CLI::App& app, Session& session);
void add_describe(CLI::App& app, Session& session);

}  // namespace hodhod::cli
