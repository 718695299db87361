// SPDX-License-Identifier: Apache-2.0
// A new model from the name of a preset and the text that it is for: its tokenizer is trained on that text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/text/training/count_words.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// How a task trains unless it is told otherwise.
struct UsualSettings {
  TaskTokenizerOptions tokenizer;
  TrainerOptions trainer;
};
UsualSettings usual_generation();
UsualSettings usual_translation();
UsualSettings usual_encoding();  // of classifiers, taggers and mask fillers

struct MakeOptions {
  uint64_t seed = 1;                                   // of the initial weights
  std::vector<std::string> model = {};                 // NAME=VALUE: changes of the preset
  std::optional<TaskTokenizerOptions> tokenizer = {};  // in place of the task's usual one
};

struct NewModel {
  std::unique_ptr<ModelConfig> config;
  std::unique_ptr<text::Tokenizer> tokenizer;
};

// The configuration of `preset` for a head, and a tokenizer of `lines`. Error when the preset cannot carry
// the head, or an option does not fit.
NewModel new_model(std::string_view preset, HeadKind head, bool reads_source, const text::LineSource& lines,
                   const TaskTokenizerOptions& usual, const MakeOptions& options);

}  // namespace hodhod
