// SPDX-License-Identifier: Apache-2.0
// Training a model on files in one call, as `hodhod train` does. Repeating the call resumes a run that was
// stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hodhod/tasks/answer.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/forecast.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/summarize.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct FitOptions {
  int64_t steps = 1000;                              // updates
  std::optional<double> rate = {};                   // peak learning rate; none: the task's default
  uint64_t seed = 1;                                 // of the data's order and of dropout
  double dev_share = 0.1;                            // share of the data held out for validation
  TrainingLog log = {};                              // receives progress
  std::function<void(TrainerOptions&)> change = {};  // changes any other option
};

// Trains and writes the best model, with what resuming needs, into `directory`. A language model of a kind
// that is counted is counted; of the options, those of training by gradients have no effect. Errors come from
// the data's readers and from train(). Afterwards the model in memory is that of the last step.
TrainingReport fit(TextGenerator& generator, const std::string& text_file, const FitOptions& options,
                   const std::string& directory);
// Line i of `target_file` is the translation of line i of `source_file`.
TrainingReport fit(Translator& translator, const std::string& source_file, const std::string& target_file,
                   const FitOptions& options, const std::string& directory);
// A classifier reads a table or JSON lines (read_labelled); one that is linear in features is solved, and of
// the options `dev_share` and `log` alone have a meaning. A tagger reads sentences with tags (read_tagged).
TrainingReport fit(Classifier& classifier, const std::string& table, const FitOptions& options,
                   const std::string& directory);
TrainingReport fit(Tagger& tagger, const std::string& sentences, const FitOptions& options,
                   const std::string& directory);
// Documents with their summaries (read_summaries), and questions with their texts and answers
// (read_questions).
TrainingReport fit(Summarizer& summarizer, const std::string& documents, const FitOptions& options,
                   const std::string& directory);
TrainingReport fit(Answerer& answerer, const std::string& questions, const FitOptions& options,
                   const std::string& directory);
// A summarizer learns from documents, as above.
TrainingReport fit(Summarizer&, const std::string&, const std::string&, const FitOptions&,
                   const std::string&) = delete;
// On the series that the forecaster was made for, whose parts decide what it is validated on. For a model
// that is solved, `steps` and `rate` have no meaning.
TrainingReport fit(SeriesForecaster& forecaster, const Series& series, const FitOptions& options,
                   const std::string& directory);

}  // namespace hodhod
