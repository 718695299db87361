// SPDX-License-Identifier: Apache-2.0
// The training of a rung: `hodhod train` in a process of its own, so that its processor time and its memory
// are its own, and one that fails does not end the others.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/ladder_task.h"
#include "hodhod/ladder/report.h"

namespace hodhod::cli {

struct LadderFlags {
  std::string out;
  double minutes = 3;
  uint64_t seed = 1;
  std::vector<std::string> rungs;
  bool list = false, restart = false;
  TaskTokenizerOptions tokenizer;
};

// The words after "hodhod" that train the rung.
std::vector<std::string> training_words(const LadderTask& task, const Rung& rung, const Command& command,
                                        const LadderFlags& flags);

// Trains the rung, or lets its training go on, and adds to its times; sets `problem` if it ends without a
// model.
void train_rung(const std::vector<std::string>& words, const Session& session, LadderRung& rung);

// The bytes of a model's files, without those of its training.
uint64_t model_bytes(const std::string& directory);

}  // namespace hodhod::cli
