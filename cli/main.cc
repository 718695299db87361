// SPDX-License-Identifier: Apache-2.0
// The program `hodhod`. Exit status: 0 done, 1 an error, 2 an invalid command line.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/config.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"

namespace {

int run(const std::vector<std::string>& words) {
  using namespace hodhod::cli;
  Session session;
  Command program("hodhod", "Hodhod trains, runs and explains sequence models.");
  program.add("--threads", session.threads, "Number of threads; 0 for one per processor",
              hodhod::in(0, 1024));
  program.add("--quiet", session.quiet, "Show no progress bars");
  program.add("--config", session.config, "Read options from a file; --print-config writes one")
      .called("FILE")
      .only_in_command_line();
  program.add("--print-config", session.print_config, "Print all options as a file for --config, then exit")
      .only_in_command_line();
  add_train(program);
  add_task_commands(program, &Task::predict);
  for (const auto add : {add_evaluate, add_ladder, add_near, add_analogy, add_score, add_describe, add_look,
                         add_watch, add_tokenize, add_convert, add_completion})
    add(program);
  const Request request = read_command_line(program, words, "hodhod " HODHOD_VERSION);
  if (request.path.empty()) {
    print_text(request.text);
    return 0;
  }
  const Command& command = *request.path.back();
  if (session.threads > 0) hodhod::set_thread_count(session.threads);
  command.prepare();
  if (session.print_config) {
    print_text(config_text(request.path));
    return 0;
  }
  return command.run(session);
}

}  // namespace

int main(int argc, char** argv) {
  // A file that grows beyond the limit of the shell (ulimit -f) is an error of the write, with a sentence.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    const int status = run({argv + std::min(argc, 1), argv + argc});
    hodhod::cli::flush_output();
    return status;
  } catch (const hodhod::cli::UsageError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  } catch (const hodhod::Error& error) {
    fmt::print(stderr, "hodhod: error: {}\n", hodhod::cli::with_dashes(error.what()));
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "hodhod: error: out of memory\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "hodhod: error: {}\n", error.what());
  }
  return 1;
}
