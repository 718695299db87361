// SPDX-License-Identifier: Apache-2.0
// hodhod train tag: a tagger of words, from sentences with a word and its tag a line.
#include <fmt/core.h>

#include <memory>

#include "cli/training.h"
#include "hodhod/base/error.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/train/metrics/entities.h"

namespace hodhod::cli {
namespace {

struct TrainTagFlags : TrainFlags {
  std::vector<std::string> data, dev;
  double dev_share = 0;
  CorpusOptions corpus;
  TaggerTraining training;
};

std::vector<TaggedWords> read_sentences(const std::vector<std::string>& files, const CorpusOptions& corpus) {
  TaggedSentences found = read_tagged(files, corpus);
  tell_bad_lines(found.bad);
  return std::move(found.sentences);
}

Labels labels_of(const std::vector<TaggedWords>& sentences) {
  std::vector<std::string> tags;
  for (const TaggedWords& sentence : sentences) {
    tags.insert(tags.end(), sentence.tags.begin(), sentence.tags.end());
  }
  const Labels labels = Labels::of(std::move(tags));
  if (!are_entity_tags(labels.names())) return labels;
  // Whichever scheme the files have, entities are learnt in IOB2.
  tags.clear();
  for (const TaggedWords& sentence : sentences) {
    for (std::string& tag : metrics::to_iob2(sentence.tags)) tags.push_back(std::move(tag));
  }
  return Labels::of(std::move(tags));
}

Tagger make_tagger(const TrainTagFlags& flags, const std::vector<TaggedWords>& train) {
  Labels labels = labels_of(train);
  check(labels.size() <= 10000,
        "training: {} has {} different tags; say with --columns which column they are in", flags.data[0],
        labels.size());
  size_t next = 0;
  const text::LineSource lines = [&](std::string& line) {
    if (next >= train.size()) return false;
    line.clear();
    for (const std::string& word : train[next].words) line.append(line.empty() ? "" : " ").append(word);
    ++next;
    return true;
  };
  return labelling_model<Tagger>(flags, std::move(labels), lines);
}

int train_tag(TrainTagFlags& flags, const Session& session) {
  std::vector<TaggedWords> train = read_sentences(flags.data, flags.corpus);
  std::vector<TaggedWords> dev =
      flags.dev.empty() ? take_out(train, flags.dev_share) : read_sentences(flags.dev, flags.corpus);
  Tagger tagger = make_tagger(flags, train);
  flags.training.batches.seed = flags.trainer.seed;
  const auto dev_size = dev.size();
  TaggerTrainee trainee(tagger, train, std::move(dev), flags.training);
  apply_epochs(flags, trainee.batches_in_epoch());
  if (!session.quiet) {
    fmt::print(stderr, "{} sentences to train on, {} for validation, {} {}, {} tokens known, {} parameters\n",
               train.size(), dev_size, tagger.labels.size(),
               tagger.has_entities() ? "tags of entities (IOB2)" : "tags",
               tagger.encoder.tokenizer->vocab_size(), parameter_count(*tagger.encoder.model));
  }
  return run_training(trainee, flags, session, "words");
}

}  // namespace

void add_train_tag(Command& train) {
  Command& command = train.add_command("tag", "Train a model that tags words: names, parts of speech");
  auto flags = std::make_shared<TrainTagFlags>();
  set_encoder_defaults(*flags);
  flags->tokenizer.vocabulary = 8000;
  command.add("--data", flags->data, "Sentences with a word and its tag a line, or jsonl (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--dev", flags->dev, "The same for validation").called("FILE");
  command.add("--dev-share", flags->dev_share, kDevShareHelp);
  command.add_config(flags->corpus, "Data");
  add_train_flags(command, *flags);
  add_epochs(command, *flags);
  add_fresh_layers(command, *flags);
  command.add_config(flags->training, "Tagger");
  command.on_run([flags](const Session& session) { return train_tag(*flags, session); });
}

}  // namespace hodhod::cli
