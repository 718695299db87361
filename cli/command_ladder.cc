// SPDX-License-Identifier: Apache-2.0
// hodhod ladder TASK: trains models of all kinds on the same data, each for the same time, and reports how
// they compare.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/commit.h"
#include "cli/input.h"
#include "cli/ladder_task.h"
#include "cli/ladder_training.h"
#include "cli/output.h"
#include "cli/training.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/file_lock.h"
#include "hodhod/base/format.h"
#include "hodhod/base/nearest_name.h"
#include "hodhod/base/processor.h"
#include "hodhod/base/signals.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/visit.h"
#include "hodhod/ladder/page.h"
#include "hodhod/ladder/table.h"
#include "hodhod/train/run_record.h"

// The tasks that have a ladder. NAME_ladder() is defined in ladder_NAME.cc.
#define HODHOD_LADDERS(row) row(generate) row(classify) row(translate) row(tag) row(forecast)

namespace hodhod::cli {

#define HODHOD_DECLARE_LADDER(name) std::unique_ptr<LadderTask> name##_ladder();
HODHOD_LADDERS(HODHOD_DECLARE_LADDER)
#undef HODHOD_DECLARE_LADDER

namespace {

void announce(const std::string& line) { fmt::print(stderr, "{}\n", line); }

// Prints the rungs with what `hodhod train` is told for each.
int list_rungs(const LadderTask& task) {
  for (const Rung& rung : task.rungs()) {
    std::vector<std::string> words = {"--preset", rung.preset};
    if (!rung.model.empty()) words.emplace_back("--model");
    words.insert(words.end(), rung.model.begin(), rung.model.end());
    words.insert(words.end(), rung.options.begin(), rung.options.end());
    print_text(fmt::format("{:<14} {}\n{:<14} {}\n", rung.name, rung.title.en, "", shell_line(words)));
  }
  return 0;
}

// The rungs that --rungs names, in their own order; all of them if it was not given.
std::vector<Rung> chosen_rungs(const LadderTask& task, const std::vector<std::string>& names) {
  std::vector<Rung> rungs;
  std::vector<std::string> known;
  for (Rung& rung : task.rungs()) {
    known.push_back(rung.name);
    if (names.empty() || std::find(names.begin(), names.end(), rung.name) != names.end())
      rungs.push_back(std::move(rung));
  }
  for (const std::string& name : names) {
    check(std::find(known.begin(), known.end(), name) != known.end(),
          "--rungs {}: there is no such rung; the rungs of {} are {}", name, task.name(),
          fmt::join(known, ", "));
  }
  return rungs;
}

// One call of `hodhod ladder`.
class Ladder {
 public:
  Ladder(LadderTask& task, const Command& command, const LadderFlags& flags, const Session& session)
      : task_(task),
        command_(command),
        flags_(flags),
        session_(session),
        rungs_(chosen_rungs(task, flags.rungs)) {}

  int climb() {
    check_directory();
    read();
    make_directories(flags_.out);
    const FileLock lock(join_path(flags_.out, "lock"),
                        "another process climbs this ladder; wait for its end");
    if (flags_.restart) discard();
    take_up();
    make_tokenizer();
    const StopSignals signals;
    for (size_t i = 0; i < rungs_.size() && !stop_requested(); ++i) climb_to(i);
    store();
    if (stop_requested()) {
      announce("Give the same command again to go on from there.");
      return 128 + stop_signal();
    }
    print_text(report_table(report_));
    announce(fmt::format("report in {}", join_path(flags_.out, "index.html")));
    const auto failed = [&](const LadderRung& rung) {
      return (!rung.measured || !rung.problem.empty()) && is_chosen(rung.name);
    };
    return std::any_of(report_.rungs.begin(), report_.rungs.end(), failed) ? 1 : 0;
  }

 private:
  std::string path() const { return join_path(flags_.out, "ladder.json"); }
  std::string directory_of(const Rung& rung) const { return join_path(flags_.out, rung.name); }

  // A ladder begins in an empty directory, or goes on in its own: the lock is the first thing that it makes.
  void check_directory() const {
    check(is_directory(flags_.out) || !file_exists(flags_.out),
          "--out {}: is a file; name a directory for the report", flags_.out);
    if (!is_directory(flags_.out) || file_exists(path()) || file_exists(join_path(flags_.out, "lock")))
      return;
    const std::vector<std::string> names = list_directory(flags_.out);
    check(names.empty(),
          "--out {}: holds {} and no ladder (there is no ladder.json); give a new or empty directory",
          flags_.out, names.empty() ? "" : names[0]);
  }

  // Errors in the data are found before anything is written.
  void read() {
    task_.read(session_.quiet);
    report_.program = "hodhod " HODHOD_VERSION;
    report_.commit = std::string(commit());
    report_.processor = processor_name();
    report_.command = command_line();
    report_.task = task_.name();
    report_.minutes = flags_.minutes;
    report_.seed = flags_.seed;
    report_.threads = thread_count();
    report_.options = lasting_options();
    if (task_.tokenizer()) {
      report_.tokenizer = Json::object();
      for (const Setting& setting : settings_of(flags_.tokenizer))
        report_.tokenizer[setting.name] = setting.value;
    }
    for (const auto& [option, file] : task_.files()) {
      const DataFile data = data_file(option, file);
      report_.data.push_back({option, file, data.hash, data.bytes});
    }
    task_.describe(report_);
  }

  // The options that all of a ladder has in common, with their values. Those that are not among them may
  // change when it goes on, or are compared in another way: files by their content, the tokenizer by itself,
  // the minutes by what each rung has had.
  Json lasting_options() const {
    Json options = Json::object();
    for (const Argument& argument : command_.arguments()) {
      const std::string key = argument.key();
      const bool lasts = !is_one_of(key, {"out", "minutes", "rungs", "list", "restart", "prompt"}) &&
                         !key.starts_with("tokenizer-") && !argument.placeholder().starts_with("FILE");
      if (lasts) options[key] = field_text(argument.field());
    }
    return options;
  }

  static bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  }

  std::string command_line() const {
    std::vector<std::string> words = {"hodhod", "ladder", command_.name()};
    for (const Argument& argument : command_.arguments()) {
      const std::vector<std::string> given = argument.given_words();
      words.insert(words.end(), given.begin(), given.end());
    }
    return shell_line(words);
  }

  // Removes what an earlier ladder of this task left.
  void discard() const {
    for (const Rung& rung : task_.rungs()) remove_tree(directory_of(rung));
    for (const char* name : {"tokenizer", "ladder.json", "index.html"})
      remove_tree(join_path(flags_.out, name));
  }

  // Takes what earlier calls have measured, also of rungs that are not chosen now. Error when it was made
  // with other data.
  void take_up() {
    std::vector<LadderRung> before;
    if (file_exists(path())) {
      const Json json = read_json(path());
      check(json_get<std::string>(json, "task", path()) == task_.name(),
            "{}: is the ladder of another task; give another --out, or --restart", path());
      check(same_data(read_data(json, path())),
            "{}: was made with other data; give another --out, or --restart to start again", path());
      const bool same_tokenizer = json.at("tokenizer") == report_.tokenizer;
      check(same_tokenizer || !is_directory(join_path(flags_.out, "tokenizer")),
            "{}: was made with another tokenizer; give another --out, or --restart to start again", path());
      check_options(json);
      before = read_rungs(json, path());
      check_minutes(before);
      // A report without options is one of the first, whose figures left unknown text free.
      asks_anew_ =
          json.find("options") == nullptr || !(json.at("questions") == report_json(report_).at("questions"));
    }
    for (const Rung& rung : task_.rungs()) {
      const auto found = std::find_if(before.begin(), before.end(),
                                      [&](const LadderRung& one) { return one.name == rung.name; });
      if (found == before.end() && !is_chosen(rung.name)) continue;
      LadderRung& record = report_.rungs.emplace_back(LadderRung{.name = rung.name});
      if (found != before.end()) record = *found;
      record.title = rung.title;
      read_curve(record);
    }
  }

  // What is there was made with these options: with others, its figures would stand under a command that does
  // not give them.
  void check_options(const Json& json) const {
    std::vector<std::string> changed;
    const Json seed = {{"seed", fmt::format("{}", json_get<uint64_t>(json, "seed", path()))}};
    const Json* const kept = json.find("options");
    for (const auto& [name, value] : (kept != nullptr && kept->is_object() ? *kept : seed).items()) {
      const Json* const now = report_.options.find(name);
      if (now != nullptr && !(*now == value))
        changed.push_back(fmt::format("--{} {} (it was {})", name, now->text(), value.text()));
    }
    check(changed.empty(),
          "{}: was made with other options, and now there is {}; give those, another --out, or --restart to "
          "start again",
          path(), fmt::join(changed, ", "));
  }

  void check_minutes(const std::vector<LadderRung>& before) const {
    for (const LadderRung& rung : before) {
      check(
          rung.minutes <= flags_.minutes,
          "{}: {} has been trained for up to {:g} minutes, and now there is --minutes {:g}; give as many or "
          "more, another --out, or --restart to start again",
          path(), rung.name, rung.minutes, flags_.minutes);
    }
  }

  bool is_chosen(const std::string& name) const {
    return std::any_of(rungs_.begin(), rungs_.end(), [&](const Rung& rung) { return rung.name == name; });
  }

  // Files may lie elsewhere now; their bytes count.
  bool same_data(const std::vector<LadderData>& before) const {
    const auto same = [](const LadderData& a, const LadderData& b) {
      return a.option == b.option && a.hash == b.hash && a.bytes == b.bytes;
    };
    return std::equal(before.begin(), before.end(), report_.data.begin(), report_.data.end(), same);
  }

  void read_curve(LadderRung& record) const {
    const std::string metrics = join_path(join_path(flags_.out, record.name), "metrics.jsonl");
    record.curve =
        read_learning_curve(metrics, report_.quality.key, report_.quality.better, report_.seconds());
  }

  // The tokenizer that rungs share. Written under another name first, so that it is complete or not there.
  void make_tokenizer() const {
    const std::string own = join_path(flags_.out, "tokenizer");
    if (!task_.tokenizer() || is_directory(own)) return;
    const TaskTokenizer trained = train_task_tokenizer(flags_.tokenizer, task_.tokenizer_lines());
    announce(trained.persian.note);
    const std::string unfinished = own + ".unfinished";
    remove_tree(unfinished);
    trained.tokenizer.save(unfinished);
    rename_file(unfinished, own);
  }

  void climb_to(size_t i) {
    const Rung& rung = rungs_[i];
    LadderRung& record = *std::find_if(report_.rungs.begin(), report_.rungs.end(),
                                       [&](const LadderRung& one) { return one.name == rung.name; });
    const std::vector<std::string> words = training_words(task_, rung, command_, flags_);
    std::vector<std::string> line = {"hodhod"};
    line.insert(line.end(), words.begin(), words.end());
    const std::string text = shell_line(line);
    const bool trained = record.measured && record.problem.empty() && record.command == text;
    if (trained && !asks_anew_) return;
    const LadderRung before = record;
    record.command = text;
    if (!session_.quiet) announce(fmt::format("\n{} of {}: {}", i + 1, rungs_.size(), rung.title.en));
    if (!trained) train_rung(words, session_, record);
    if (!stop_requested() && record.problem.empty()) {
      record.minutes = flags_.minutes;
      measure(directory_of(rung), record);
    } else if (!record.problem.empty() && before.measured) {
      // Its figures are still those of the model that it had.
      const std::string problem = record.problem;
      record = before;
      record.problem = problem;
    }
    read_curve(record);
    store();
  }

  // A rung that cannot be measured does not end the others.
  void measure(const std::string& directory, LadderRung& record) const {
    record.bytes = model_bytes(directory);
    record.answers.clear();
    try {
      task_.measure(directory, flags_.seed, record);
      record.measured = true;
    } catch (const Error& error) {
      record.measured = false;
      record.problem = error.what();
      announce("hodhod: error: " + with_dashes(record.problem));
    }
  }

  void store() const {
    write_file_atomically(path(), format_json(report_json(report_)) + "\n");
    write_file_atomically(join_path(flags_.out, "index.html"), report_page(report_));
  }

  LadderTask& task_;
  const Command& command_;
  const LadderFlags& flags_;
  const Session& session_;
  std::vector<Rung> rungs_;
  LadderReport report_;
  bool asks_anew_ = false;  // what is there was asked other questions, or measured in another way
};

void add_ladder_of(Command& parent, const std::shared_ptr<LadderTask>& task) {
  Command& command = parent.add_command(std::string(task->name()), task->help());
  auto flags = std::make_shared<LadderFlags>();
  task->declare(command);
  command.add("--out", flags->out, "Directory of the report; a ladder that is there goes on")
      .called("DIR")
      .in(kLadderGroup);
  command.add("--minutes", flags->minutes, "Minutes of training that each rung has", above(0).at_most(1e6))
      .in(kLadderGroup);
  std::vector<std::string> names;
  for (const Rung& rung : task->rungs()) names.push_back(rung.name);
  command.add_fields(
      {field_of("rungs", flags->rungs,
                fmt::format("Rungs to climb, of {}; all if none is given", fmt::join(names, ", ")))},
      kLadderGroup);
  command.add("--list", flags->list, "Print the rungs and what they are trained with").in(kLadderGroup);
  command.add("--seed", flags->seed, "Seed of all rungs, and of what they write").in(kLadderGroup);
  command.add("--restart", flags->restart, "Discard the ladder in the directory of --out and start again")
      .in(kLadderGroup);
  if (const auto usual = task->tokenizer()) {
    flags->tokenizer = *usual;
    command.add_config(flags->tokenizer, "Tokenizer", "tokenizer");
  }
  command.on_run([task, flags, &command](const Session& session) {
    if (flags->list) return list_rungs(*task);
    check(!flags->out.empty(), "--out is missing: a directory for the report");
    return Ladder(*task, command, *flags, session).climb();
  });
}

}  // namespace

void add_ladder(Command& program) {
  Command& ladder = program.add_command(
      "ladder", "Train models of all kinds on the same data for the same time, and compare them");
#define HODHOD_ADD_LADDER(name) add_ladder_of(ladder, name##_ladder());
  HODHOD_LADDERS(HODHOD_ADD_LADDER)
#undef HODHOD_ADD_LADDER
}

}  // namespace hodhod::cli
