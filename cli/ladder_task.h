// SPDX-License-Identifier: Apache-2.0
// What a task brings to `hodhod ladder`: its rungs, its data, and how its models are compared. A new one
// consists of its own file, with a function NAME_ladder() that makes it, and its name in command_ladder.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "hodhod/ladder/report.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/text/training/count_words.h"

namespace hodhod::cli {

// One kind of model: what `hodhod train TASK` is told for it.
struct Rung {
  std::string name;  // of its directory
  Bilingual title;
  std::string preset;
  std::vector<std::string> model = {};    // NAME=VALUE of --model
  std::vector<std::string> options = {};  // further words
  bool shares_tokenizer = true;           // false: it reads words, and trains a tokenizer of its own
};

// The group of options that belong to the ladder. Those of other groups are handed on to `hodhod train`.
inline constexpr const char* kLadderGroup = "Ladder";

class LadderTask {
 public:
  virtual ~LadderTask() = default;

  virtual std::string_view name() const = 0;  // of the task: `hodhod train NAME`
  virtual std::string help() const = 0;
  // All rungs, from the simplest up.
  virtual std::vector<Rung> rungs() const = 0;

  // Adds the options that say what the data are.
  virtual void declare(Command& command) = 0;
  // Reads the data. Error for what `hodhod train` would refuse.
  virtual void read(bool quiet) = 0;
  // The option and the path of every file that was read.
  virtual std::vector<std::pair<std::string, std::string>> files() const = 0;
  // What the shared tokenizer is made with, unless the command line says otherwise, and the lines that it is
  // trained on; none for a task without texts.
  virtual std::optional<TaskTokenizerOptions> tokenizer() const { return std::nullopt; }
  virtual text::LineSource tokenizer_lines() const { return {}; }
  // Assignments of --model that every rung gets, such as the horizon of a forecast; and what else each is
  // told.
  virtual std::vector<std::string> model_options() const { return {}; }
  virtual std::vector<std::string> further_words() const { return {}; }

  // Sets the report's quality, unit, notes, questions and window.
  virtual void describe(LadderReport& report) const = 0;
  // Scores the model in the directory, lets it answer the questions, and sets what is measured in `rung`.
  virtual void measure(const std::string& directory, uint64_t seed, LadderRung& rung) const = 0;
};

}  // namespace hodhod::cli
