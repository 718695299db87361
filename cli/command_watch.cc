// SPDX-License-Identifier: Apache-2.0
// hodhod watch RUN…: the curves of runs, in the terminal or as a page.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/outputs.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/signals.h"
#include "hodhod/train/loop_profile.h"
#include "hodhod/watch/run_page.h"
#include "hodhod/watch/run_summary.h"

namespace hodhod::cli {
namespace {

struct WatchFlags {
  std::vector<std::string> runs;
  std::string output;
  bool follow = false;
  int64_t every = 5;
  std::string note, language = "auto";
  bool json = false, overwrite = false;
};

std::vector<RunHistory> read_runs(const WatchFlags& flags) {
  std::vector<RunHistory> runs;
  for (const std::string& given : flags.runs) {
    for (const std::string& directory : run_directories(given)) runs.emplace_back(directory);
  }
  return runs;
}

bool any_running(const std::vector<RunHistory>& runs) {
  return std::any_of(runs.begin(), runs.end(), [](const RunHistory& run) { return run.is_running(); });
}

void print_summaries(const std::vector<RunHistory>& runs, const WatchFlags& flags) {
  std::vector<std::string> directories;
  for (const RunHistory& run : runs) directories.push_back(run.directory());
  const std::vector<std::string> names = run_names(directories);
  for (size_t i = 0; i < runs.size(); ++i) {
    const RunSummary summary = summary_of(runs[i], names[i]);
    print_text(flags.json ? json_line(summary_json(summary))
                          : (i > 0 ? "\n" : "") + summary_text(runs[i], summary));
  }
}

// Writes the page, and returns its size in bytes.
size_t write_page(const std::vector<RunHistory>& runs, const WatchFlags& flags, int64_t follow_seconds) {
  const std::string page = run_page(runs, {.program = "hodhod " HODHOD_VERSION,
                                           .language = flags.language,
                                           .note = flags.note,
                                           .follow_seconds = static_cast<int>(follow_seconds)});
  write_file_atomically(flags.output, page);
  return page.size();
}

// Waits, but no longer than until a signal asks to stop.
void wait_for(double seconds) {
  const double end = steady_now() + seconds;
  while (!stop_requested() && steady_now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

// Writes the page anew until no run is under way. What takes long to write is written less often, so that a
// run keeps nine tenths of the machine.
size_t follow_runs(std::vector<RunHistory>& runs, const WatchFlags& flags) {
  const StopSignals signals;
  while (any_running(runs) && !stop_requested()) {
    const double begin = steady_now();
    write_page(runs, flags, flags.every);
    wait_for(std::max(static_cast<double>(flags.every), 9 * (steady_now() - begin)));
    for (RunHistory& run : runs) run.refresh();
  }
  return write_page(runs, flags, 0);
}

int watch(const WatchFlags& flags, const Session& session) {
  check_outputs({{.option = "--output", .path = flags.output, .page = true}}, {}, flags.overwrite);
  std::vector<RunHistory> runs = read_runs(flags);
  if (flags.output.empty()) {
    print_summaries(runs, flags);
    return 0;
  }
  if (flags.follow && !session.quiet && any_running(runs))
    fmt::print(stderr, "{}: written anew every {} s until the runs end or Ctrl-C\n", flags.output,
               flags.every);
  const size_t bytes = flags.follow ? follow_runs(runs, flags) : write_page(runs, flags, 0);
  print_text(fmt::format("{}: {} {}, {:.2f} MB\n", flags.output, runs.size(),
                         runs.size() == 1 ? "run" : "runs", static_cast<double>(bytes) / 1e6));
  return 0;
}

}  // namespace

void add_watch(Command& program) {
  Command& command = program.add_command("watch", "Show the learning curves of runs of training");
  auto flags = std::make_shared<WatchFlags>();
  command.add("RUN", flags->runs, "Directories of hodhod train, or of hodhod ladder")
      .called("DIR")
      .required();
  command.add("-o,--output", flags->output, "Write the curves as one page; without it, print a summary")
      .called("FILE");
  add_overwrite(command, flags->overwrite);
  command
      .add("--follow", flags->follow,
           "Write the page again and again until the runs have ended; where it is open in a browser, it "
           "reloads "
           "itself")
      .needs("--output");
  command.add("--every", flags->every, "With --follow: seconds from one page to the next", in(1, 86400))
      .needs("--follow");
  command.add("--note", flags->note, "A sentence for the head of the page").needs("--output");
  command.add("--language", flags->language, "Language of the page when it opens; auto: that of the browser")
      .one_of({"auto", "fa", "en"})
      .needs("--output");
  command.add("--json", flags->json, "Print the summary as JSON, a line for each run").excludes("--output");
  command.on_run([flags](const Session& session) { return watch(*flags, session); });
}

}  // namespace hodhod::cli
