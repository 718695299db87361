// SPDX-License-Identifier: Apache-2.0
// hodhod train tag: trains a tagger of words. In the data, each line has a word and its tag.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/tag.h"

namespace hodhod::cli {
namespace {

struct TrainTagFlags : TrainFlags {
  CorpusOptions corpus;
  TaggerTraining training;
};

std::string text_of_sentences(const std::vector<TaggedWords>& sentences) {
  std::string text;
  for (const TaggedWords& sentence : sentences) {
    for (size_t i = 0; i < sentence.words.size(); ++i)
      text.append(sentence.words[i]).append("\t").append(sentence.tags[i]).push_back('\n');
    text += '\n';
  }
  return text;
}

Tagger make_tagger(const TrainTagFlags& flags, const RunDirectory& run, const std::vector<TaggedWords>& train,
                   const std::vector<TaggedWords>& dev) {
  Labels labels = tag_labels(train, dev);
  const auto tags_in = [](const std::vector<TaggedWords>& sentences) {
    std::vector<std::string> tags;
    for (const TaggedWords& sentence : sentences)
      tags.insert(tags.end(), sentence.tags.begin(), sentence.tags.end());
    return tags;
  };
  tell(doubts_about_validation(tags_in(train), tags_in(dev)));
  check(labels.size() <= 10000,
        "training: {} has {} different tags; say with --columns which column they are in", flags.data[0],
        labels.size());
  const auto text = [&](size_t i) { return fmt::format("{}", fmt::join(train[i].words, " ")); };
  return model_to_train(
      flags, run, lines_of(train.size(), text),
      [&](const FineTuning& tuning) { return Tagger::from(flags.from, labels, tuning); },
      [&](const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        const auto own = config.clone();
        learn_letters(*own, train);
        return Tagger::make(*own, std::move(tokenizer), labels, flags.trainer.seed);
      });
}

int train_tag(const Command& command, TrainTagFlags& flags, const Session& session) {
  take_defaults_of_kind(command, flags);
  if (flags.from.empty() && !command.was_given("--singleton-dropout"))
    flags.training.singleton_dropout = usual_tagging(*preset_of(flags)).singleton_dropout;
  std::vector<TaggedWords> train = told(read_tagged(flags.data, flags.corpus)).sentences;
  std::vector<TaggedWords> dev;
  if (!flags.dev.empty()) dev = told(read_tagged(flags.dev, flags.corpus)).sentences;
  RunDirectory run = begin_run(command, flags,
                               {{"data", flags.data, [&] { return text_of_sentences(train); }},
                                {"dev", flags.dev, [&] { return text_of_sentences(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out_sentences(train, flags.dev_share));
  tell_validation(!dev.empty(), flags);
  Tagger tagger = make_tagger(flags, run, train, dev);
  flags.training.batches.seed = flags.trainer.seed;
  const auto dev_size = dev.size();
  TaggerTrainee trainee(tagger, train, std::move(dev), flags.training);
  apply_epochs(flags, trainee.batches_in_epoch());
  return run_training(
      {.trainee = trainee,
       .model = tagger.encoder,
       .data = fmt::format("{} to train on, {} for validation, {}{}", count_of(std::ssize(train), "sentence"),
                           dev_size, count_of(tagger.labels.size(), "tag"),
                           tagger.has_entities() ? " of entities (IOB2)" : ""),
       .unit = "words"},
      flags, run, session);
}

}  // namespace

void declare_train_tag(Command& command) {
  auto flags = std::make_shared<TrainTagFlags>();
  set_encoder_defaults(*flags, HeadKind::tagger);
  flags->tokenizer.vocabulary = 8000;
  command
      .add("--data", flags->data,
           "Sentences with a word and its tag a line (conll, conllu, tsv), or jsonl (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--dev", flags->dev, "Data for validation, in the same format").called("FILE");
  add_dev_share(command, *flags);
  command.add_config(flags->corpus, "Data");
  add_encoder_train_flags(command, *flags);
  command.add_config(flags->training, "Tagger");
  command.on_run([flags, &command](const Session& session) { return train_tag(command, *flags, session); });
}

}  // namespace hodhod::cli
