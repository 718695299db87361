// SPDX-License-Identifier: Apache-2.0
// The program `hodhod`. Exit status: 0 done, 1 an error, 2 a command line that makes no sense.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace {

int run(int argc, char** argv) {
  CLI::App app("Hodhod trains, runs and explains sequence models.", "hodhod");
  hodhod::cli::Session session;
  app.set_version_flag("--version", "hodhod " HODHOD_VERSION);
  app.add_option("--threads", session.threads, "Threads to use; 0 is as many as the machine has")
      ->check(CLI::Range(0, 4096));
  app.add_flag("--quiet", session.quiet, "No progress bars");
  app.require_subcommand(1);
  app.fallthrough();
  hodhod::cli::add_train(app, session);
  hodhod::cli::add_translate(app, session);
  hodhod::cli::add_generate(app, session);
  hodhod::cli::add_classify(app, session);
  hodhod::cli::add_tag(app, session);
  hodhod::cli::add_fill_mask(app, session);
  hodhod::cli::add_embed(app, session);
  hodhod::cli::add_evaluate(app, session);
  hodhod::cli::add_describe(app, session);
  hodhod::cli::add_tokenize(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "hodhod: {}\nRun with --help for more.\n", error.what());
    return 2;
  }
  if (session.threads > 0) hodhod::set_thread_count(session.threads);
  return session.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = run(argc, argv);
    if (std::fflush(stdout) != 0) return 1;
    return status;
  } catch (const hodhod::Error& error) {
    fmt::print(stderr, "hodhod: error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "hodhod: error: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "hodhod: error: {}\n", error.what());
  }
  return 1;
}
