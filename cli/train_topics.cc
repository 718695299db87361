// SPDX-License-Identifier: Apache-2.0
// hodhod train topics: finds topics in texts.
#include <fmt/format.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/lines.h"
#include "hodhod/tasks/topics.h"

namespace hodhod::cli {
namespace {

struct TrainTopicsFlags : TrainFlags {
  LabelledColumns columns;
  TopicWords words;
  TopicTraining training;
};

int train_topics(const Command& command, const TrainTopicsFlags& flags, const Session& session) {
  check(!flags.data.empty(), "--data: give files with texts");
  check(preset_of(flags)->make_shapes()->topics() != nullptr,
        "--preset {}: finds no topics in texts; give lda or nmf", flags.preset);
  const LabelledTexts read = told(read_unlabelled(flags.data, flags.columns));
  std::vector<std::string> texts;
  for (const LabelledText& example : read.examples) {
    std::string& text = texts.emplace_back();
    for (const std::string& part : example.texts) text += (text.empty() ? "" : "\n") + part;
  }
  RunDirectory run = begin_run(command, flags, {{"data", flags.data, {}}});
  auto tokenizer =
      flags.tokenizer_path.empty()
          ? std::make_unique<text::Tokenizer>(topic_tokenizer(texts, flags.words, flags.tokenizer))
          : choose_tokenizer(flags, run, lines_in(texts));
  const auto config = configured(flags, *tokenizer);
  TopicFinder finder = TopicFinder::make(*config, std::move(tokenizer));
  TopicsTask task(finder, texts, flags.training, flags.trainer.seed);
  return run_fitting({.fitted = task.fitted(),
                      .model = finder.model,
                      .data = fmt::format("{} {} with {} {}; {}", with_commas(std::ssize(texts)),
                                          noun_for(std::ssize(texts), "text"), with_commas(task.words()),
                                          noun_for(task.words(), "word"), finder.model.config().summary()),
                      .unit = "sweeps"},
                     flags, run, session);
}

}  // namespace

void declare_train_topics(Command& command) {
  auto flags = std::make_shared<TrainTopicsFlags>();
  flags->preset = "lda";
  flags->head = HeadKind::none;
  flags->suits = [](const ModelConfig& config) { return config.make_shapes()->topics() != nullptr; };
  flags->tokenizer = {.kind = TokenizerKind::word,
                      .vocabulary = 100'000,
                      .lowercase = true,
                      .special = SpecialTokens::none,
                      .blanks = Blanks::joined};
  command
      .add("--data", flags->data,
           "Texts: a table or JSON lines with one in each record, or plain text with one on each line")
      .called("FILE")
      .required();
  for (Field& field : fields_of(flags->columns)) {
    if (field.path != "label" && field.path != "label_separator") command.add_fields({field}, "Texts");
  }
  command.add_config(flags->words, "Words of topics");
  add_fitting_flags(command, *flags);
  command.add_config(flags->training, "Topics");
  command.on_run(
      [flags, &command](const Session& session) { return train_topics(command, *flags, session); });
}

}  // namespace hodhod::cli
