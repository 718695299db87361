// SPDX-License-Identifier: Apache-2.0
#include "cli/ladder_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "hodhod/base/file.h"
#include "hodhod/base/process.h"
#include "hodhod/base/signals.h"

namespace hodhod::cli {
namespace {

void append_words(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

// Whether an option of the tokenizer has a meaning for one that a rung trains for itself, of whole words.
bool is_for_own_tokenizer(const Argument& argument) {
  return argument.key() != "tokenizer-kind" && argument.key() != "tokenizer-vocabulary";
}

}  // namespace

std::vector<std::string> training_words(const LadderTask& task, const Rung& rung, const Command& command,
                                        const LadderFlags& flags) {
  std::vector<std::string> words = {"train", std::string(task.name()), "--preset", rung.preset};
  std::vector<std::string> model = rung.model;
  append_words(model, task.model_options());
  if (!model.empty()) {
    words.emplace_back("--model");
    append_words(words, model);
  }
  append_words(words, rung.options);
  for (const Argument& argument : command.arguments()) {
    if (argument.group() == kLadderGroup) continue;
    const bool of_tokenizer = argument.key().starts_with("tokenizer-");
    if (!of_tokenizer || (!rung.shares_tokenizer && is_for_own_tokenizer(argument)))
      append_words(words, argument.given_words());
  }
  append_words(words, task.further_words());
  if (task.tokenizer() && rung.shares_tokenizer)
    append_words(words, {"--tokenizer", join_path(flags.out, "tokenizer")});
  append_words(words, {"--minutes", fmt::format("{}", flags.minutes), "--seed", fmt::format("{}", flags.seed),
                       "--out", join_path(flags.out, rung.name)});
  return words;
}

void train_rung(const std::vector<std::string>& words, const Session& session, LadderRung& rung) {
  std::vector<std::string> all = {own_program()};
  if (session.quiet) all.emplace_back("--quiet");
  if (session.threads > 0) append_words(all, {"--threads", fmt::format("{}", session.threads)});
  append_words(all, words);
  const auto begin = std::chrono::steady_clock::now();
  const ProcessEnd end = run_process(all);
  rung.wall_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rung.processor_seconds += end.processor_seconds;
  rung.peak_memory = std::max(rung.peak_memory, end.peak_memory);
  rung.measured = false;
  rung.problem =
      end.status == 0 || stop_requested() ? "" : fmt::format("its training ended with status {}", end.status);
}

uint64_t model_bytes(const std::string& directory) {
  uint64_t bytes = 0;
  for (const std::string& name : list_directory(directory)) {
    const std::string path = join_path(directory, name);
    if (!is_directory(path) && name != "metrics.jsonl") bytes += file_size(path);
  }
  return bytes;
}

}  // namespace hodhod::cli
