// SPDX-License-Identifier: Apache-2.0
// hodhod train classify: trains a classifier of texts or pairs of texts, or a regression.
#include <fmt/core.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/classify.h"

namespace hodhod::cli {
namespace {

struct TrainClassifyFlags : TrainFlags {
  bool regression = false;
  LabelledColumns columns;
  ClassifierTraining training;
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
  std::vector<std::string> occurrences;
  for (const auto* examples : {&train, &dev}) {
    for (const LabelledText& example : *examples) {
      for (std::string& label : split_labels(example.label, flags.columns.label_separator)) {
        occurrences.push_back(std::move(label));
      }
    }
    if (examples == &train) tell(doubts_about_labels(occurrences));
  }
  return Labels::of(std::move(occurrences));
}

Classifier make_classifier(const TrainClassifyFlags& flags, const RunDirectory& run,
                           const std::vector<LabelledText>& train, const std::vector<LabelledText>& dev) {
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
  const size_t texts = train[0].texts.size();
  const auto text = [&](size_t i) { return train[i / texts].texts[i % texts]; };
  const ProblemKind problem = flags.regression ? ProblemKind::regression
                              : several        ? ProblemKind::multi_label
                                               : ProblemKind::single_label;
  Classifier classifier = model_to_train(
      flags, run, lines_of(texts * train.size(), text),
      [&](const FineTuning& tuning) { return Classifier::from(flags.from, labels, problem, tuning); },
      [&](const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        return Classifier::make(config, std::move(tokenizer), labels, problem, flags.trainer.seed);
      });
  classifier.columns = flags.columns;
  return classifier;
}

int train_classify(const Command& command, TrainClassifyFlags& flags, const Session& session) {
  check(!flags.regression || !command.was_given("--label-smoothing"),
        "--label-smoothing: a regression has no labels; leave it out, or --regression");
  std::vector<LabelledText> train = told(read_labelled(flags.data, flags.columns)).examples;
  std::vector<LabelledText> dev;
  if (!flags.dev.empty()) dev = told(read_labelled(flags.dev, flags.columns)).examples;
  RunDirectory run = begin_run(command, flags,
                               {{"data", flags.data, [&] { return text_of_examples(train); }},
                                {"dev", flags.dev, [&] { return text_of_examples(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out_examples(flags, train));
  tell_validation(!dev.empty(), flags);
  Classifier classifier = make_classifier(flags, run, train, dev);
  const bool is_new = flags.from.empty() || !classifier.encoder.missing.empty();
  if (flags.regression && is_new) classifier.begin_at(mean_label(train));
  flags.training.batches.seed = flags.trainer.seed;
  const auto dev_size = dev.size();
  ClassifierTrainee trainee(classifier, train, std::move(dev), flags.training);
  apply_epochs(flags, trainee.batches_in_epoch());
  const std::string kind =
      flags.regression
          ? "regression"
          : fmt::format("{} labels{}", classifier.labels.size(),
                        classifier.problem() == ProblemKind::multi_label ? " (several a text)" : "");
  return run_training(
      {.trainee = trainee,
       .model = classifier.encoder,
       .data = fmt::format("{} texts to train on ({} cut to {} tokens), {} for validation, {}", train.size(),
                           trainee.cut(), length_limit(classifier.encoder), dev_size, kind),
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
  add_encoder_train_flags(command, *flags);
  command.add_config(flags->training, "Classifier");
  command.on_run(
      [flags, &command](const Session& session) { return train_classify(command, *flags, session); });
}

}  // namespace hodhod::cli
