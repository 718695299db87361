// SPDX-License-Identifier: Apache-2.0
// hodhod train classify: trains a classifier of texts or pairs of texts, or a regression.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/held_out.h"
#include "hodhod/data/lines.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/classifier_examples.h"
#include "hodhod/tasks/classifier_fitting.h"
#include "hodhod/tasks/classify.h"

namespace hodhod::cli {
namespace {

constexpr size_t kSampleTexts = 5000;  // for the tokenizer of a model that reads features

struct TrainClassifyFlags : TrainFlags {
  bool regression = false;
  LabelledColumns columns;
  ClassifierTraining training;
  SolverOptions solver;
};

double mean_label(const std::vector<LabelledText>& examples) {
  double sum = 0;
  for (const LabelledText& example : examples) sum += parse_number(example.label).value_or(0);
  return sum / static_cast<double>(examples.size());
}

std::string text_of_examples(const std::vector<LabelledText>& examples) {
  std::string text;
  for (const LabelledText& example : examples) {
    text += example.label;
    for (const std::string& part : example.texts) text.append("\t").append(part);
    for (const double number : example.numbers) text += fmt::format("\t{}", number);
    text += '\n';
  }
  return text;
}

// Which examples are held out for validation: for numbers, evenly spread; for labels, the same share of each
// label's examples.
std::vector<bool> held_out_examples(const TrainClassifyFlags& flags,
                                    const std::vector<LabelledText>& examples) {
  if (flags.regression) return held_out(examples.size(), flags.dev_share);
  return held_out_texts(examples, flags.columns.label_separator, flags.dev_share);
}

// All labels in the data for training and validation. Prints doubts about those for training.
Labels labels_of(const TrainClassifyFlags& flags, const std::vector<LabelledText>& train,
                 const std::vector<LabelledText>& dev) {
  if (flags.regression) return {};
  const auto occurrences = [&](const std::vector<LabelledText>& examples) {
    std::vector<std::string> labels;
    for (const LabelledText& example : examples) {
      for (std::string& label : split_labels(example.label, flags.columns.label_separator)) {
        labels.push_back(std::move(label));
      }
    }
    return labels;
  };
  std::vector<std::string> all = occurrences(train);
  const std::vector<std::string> further = occurrences(dev);
  tell(doubts_about_labels(all));
  tell(doubts_about_validation(all, further));
  all.insert(all.end(), further.begin(), further.end());
  return Labels::of(std::move(all));
}

// What a new tokenizer is trained on.
text::LineSource lines_for_tokenizer(const TrainClassifyFlags& flags,
                                     const std::vector<LabelledText>& train) {
  const size_t texts = train[0].texts.size();
  const bool features = flags.from.empty() && preset_of(flags)->reads_features();
  const bool no_text = features && std::all_of(train.begin(), train.end(),
                                               [](const LabelledText& one) { return one.texts[0].empty(); });
  // A model of numbers alone has a tokenizer that knows no more than their names.
  if (no_text && !flags.columns.numbers.empty()) return lines_in(flags.columns.numbers);
  // Features are counted apart from the tokenizer, which needs no more than a sample to know the language.
  const size_t lines = std::min(texts * train.size(), features ? kSampleTexts : SIZE_MAX);
  return lines_of(lines, [&train, texts](size_t i) { return train[i / texts].texts[i % texts]; });
}

Classifier make_classifier(const TrainClassifyFlags& flags, const RunDirectory& run,
                           const std::vector<LabelledText>& train, const std::vector<LabelledText>& dev,
                           std::vector<WordList>& words) {
  Labels labels = labels_of(flags, train, dev);
  const bool several = !flags.columns.label_separator.empty();
  check(!flags.regression || !several, "training: --regression takes numbers, and --label-separator labels");
  check(flags.regression || labels.size() >= (several ? 1 : 2),
        "training: {} has one label only ({}); there is nothing to tell apart", flags.data[0],
        labels.empty() ? "none" : labels.name(0));
  check(labels.size() <= 10000,
        "training: {} has {} different labels; say with --label which column they are in, or --regression if "
        "they are numbers",
        flags.data[0], labels.size());
  const ProblemKind problem = flags.regression ? ProblemKind::regression
                              : several        ? ProblemKind::multi_label
                                               : ProblemKind::single_label;
  Classifier classifier = model_to_train(
      flags, run, lines_for_tokenizer(flags, train),
      [&](const FineTuning& tuning) { return Classifier::from(flags.from, labels, problem, tuning); },
      [&](const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        const auto own = config.clone();
        words = learn_features(*own, *tokenizer, train, flags.columns.numbers);
        return Classifier::make(*own, std::move(tokenizer), labels, problem, flags.trainer.seed);
      });
  classifier.columns = flags.columns;
  return classifier;
}

// "2 labels", as the message that a run begins with says what is predicted.
std::string kind_text(const TrainClassifyFlags& flags, const Classifier& classifier) {
  if (flags.regression) return "regression";
  const bool several = classifier.problem() == ProblemKind::multi_label;
  return fmt::format("{}{}", count_of(classifier.labels.size(), "label"), several ? " (several a text)" : "");
}

std::string texts_text(size_t train, int64_t cut, size_t dev, const Classifier& classifier,
                       const TrainClassifyFlags& flags) {
  const std::string cut_text =
      cut > 0 ? fmt::format(" ({} cut to {} tokens)", cut, length_limit(classifier.encoder)) : "";
  // The size of a table that is as large as the texts make it.
  const ModelConfig& config = classifier.encoder.config();
  const std::string table =
      config.reads_features()
          ? fmt::format(", a table of {} rows in {}", with_commas(config.vocabulary()),
                        format_bytes(sizeof(float) *
                                     static_cast<uint64_t>(parameter_count(*classifier.encoder.model))))
          : "";
  return fmt::format("{} to train on{}, {} for validation, {}{}",
                     count_of(static_cast<int64_t>(train), "text"), cut_text, dev,
                     kind_text(flags, classifier), table);
}

// In fastText's files blanks part words, and in libsvm's files features with values.
void take_format_defaults(const Command& command, TrainClassifyFlags& flags) {
  const CorpusFormat format = flags.columns.format;
  if (format != CorpusFormat::libsvm && format != CorpusFormat::fasttext) return;
  const bool features = flags.from.empty() && preset_of(flags)->reads_features();
  check(features || format != CorpusFormat::libsvm,
        "--format libsvm: its features have no order; give a model that reads features, as --preset bow");
  const bool valued = std::any_of(flags.model_options.begin(), flags.model_options.end(),
                                  [](const std::string& option) { return option.starts_with("valued="); });
  if (format == CorpusFormat::libsvm && !valued)
    flags.model_options.insert(flags.model_options.begin(), "valued=yes");
  if (features && !command.was_given("--tokenizer-word-ends")) flags.tokenizer.word_ends = WordEnds::blanks;
}

int solve(const Command& command, const TrainClassifyFlags& flags, Classifier& classifier,
          const std::vector<LabelledText>& train, std::vector<LabelledText> dev,
          std::span<const WordList> words, RunDirectory& run, const Session& session) {
  BatchOptions batches;
  std::vector<std::string> further = options_of(fields_of(batches), "batches-");
  further.push_back("--epochs");
  refuse_training(command, flags, "solved", further);
  const auto dev_size = dev.size();
  ClassifierFitting fitting(classifier, train, std::move(dev), flags.training, flags.solver, words);
  const int status =
      run_fitting({.fitted = fitting.task(),
                   .model = classifier.encoder,
                   .data = texts_text(train.size(), fitting.cut(), dev_size, classifier, flags),
                   .unit = "iterations"},
                  flags, run, session);
  if (fitting.fitting().finished() && !fitting.fitting().converged()) {
    tell({fmt::format(
        "the minimum is not reached to the tolerance after {} iterations (the gradient's norm is "
        "{:.2g}); raise --solver-iterations or --solver-tolerance",
        flags.solver.iterations, fitting.fitting().gradient_norm())});
  }
  return status;
}

int train_classify(const Command& command, TrainClassifyFlags& flags, const Session& session) {
  check(!flags.regression || !command.was_given("--label-smoothing"),
        "--label-smoothing: a regression has no labels; leave it out, or --regression");
  for (const std::string& option : flags.model_options) {
    check(!option.starts_with("problem="),
          "--model {}: what the labels are follows from the data; give --regression for numbers, "
          "--label-separator for several labels of a text, and neither for one label",
          option);
  }
  check(!command.was_given("--label-separator") || !flags.columns.label_separator.empty(),
        "--label-separator: is empty; give the text that stands between two labels, or leave it out");
  take_defaults_of_kind(command, flags);
  take_format_defaults(command, flags);
  std::vector<LabelledText> train = told(read_labelled(flags.data, flags.columns)).examples;
  std::vector<LabelledText> dev;
  if (!flags.dev.empty()) dev = told(read_labelled(flags.dev, flags.columns)).examples;
  RunDirectory run = begin_run(command, flags,
                               {{"data", flags.data, [&] { return text_of_examples(train); }},
                                {"dev", flags.dev, [&] { return text_of_examples(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out_examples(flags, train));
  std::vector<WordList> words;  // of the training texts, where features are learned from them
  Classifier classifier = make_classifier(flags, run, train, dev, words);
  if (is_solved(classifier))
    return solve(command, flags, classifier, train, std::move(dev), words, run, session);
  command.refuse(options_of(fields_of(flags.solver), "solver-"),
                 "is for linear models that are solved, as those of --preset tfidf");
  tell_validation(!dev.empty(), flags);
  const bool is_new = flags.from.empty() || !classifier.encoder.missing.empty();
  if (flags.regression && is_new) classifier.begin_at(mean_label(train));
  flags.training.batches.seed = flags.trainer.seed;
  const auto dev_size = dev.size();
  ClassifierTrainee trainee(classifier, train, std::move(dev), flags.training, words);
  apply_epochs(flags, trainee.batches_in_epoch());
  return run_training({.trainee = trainee,
                       .model = classifier.encoder,
                       .data = texts_text(train.size(), trainee.cut(), dev_size, classifier, flags),
                       .unit = "texts"},
                      flags, run, session);
}

}  // namespace

void declare_train_classify(Command& command) {
  auto flags = std::make_shared<TrainClassifyFlags>();
  set_encoder_defaults(*flags, HeadKind::classifier);
  command.add("--data", flags->data, "Texts with labels: tsv, csv or jsonl (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--dev", flags->dev, "Data for validation, in the same format").called("FILE");
  add_dev_share(command, *flags);
  command.add("--regression", flags->regression, "The labels are numbers to predict");
  command.add_config(flags->columns, "Data");
  command.add_fields({field_of("numbers", flags->columns.numbers, kNumbersHelp)}, "Data");
  add_encoder_train_flags(command, *flags);
  command.add_config(flags->training, "Classifier");
  command.add_config(flags->solver, "Solver of linear models", "solver");
  command.on_run(
      [flags, &command](const Session& session) { return train_classify(command, *flags, session); });
}

}  // namespace hodhod::cli
