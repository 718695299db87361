// SPDX-License-Identifier: Apache-2.0
#include "cli/training.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "cli/models.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/progress.h"
#include "hodhod/base/signals.h"

namespace hodhod::cli {

void add_train_flags(Command& command, TrainFlags& flags) {
  command.add("--out", flags.out, "Directory of the model; a run that is there is continued")
      .called("DIR")
      .required();
  command.add("--from", flags.from, "Fine-tune the model in this directory").called("DIR");
  command.add("--preset", flags.preset, "Size and shape of a new model");
  command.add(
      "--model", flags.model_options,
      "NAME=VALUE: change an option of the preset, such as dropout=0.2; a name that is none lists them");
  command.add("--tokenizer", flags.tokenizer_path, "Use this tokenizer rather than train one").called("FILE");
  command.add("--profile", flags.profile, "Print where the time went");
  command.add_config(flags.trainer, "Training");
  command.add_config(flags.tokenizer, "Tokenizer", "tokenizer");
}

TransformerConfig configured(const TrainFlags& flags, int64_t vocabulary) {
  TransformerConfig config = transformer_preset(flags.preset);
  for (const std::string& option : flags.model_options) change_option(config, option);
  config.vocabulary = vocabulary;
  config.pad = kPad;
  config.eos = kEnd;
  // A text without a prompt begins where the one before it ended.
  config.bos = config.shape == TransformerShape::decoder ? kEnd : -1;
  config.decoder_start = kPad;
  check_storable(config);
  return config;
}

namespace {

// Trains a tokenizer for the run and keeps it in its directory.
text::Tokenizer train_own_tokenizer(const TaskTokenizerOptions& options, const text::LineSource& lines,
                                    const std::string& directory) {
  TaskTokenizer trained = train_task_tokenizer(options, lines);
  fmt::print(stderr, "{}\n", trained.persian.note);
  print_warnings(trained.warnings);
  trained.tokenizer.save(directory);
  return std::move(trained.tokenizer);
}

}  // namespace

void tell_about_tokenizer(const text::Tokenizer& tokenizer, const text::LineSource& lines) {
  constexpr size_t kEnough = size_t{1} << 20;
  std::vector<std::string> texts;
  size_t bytes = 0;
  for (std::string line; bytes < kEnough && lines(line); bytes += line.size()) texts.push_back(line);
  const std::string warning = unknown_warning(tokenizer, texts);
  if (!warning.empty()) print_warnings({&warning, 1});
}

std::unique_ptr<text::Tokenizer> choose_tokenizer(const TrainFlags& flags, const text::LineSource& lines) {
  const std::string path = !flags.tokenizer_path.empty() ? flags.tokenizer_path
                           : !flags.from.empty()         ? flags.from
                           : has_tokenizer(flags.out)    ? flags.out
                                                         : "";
  if (!path.empty()) {
    auto known = std::make_unique<text::Tokenizer>(load_tokenizer(path));
    tell_about_tokenizer(*known, lines);
    return known;
  }
  // What is wrong with the model's options is said before a tokenizer is trained for it.
  configured(flags, flags.tokenizer.vocabulary).validate();
  return std::make_unique<text::Tokenizer>(train_own_tokenizer(flags.tokenizer, lines, flags.out));
}

FineTuning fine_tuning(const TrainFlags& flags, const text::LineSource& lines) {
  FineTuning options{.seed = flags.trainer.seed, .tokenizer = flags.tokenizer_path};
  options.fresh_layers = flags.fresh_layers;
  options.change = [&flags](TransformerConfig& config) {
    for (const std::string& option : flags.model_options) change_option(config, option);
  };
  if (flags.tokenizer_path.empty() && is_directory(flags.from) && !has_tokenizer(flags.from)) {
    const int64_t known = load_transformer_config(flags.from).vocabulary;
    if (!has_tokenizer(flags.out)) {
      fmt::print(stderr, "{} has no tokenizer: one of at most {} tokens is trained on the data\n", flags.from,
                 known);
      TaskTokenizerOptions smaller = flags.tokenizer;
      smaller.vocabulary = std::min(smaller.vocabulary, known);
      train_own_tokenizer(smaller, lines, flags.out);
    }
    options.tokenizer = flags.out;
  }
  return options;
}

TransformerConfig configured_encoder(const TrainFlags& flags, const text::Tokenizer& tokenizer) {
  TransformerConfig config = configured(flags, tokenizer.vocab_size());
  check(config.shape == TransformerShape::encoder,
        "--preset {}: its shape is {}; this task needs an encoder, such as bert-tiny or bert-small",
        flags.preset, names_of(config.shape)[static_cast<size_t>(config.shape)]);
  config.pad = tokenizer.role("pad_token").value_or(0);
  config.eos = -1;
  return config;
}

void set_encoder_defaults(TrainFlags& flags) {
  flags.preset = "bert-tiny";
  flags.tokenizer.kind = TokenizerKind::wordpiece;
  flags.tokenizer.special = SpecialTokens::encoder;
  flags.tokenizer.blanks = Blanks::joined;
  flags.trainer.steps = 2000;
  flags.trainer.validate_every = 200;
  flags.trainer.schedule = {.kind = ScheduleKind::linear, .rate = 5e-4, .warmup = 200};
  flags.trainer.optimizer.beta2 = 0.999;
  flags.trainer.optimizer.epsilon = 1e-8;
  flags.trainer.optimizer.weight_decay = 0.01;
}

void tell_bad_lines(const BadLines& bad) {
  if (bad.count() == 0) return;
  fmt::print(stderr, "{} bad lines were skipped, the first: {}\n", bad.count(), bad.examples()[0]);
}

void add_epochs(Command& command, TrainFlags& flags) {
  command.add("--epochs", flags.epochs, "Number of passes over the data, instead of --steps", above(0))
      .excludes("--steps");
}

void add_fresh_layers(Command& command, TrainFlags& flags) {
  command
      .add("--fresh-layers", flags.fresh_layers,
           "Number of last layers of the model of --from to reinitialise", at_least(0))
      .needs("--from");
}

void apply_epochs(TrainFlags& flags, int64_t batches_in_epoch) {
  if (!flags.epochs) return;
  const double updates =
      static_cast<double>(batches_in_epoch) / static_cast<double>(flags.trainer.accumulate);
  flags.trainer.steps = std::max<int64_t>(1, std::llround(*flags.epochs * updates));
}

void tell_what_is_new(const std::vector<std::string>& parameters, const TrainFlags& flags) {
  if (parameters.empty()) return;
  std::string names;
  for (const std::string& name : parameters) names += (names.empty() ? "" : ", ") + name;
  fmt::print(stderr, "{} has no {}: new, drawn with seed {}\n", flags.from, names, flags.trainer.seed);
}

int run_training(Trainee& trainee, const TrainFlags& flags, const Session& session, std::string_view unit) {
  const StopSignals signals;
  ProgressOptions progress_options = progress_to_stderr("Training", session.quiet);
  progress_options.unit = "steps";
  progress_options.total = flags.trainer.steps;
  Progress progress(std::move(progress_options));
  TrainingLog log;
  log.progress = [&](int64_t step, int64_t, const std::string& note) { progress.update(step, note); };
  if (!session.quiet) log.message = [&](const std::string& line) { progress.print(line); };
  const TrainingReport report = train(trainee, flags.trainer, flags.out, log);
  progress.finish();
  const char* end = report.end == TrainingEnd::finished      ? "finished"
                    : report.end == TrainingEnd::out_of_time ? "the time is up"
                    : report.end == TrainingEnd::patience    ? "no better model for a while"
                                                             : "stopped by a signal";
  const std::string best =
      report.best_step > 0 ? fmt::format("best validation {:.4f} at step {}; ", report.best, report.best_step)
                           : "";
  fmt::print(stderr, "{}: step {}, {:.0f} s, {:.0f} {}/s; {}model in {}\n", end, report.steps, report.seconds,
             report.items_per_second, unit, best, flags.out);
  if (flags.profile) {
    fmt::print("{}the loop around forward, backward and update: {:.2f} %\n", report.profile,
               100 * report.loop_seconds / report.seconds);
  }
  if (report.end == TrainingEnd::signal) {
    fmt::print(stderr, "Give the same command again to go on from there.\n");
    return 128 + stop_signal();
  }
  return 0;
}

}  // namespace hodhod::cli
