// SPDX-License-Identifier: Apache-2.0
// A new model from a preset's name and a text, on which its tokenizer is trained.
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

// A task's default settings for training.
struct UsualSettings {
  TaskTokenizerOptions tokenizer;
  TrainerOptions trainer;
};
UsualSettings usual_generation();
// The tokenizer of a new language model: characters, or for a model that is counted, all
// words between blanks.
TaskTokenizerOptions usual_language_tokenizer(const ModelConfig& config);
UsualSettings usual_translation();
UsualSettings usual_encoding();  // classifiers, taggers and mask fillers
UsualSettings usual_features();  // models that read features (models/text_features.h)
UsualSettings usual_letters();   // taggers that read letters (models/letters.h)
// The settings of the last three that fit this kind of model.
UsualSettings usual_encoding(const ModelConfig& config);

struct MakeOptions {
  uint64_t seed = 1;                                   // of the initial weights
  std::vector<std::string> model = {};                 // NAME=VALUE: changes to the preset
  std::optional<TaskTokenizerOptions> tokenizer = {};  // replaces the task's default
};

struct NewModel {
  std::unique_ptr<ModelConfig> config;
  std::unique_ptr<text::Tokenizer> tokenizer;
};

// The configuration of `preset` with this head, and a tokenizer trained on `lines`. Error if the preset
// cannot have the head, or an option does not fit.
NewModel new_model(std::string_view preset, HeadKind head, bool reads_source, const text::LineSource& lines,
                   const TaskTokenizerOptions& usual, const MakeOptions& options);

}  // namespace hodhod
