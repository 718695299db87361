// SPDX-License-Identifier: Apache-2.0
// hodhod train generate: trains a language model on plain text.
#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/fit_language.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
namespace {

struct TrainGenerateFlags : TrainFlags {
  LanguageTraining training;
  std::string memory;  // for sorting, in a model that is counted; empty: not given
};

// Cuts off the end of the text and returns it: about this share, from the beginning of a line on. Returns an
// empty text if no line begins there.
std::string take_end(std::string& text, double share) {
  size_t cut = text.size() - static_cast<size_t>(static_cast<double>(text.size()) * share);
  while (cut < text.size() && cut > 0 && text[cut - 1] != '\n') ++cut;
  std::string end = text.substr(cut);
  text.resize(cut);
  return end;
}

// Whether the tokenizer has a line end as a token like others only if it occurs in the text that it learns
// from: pieces of words have a place for it in any case.
bool learns_line_ends(const TrainGenerateFlags& flags) {
  if (flags.training.windows == TrainingWindows::lines) return false;
  return flags.tokenizer.kind == TokenizerKind::character || flags.tokenizer.kind == TokenizerKind::word;
}

TextGenerator make_generator(const TrainGenerateFlags& flags, const RunDirectory& run,
                             const std::string& train) {
  const LineEnds ends = learns_line_ends(flags) ? LineEnds::kept : LineEnds::dropped;
  return model_to_train(
      flags, run, lines_of(train, ends),
      [&](const FineTuning& tuning) { return TextGenerator::load(flags.from, tuning); },
      [&](ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        config.set_max_length(std::max(config.max_length(), flags.training.length));
        return TextGenerator::make(config, std::move(tokenizer), flags.trainer.seed);
      });
}

// ---- models that are counted ----

void refuse_what_is_not_for_counting(const Command& command, const TrainGenerateFlags& flags) {
  refuse_training(command, flags, "counted from a text", {"--length", "--batch", "--windows"});
}

// The same text. The first time that it is read to its end, tells of lines that are not UTF-8.
OpenText telling_of_bytes(OpenText text) {
  return [text = std::move(text), told = std::make_shared<bool>(false)]() -> text::LineSource {
    return
        [next = text(), told, found = LinesNotUtf8(), line_number = int64_t{0}](std::string& line) mutable {
          if (next(line)) {
            ++line_number;
            if (!*told) found.look_at(line, [&] { return fmt::format("line {}", line_number); });
            return true;
          }
          if (!std::exchange(*told, true)) tell(found.notes());
          return false;
        };
  };
}

// The text to count from. A pipe is read into `held`, since it cannot be read twice.
OpenText text_to_count(const TrainGenerateFlags& flags, std::string& held, bool quiet) {
  if (!flags.data.empty() && can_be_read_again(flags.data))
    return telling_of_bytes(text_of_files(flags.data));
  held = read_text(flags.data, quiet);
  check_text_is_there(held.empty(), flags.data);
  return text_in_memory(held);
}

TextGenerator make_counted(const TrainGenerateFlags& flags, const RunDirectory& run, const OpenText& text) {
  const bool one_sequence = !configured(flags)->reads_lines() && learns_line_ends(flags);
  const text::LineSource lines = [next = text(), one_sequence](std::string& line) {
    if (!next(line)) return false;
    if (one_sequence) line.push_back('\n');
    return true;
  };
  auto tokenizer = choose_tokenizer(flags, run, lines);
  const auto config = configured(flags, *tokenizer);
  const auto role = [&](const char* name) { return int64_t{tokenizer->role(name).value_or(-1)}; };
  const int64_t begin = role("bos_token"), end = role("eos_token");
  config->set_special({.pad = role("pad_token"), .bos = begin >= 0 ? begin : end, .eos = end});
  return TextGenerator::make(*config, std::move(tokenizer), flags.trainer.seed);
}

int count_model(const Command& command, const TrainGenerateFlags& flags, const Session& session) {
  refuse_what_is_not_for_counting(command, flags);
  std::string held, dev;
  OpenText text = text_to_count(flags, held, session.quiet);
  if (!flags.dev.empty()) dev = read_text(flags.dev, session.quiet);
  RunDirectory run = begin_run(command, flags,
                               {{"data", or_standard_input(flags.data), [&] { return held; }},
                                {"dev", flags.dev, [&] { return dev; }}});
  if (flags.dev.empty() && flags.dev_share > 0) {
    HeldOutText parts = hold_out_end(std::move(text), flags.dev_share);
    text = std::move(parts.train);
    dev = std::move(parts.dev);
  }
  TextGenerator generator = make_counted(flags, run, text);
  LanguageFit fit(
      generator, std::move(text), dev,
      {.directory = run.file("counting"),
       .memory = flags.memory.empty() ? 0 : static_cast<uint64_t>(parse_bytes("--memory", flags.memory)),
       .validation_tokens = flags.training.validation_tokens,
       .note = [](const std::string& note) { fmt::print(stderr, "{}\n", note); }});
  tell_validation(fit.validates(), flags, "give some with --dev, or text of more lines for --dev-share");
  const int status = run_fitting(
      {.fitted = fit.task(), .model = generator, .data = "a text to count from", .unit = "blocks"}, flags,
      run, session);
  if (!session.quiet && status == 0) fmt::print(stderr, "{}\n", generator.config().summary());
  return status;
}

// Sets the usual tokenizer of the preset, where the command line does not say another.
void set_usual_tokenizer(const Command& command, TrainGenerateFlags& flags) {
  if (!flags.from.empty()) return;
  const TaskTokenizerOptions usual = usual_language_tokenizer(*preset_of(flags));
  if (!command.was_given("--tokenizer-kind")) flags.tokenizer.kind = usual.kind;
  if (!command.was_given("--tokenizer-word-ends")) flags.tokenizer.word_ends = usual.word_ends;
  if (!command.was_given("--tokenizer-vocabulary") && flags.tokenizer.kind == usual.kind)
    flags.tokenizer.vocabulary = usual.vocabulary;
}

void refuse_what_is_for_counting(const TrainGenerateFlags& flags) {
  check(flags.memory.empty(),
        "--memory is for models that are counted, such as --preset ngram; leave it out");
  if (flags.from.empty() || !is_directory(flags.from)) return;
  check(!is_fitted(*ModelDirectory::open(flags.from).config),
        "--from {}: is a model that was counted from its text, and cannot be trained further", flags.from);
}

int train_generate(const Command& command, const TrainGenerateFlags& flags, const Session& session) {
  check_text_is_given(flags.data);
  if (flags.from.empty() && is_fitted(*preset_of(flags))) return count_model(command, flags, session);
  refuse_what_is_for_counting(flags);
  std::string train = read_text(flags.data, session.quiet), dev;
  if (!flags.dev.empty()) dev = read_text(flags.dev, session.quiet);
  check_text_is_there(train.empty(), flags.data);
  RunDirectory run = begin_run(command, flags,
                               {{"data", or_standard_input(flags.data), [&] { return train; }},
                                {"dev", flags.dev, [&] { return dev; }}});
  if (flags.dev.empty()) dev = take_end(train, flags.dev_share);
  TextGenerator generator = make_generator(flags, run, train);
  LanguageTraining training = flags.training;
  training.token_cache = run.file("train.tokens");
  training.planned_tokens = static_cast<double>(flags.trainer.steps) *
                            static_cast<double>(flags.trainer.accumulate * training.batch * training.length);
  LanguageTrainee trainee(generator, train, dev, training, flags.trainer.seed);
  tell_validation(trainee.validates(), flags, "give some with --dev, or text of more lines for --dev-share");
  return run_training({.trainee = trainee,
                       .model = generator,
                       .data = trainee.data(),
                       .step = DescribeOptions{.batch = training.batch, .length = training.length}},
                      flags, run, session);
}

}  // namespace

void declare_train_generate(Command& command) {
  auto flags = std::make_shared<TrainGenerateFlags>();
  flags->preset = "gpt-tiny";
  set_usual(*flags, usual_generation());
  flags->training.length = 64;
  flags->training.batch = 12;
  command.add("--data", flags->data, "Text files (.gz and .zst too); standard input if there is none")
      .called("FILE");
  command.add("--dev", flags->dev, "Text for validation").called("FILE");
  flags->dev_share = 0.1;
  add_dev_share(command, *flags);
  add_train_flags(command, *flags);
  command.add_config(flags->training, "Language model");
  command
      .add("--memory", flags->memory,
           "For a model that is counted: memory for sorting, such as 2G; a part of what is free if not given")
      .called("BYTES");
  command.on_prepare([flags, &command] { set_usual_tokenizer(command, *flags); });
  command.on_run(
      [flags, &command](const Session& session) { return train_generate(command, *flags, session); });
}

}  // namespace hodhod::cli
