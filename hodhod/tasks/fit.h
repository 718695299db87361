// SPDX-License-Identifier: Apache-2.0
// Training in one call: a model on the data of files, as `hodhod train` does it. Given again, the call goes
// on with a run that was stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct FitOptions {
  int64_t steps = 1000;                              // updates
  std::optional<double> rate = {};                   // highest learning rate; none: the task's usual one
  uint64_t seed = 1;                                 // of the order of the data and of dropout
  double dev_share = 0.1;                            // of the data that is held out for validation
  TrainingLog log = {};                              // who hears how it goes
  std::function<void(TrainerOptions&)> change = {};  // of everything else
};

// Trains and writes the best model, with what resuming needs, into `directory`. Errors are those of the
// data's readers and of train(). The model in memory ends as the last step left it.
TrainingReport fit(TextGenerator& generator, const std::string& text_file, const FitOptions& options,
                   const std::string& directory);
// Line i of `target_file` is the translation of line i of `source_file`.
TrainingReport fit(Translator& translator, const std::string& source_file, const std::string& target_file,
                   const FitOptions& options, const std::string& directory);
// A table or JSON lines (read_labelled), and sentences with tags (read_tagged).
TrainingReport fit(Classifier& classifier, const std::string& table, const FitOptions& options,
                   const std::string& directory);
TrainingReport fit(Tagger& tagger, const std::string& sentences, const FitOptions& options,
                   const std::string& directory);

}  // namespace hodhod
