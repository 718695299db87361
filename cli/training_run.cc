// SPDX-License-Identifier: Apache-2.0
#include "cli/training_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "cli/model_card.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/hash.h"
#include "hodhod/base/memory.h"
#include "hodhod/base/progress.h"
#include "hodhod/base/signals.h"
#include "hodhod/data/token_cache.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/adapters.h"
#include "hodhod/nn/module.h"
#include "hodhod/train/partly_frozen.h"

namespace hodhod::cli {
namespace {

// Prints a line on stderr. Errors are ignored: a run must not be lost because its terminal was closed.
void say(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }

std::string without_dashes(const std::string& names) { return names.substr(names.rfind("--") + 2); }

std::string command_text(const Command& command) {
  std::vector<std::string> words = {"hodhod", "train", command.name()};
  for (const Argument& argument : command.arguments()) {
    const std::vector<std::string> given = argument.given_words();
    words.insert(words.end(), given.begin(), given.end());
  }
  return shell_line(words);
}

// Records data by the bytes of the files or, if they cannot be read again (a pipe, standard input), by the
// text that was read.
void add_data(std::vector<DataFile>& data, const ReadOption& read) {
  if (can_be_read_again(read.paths)) {
    for (const std::string& path : read.paths) data.push_back(data_file(read.option, path));
    return;
  }
  const std::string text = read.text(), &path = read.paths[0];
  data.push_back({read.option, path == "-" ? "standard input" : path, text.size(), hash_text(hash64(text))});
}

// Records the configuration and the weights of the model to start from, unless the run replaces that model
// itself.
void add_model(std::vector<DataFile>& data, const TrainFlags& flags) {
  std::error_code problem;
  if (!is_directory(flags.from)) return;
  if (std::filesystem::equivalent(flags.from, flags.out, problem) && !problem) return;
  std::vector<std::string> directories = {flags.from};
  if (is_adapter_directory(flags.from))
    directories.push_back(find_adapter_base(flags.from, read_adapter_config(flags.from)));
  for (const std::string& directory : directories) {
    for (const std::string& name : list_directory(directory)) {
      if (name == "config.json" || name == kAdapterConfig || is_weight_file(name))
        data.push_back(data_file("from", join_path(directory, name)));
    }
  }
}

// A run that trains some parameters reads the others from --from again when it goes on.
void check_base_stays(const TrainFlags& flags) {
  std::error_code problem;
  if (flags.lora.rank == 0 && !flags.train_layers) return;
  const bool same = std::filesystem::equivalent(flags.from, flags.out, problem) && !problem;
  check(!same,
        "--out {}: is the model of --from, which is needed beside what is trained; give another "
        "directory",
        flags.out);
}

std::string model_text(const TrainingReport& report, const TrainFlags& flags) {
  if (report.model_step == 0) return "no model yet: the first validation writes it";
  const std::string best =
      report.best_step > 0 ? fmt::format("best validation {:.4f} at step {}; ", report.best, report.best_step)
                           : "";
  return fmt::format("{}model in {}", best, flags.out);
}

// The message for a run that had already ended.
std::string ended_before(const TrainingReport& report, const TrainFlags& flags) {
  const std::string model = model_text(report, flags);
  switch (report.end) {
    case TrainingEnd::patience:
      return fmt::format(
          "already ended: step {}, {} validations without a better one; {}. Give a greater --patience to go "
          "on.",
          report.steps, flags.trainer.patience, model);
    case TrainingEnd::out_of_time:
      return fmt::format("already ended: step {}, the time was up; {}. Give more --minutes to go on.",
                         report.steps, model);
    default:
      return fmt::format("already finished: step {}; {}. Give more {} to go on.", report.steps, model,
                         flags.epochs ? "--epochs" : "--steps");
  }
}

std::string ended_now(const TrainingReport& report, const TrainFlags& flags, std::string_view unit) {
  const char* end = report.end == TrainingEnd::finished      ? "finished"
                    : report.end == TrainingEnd::out_of_time ? "the time is up"
                    : report.end == TrainingEnd::patience    ? "no better model for a while"
                                                             : "stopped by a signal";
  const std::string speed =
      report.items_per_second > 0 ? fmt::format(", {:.0f} {}/s", report.items_per_second, unit) : "";
  return fmt::format("{}: step {}, {:.0f} s{}; {}", end, report.steps, report.seconds, speed,
                     model_text(report, flags));
}

// The trainer's options. A noam schedule without a width gets the width of the model.
TrainerOptions trainer_options(const TrainFlags& flags, const ModelRecord& model) {
  TrainerOptions options = flags.trainer;
  if (options.schedule.kind != ScheduleKind::noam || options.schedule.width > 0) return options;
  const auto width = std::find_if(model.options.begin(), model.options.end(),
                                  [](const Setting& setting) { return setting.name == "width"; });
  check(width != model.options.end(),
        "--schedule-kind noam: the configuration of this model has no width; give --schedule-width");
  options.schedule.width = std::stoll(width->value);
  return options;
}

// The description of the model in run.json.
ModelRecord model_record(const RunModel& run) {
  return {settings_of(run.model.config().clone()->fields()), parameter_count(run.model),
          run.tokenizer != nullptr ? hash_text(TokenKey(*run.tokenizer).value()) : ""};
}

// What a run begins with: the model and the data on a line, and the notes of its directory.
void say_beginning(const RunModel& model, const std::string& data, const RunDirectory& run, bool quiet) {
  if (!quiet) {
    const std::string tokens =
        model.tokenizer != nullptr
            ? fmt::format(", {} known", count_of(model.tokenizer->vocab_size(), "token"))
            : "";
    const int64_t parameters = parameter_count(model.model);
    say(fmt::format("{}{}{}", data, tokens, parameters > 0 ? ", " + count_of(parameters, "parameter") : ""));
  }
  for (const std::string& note : run.notes()) say(note);
}

// What the run leaves as it is.
std::vector<std::string> frozen_parameters(const RunModel& model, const TrainFlags& flags) {
  if (model.adapter != nullptr) return frozen_by_adapter(model.model, *model.adapter);
  if (flags.train_layers) return parameters_below(model.model, *flags.train_layers);
  return embedding_parameters(model.model);
}

void say_what_is_trained(PartlyFrozen& trainee, const RunModel& model, bool quiet) {
  if (quiet) return;
  int64_t trained = 0, layers = 0;
  for (const auto& [name, parameter] : trainee.parameters()) {
    trained += parameter.numel();
    if (is_adapter_parameter(name) && name.ends_with(".A")) ++layers;
  }
  const int64_t all = parameter_count(model.model);
  std::string adapter;
  if (model.adapter != nullptr) {
    std::set<std::string> names;  // without what stands before them
    for (const std::string& target : model.adapter->config.targets)
      names.insert(target.substr(target.rfind('.') + 1));
    adapter = fmt::format(", with adapters of rank {} on {} layers ({})", model.adapter->config.rank, layers,
                          fmt::join(names, ", "));
  }
  say(fmt::format("{} of {} parameters are trained ({:.2f} %){}", trained, all,
                  100 * static_cast<double>(trained) / static_cast<double>(all), adapter));
}

// Runs what trains or fits, with a progress bar and messages.
TrainingReport with_progress(const char* label, std::string_view unit, bool quiet,
                             const std::function<TrainingReport(const TrainingLog&)>& train_it) {
  std::optional<Progress> progress;  // starts at the run's first step
  TrainingLog log;
  log.progress = [&](int64_t step, int64_t steps, const std::string& note) {
    if (!progress) {
      ProgressOptions options = progress_to_stderr(label, quiet);
      options.unit = unit;
      options.start = step - 1;
      options.total = steps;
      progress.emplace(std::move(options));
    }
    progress->update(step, note);
  };
  if (!quiet) log.message = [&](const std::string& line) { progress ? progress->print(line) : say(line); };
  TrainingReport report = train_it(log);
  if (progress) progress->finish();
  return report;
}

// Error before the first step when it needs more memory than there is: the process would be killed amid it.
void check_memory(const TrainingTask& task, const TrainFlags& flags) {
  check_recompute(task.model.model.config(), flags.trainer.recompute);
  const uint64_t there = total_memory();
  if (!task.step || there == 0) return;
  DescribeOptions options = *task.step;
  options.recompute = flags.trainer.recompute;
  const Description step = describe(task.model.model.config(), options);
  const bool partly = flags.freeze_embedding || flags.train_layers || task.model.adapter != nullptr;
  const int64_t needed = partly ? step.weights + step.activations : step.to_train();
  check(needed < 0 || static_cast<uint64_t>(needed) <= there,
        "a step of {} of {} needs about {} of memory, and this machine has {}; lower --batch or "
        "--length{}",
        count_of(step.batch, "window"), count_of(step.length, "token"),
        format_bytes(static_cast<uint64_t>(needed)), format_bytes(there),
        options.recompute ? "" : ", or give --recompute");
}

// The exit status of a run that ended, after the way to go on if a signal stopped it.
int exit_status(const TrainingReport& report, const TrainFlags& flags) {
  if (report.end != TrainingEnd::signal) return 0;
  say(fmt::format("Give the same command again{} to go on from there.",
                  flags.restart ? ", without --restart," : ""));
  return 128 + stop_signal();
}

}  // namespace

RunDirectory begin_run(const Command& command, const TrainFlags& flags, const std::vector<ReadOption>& data) {
  check(!flags.out.empty(), "--out: the name is empty; name a directory for the model");
  refuse_unused(command, flags);
  check_base_stays(flags);
  RunRecord record{.program = "hodhod " HODHOD_VERSION, .command = command_text(command)};
  for (const Argument& argument : command.arguments())
    record.options.push_back({without_dashes(argument.names()), field_text(argument.field())});
  for (const ReadOption& read : data) {
    if (!read.paths.empty()) add_data(record.data, read);
  }
  if (!flags.from.empty()) add_model(record.data, flags);
  if (!flags.embedding.empty()) {
    const std::string weights = is_directory(flags.embedding) ? weights_in(flags.embedding) : flags.embedding;
    check(!weights.empty(), "--embedding {}: the directory holds no weights", flags.embedding);
    record.data.push_back(data_file("embedding", weights));
  }
  return RunDirectory(flags.out, std::move(record),
                      {.from = flags.from, .restart = flags.restart, .overwrite = flags.overwrite});
}

bool can_be_read_again(const std::vector<std::string>& paths) {
  return std::all_of(paths.begin(), paths.end(), [](const std::string& path) {
    return path != "-" && std::filesystem::is_regular_file(path);
  });
}

std::vector<std::string> or_standard_input(const std::vector<std::string>& paths) {
  return paths.empty() ? std::vector<std::string>{"-"} : paths;
}

void check_text_is_given(const std::vector<std::string>& paths) {
  check(!paths.empty() || ::isatty(STDIN_FILENO) == 0,
        "training: there is no text to train on; name files with --data, or pipe a text into the command");
}

void check_text_is_there(bool is_empty, const std::vector<std::string>& paths) {
  check(!is_empty || !paths.empty(),
        "training: there is no text to train on: standard input is empty; name files with --data");
  check(!is_empty, "training: {} is empty; name a file with text", fmt::join(paths, ", "));
}

void tell_validation(bool validates, const TrainFlags& flags, std::string_view remedy) {
  if (validates) return;
  check(flags.dev.empty(), "--dev {}: there is nothing in it to validate on",
        flags.dev.empty() ? "" : flags.dev[0]);
  check(flags.trainer.patience == 0,
        "--patience {}: there are no data for validation, which it counts; {}, or leave it out",
        flags.trainer.patience, remedy);
  say(fmt::format(
      "No data for validation: the last model is kept, whether it is the best or not. For the best, {}.",
      remedy));
}

int run_training(const TrainingTask& task, const TrainFlags& flags, RunDirectory& run,
                 const Session& session) {
  check_memory(task, flags);
  run.set_model(model_record(task.model));
  say_beginning(task.model, task.data, run, session.quiet);
  const StopSignals signals;
  std::optional<PartlyFrozen> frozen;
  if (flags.freeze_embedding || flags.train_layers || task.model.adapter != nullptr) {
    frozen.emplace(task.trainee, task.model.model, frozen_parameters(task.model, flags));
    say_what_is_trained(*frozen, task.model, session.quiet);
  }
  Trainee& trainee = frozen ? static_cast<Trainee&>(*frozen) : task.trainee;
  const TrainingReport report =
      with_progress("Training", "steps", session.quiet, [&](const TrainingLog& log) {
        return train(trainee, trainer_options(flags, run.record().model), run, log);
      });
  write_model_card(run, task.model, flags, report);
  const bool before = report.steps == report.first_step && report.last.values.empty() &&
                      report.model_step > 0 && report.end != TrainingEnd::signal;
  say(before ? ended_before(report, flags) : ended_now(report, flags, task.unit));
  if (flags.profile) {
    fmt::print("{}the loop around forward, backward and update: {:.2f} %\n", report.profile,
               100 * report.loop_seconds / report.seconds);
  }
  return exit_status(report, flags);
}

int run_fitting(const FittingTask& task, const TrainFlags& flags, RunDirectory& run, const Session& session) {
  run.set_model(model_record(task.model));
  say_beginning(task.model, task.data, run, session.quiet);
  const StopSignals signals;
  const TrainingReport report =
      with_progress("Fitting", task.unit, session.quiet, [&](const TrainingLog& log) {
        return fit_model(task.fitted, {.minutes = flags.trainer.minutes}, run, log);
      });
  write_model_card(run, task.model, flags, report);
  const bool before = report.end == TrainingEnd::finished && report.steps == report.first_step &&
                      report.first_step > 0 && report.last.values.empty();
  say(before ? fmt::format("already finished; model in {}", flags.out)
             : fmt::format("{}: {:.1f} s; {}",
                           report.end == TrainingEnd::finished      ? "finished"
                           : report.end == TrainingEnd::out_of_time ? "the time is up"
                                                                    : "stopped by a signal",
                           report.seconds,
                           report.model_step > 0 ? fmt::format("model in {}", flags.out)
                                                 : "no model yet: the end of the work writes it"));
  return exit_status(report, flags);
}

}  // namespace hodhod::cli
