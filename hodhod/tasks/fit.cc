// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fit.h"

#include <algorithm>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/data/held_out.h"
#include "hodhod/data/lines.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/tasks/classifier_fitting.h"
#include "hodhod/tasks/fit_language.h"
#include "hodhod/tasks/questions.h"
#include "hodhod/tasks/summaries.h"
#include "hodhod/train/partly_frozen.h"
#include "hodhod/train/run_directory.h"

namespace hodhod {
namespace {

TrainingReport fit(Trainee& trainee, TrainerOptions trainer, const FitOptions& options,
                   const std::string& directory) {
  trainer.steps = options.steps;
  trainer.seed = options.seed;
  trainer.validate_every = std::max<int64_t>(1, options.steps / 10);
  trainer.schedule.warmup = std::min(trainer.schedule.warmup, std::max<int64_t>(1, options.steps / 10));
  if (options.rate) trainer.schedule.rate = *options.rate;
  if (options.change) options.change(trainer);
  return train(trainee, trainer, directory, options.log);
}

// The same for a model of text. If it has an adapter, that is what is trained.
TrainingReport fit(Trainee& trainee, TextModel& text_model, const TrainerOptions& trainer,
                   const FitOptions& options, const std::string& directory) {
  if (!text_model.origin.adapter) return fit(trainee, trainer, options, directory);
  PartlyFrozen adapter(trainee, *text_model.model,
                       frozen_by_adapter(*text_model.model, *text_model.origin.adapter));
  return fit(adapter, trainer, options, directory);
}

// Removes about this share of a text's lines from its end, and returns them.
std::string take_last_lines(std::string& text, double share) {
  const auto size = static_cast<double>(text.size());
  size_t cut = text.size() - static_cast<size_t>(size * share);
  while (cut < text.size() && cut > 0 && text[cut - 1] != '\n') ++cut;
  std::string end = text.substr(cut);
  text.resize(cut);
  return end;
}

}  // namespace

namespace {

TrainingReport fit_counted(TextGenerator& generator, const std::string& text_file, const FitOptions& options,
                           const std::string& directory) {
  TrainerOptions trainer;
  if (options.change) options.change(trainer);
  HeldOutText text = hold_out_end(text_of_files({text_file}), options.dev_share);
  RunDirectory run(directory, RunRecord{});
  LanguageFit fit(generator, text.train, text.dev,
                  {.directory = run.file("counting"), .note = options.log.message});
  return fit_model(fit.task(), {.minutes = trainer.minutes}, run, options.log);
}

}  // namespace

TrainingReport fit(TextGenerator& generator, const std::string& text_file, const FitOptions& options,
                   const std::string& directory) {
  if (is_fitted(generator.config())) return fit_counted(generator, text_file, options, directory);
  std::string text, line;
  for (const auto next = lines_of(text_file); next(line);) text.append(line).push_back('\n');
  check(!text.empty(), "training: {} is empty", text_file);
  const std::string dev = take_last_lines(text, options.dev_share);
  LanguageTraining training;
  training.length = std::min<int64_t>(64, generator.config().max_length());
  training.batch = 12;
  if (generator.lines) training.windows = TrainingWindows::lines;
  training.planned_tokens = static_cast<double>(options.steps * training.batch * training.length);
  LanguageTrainee trainee(generator, text, dev, training, options.seed);
  if (generator.lines && options.log.message) options.log.message(trainee.data());
  return fit(trainee, generator, usual_generation().trainer, options, directory);
}

TrainingReport fit(Translator& translator, const std::string& source_file, const std::string& target_file,
                   const FitOptions& options, const std::string& directory) {
  ParallelReader reader({{source_file}, {target_file}});
  std::vector<TextPair> train;
  while (auto record = reader.next()) {
    if (record->fields[0].empty() || record->fields[1].empty()) continue;
    train.push_back({std::move(record->fields[0]), std::move(record->fields[1])});
  }
  const auto dev = take_out(train, held_out(train.size(), options.dev_share));
  TranslationTraining training;
  training.batches.seed = options.seed;
  TranslationTrainee trainee(translator, train, dev, training);
  return fit(trainee, translator, usual_translation().trainer, options, directory);
}

TrainingReport fit(Classifier& classifier, const std::string& table, const FitOptions& options,
                   const std::string& directory) {
  std::vector<LabelledText> train = read_labelled({table}, classifier.columns).examples;
  const auto out = classifier.is_regression()
                       ? held_out(train.size(), options.dev_share)
                       : held_out_texts(train, classifier.columns.label_separator, options.dev_share);
  auto dev = take_out(train, out);
  ClassifierTraining training;
  training.batches.seed = options.seed;
  if (is_solved(classifier)) {
    ClassifierFitting fitting(classifier, train, std::move(dev), training, {});
    RunDirectory run(directory, RunRecord{});
    return fit_model(fitting.task(), {}, run, options.log);
  }
  const UsualSettings usual = usual_encoding(classifier.encoder.config());
  ClassifierTrainee trainee(classifier, train, std::move(dev), training);
  return fit(trainee, classifier.encoder, usual.trainer, options, directory);
}

TrainingReport fit(Tagger& tagger, const std::string& sentences, const FitOptions& options,
                   const std::string& directory) {
  std::vector<TaggedWords> train = read_tagged({sentences}, {}).sentences;
  auto dev = take_out(train, held_out_sentences(train, options.dev_share));
  TaggerTraining training = usual_tagging(tagger.encoder.config());
  training.batches.seed = options.seed;
  TaggerTrainee trainee(tagger, train, std::move(dev), training);
  return fit(trainee, tagger.encoder, usual_encoding(tagger.encoder.config()).trainer, options, directory);
}

TrainingReport fit(Summarizer& summarizer, const std::string& documents, const FitOptions& options,
                   const std::string& directory) {
  std::vector<SummarizedText> train = read_summaries({documents}).all;
  const auto dev = take_out(train, held_out(train.size(), options.dev_share));
  summarizer.reading.max_source =
      std::min(summarizer.reading.max_source, summarizer.model->sequence_to_sequence()->max_source_length());
  SummaryTraining training;
  training.batches.seed = options.seed;
  TranslationTrainee trainee = summary_trainee(summarizer, train, dev, training);
  return fit(trainee, summarizer, usual_translation().trainer, options, directory);
}

TrainingReport fit(Answerer& answerer, const std::string& questions, const FitOptions& options,
                   const std::string& directory) {
  Questions read = read_questions({questions}, {});
  doubts_about_answers(read, questions);  // an error if the file does not say what the answers are
  std::vector<Question> train = std::move(read.all);
  auto dev = take_out(train, held_out_questions(train, options.dev_share));
  AnswerTraining training{.answers = answerer.options};
  training.answers.windows.max_length =
      std::min(training.answers.windows.max_length, answerer.encoder.config().max_length());
  training.batches.seed = options.seed;
  const UsualSettings usual = usual_encoding(answerer.encoder.config());
  AnswerTrainee trainee(answerer, train, std::move(dev), training);
  return fit(trainee, answerer.encoder, usual.trainer, options, directory);
}

TrainingReport fit(SeriesForecaster& forecaster, const Series& series, const FitOptions& options,
                   const std::string& directory) {
  if (forecaster.by_gradients()) {
    ForecastTrainee trainee(forecaster, series, {}, options.seed);
    return fit(trainee, usual_forecast_training(), options, directory);
  }
  ForecastFitting fitting(forecaster, series);
  RunRecord record;
  record.options = settings_of(forecaster.model->config().clone()->fields());
  RunDirectory run(directory, std::move(record));
  return fit_model({.fitting = fitting,
                    .validate = [&] { return validation_scores(forecaster, series); },
                    .save = [&](const std::string& out) { forecaster.save(out); }},
                   {}, run, options.log);
}

}  // namespace hodhod
