// SPDX-License-Identifier: Apache-2.0
// hodhod train embed: trains word vectors on plain text.
#include <fmt/format.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/word_vectors.h"

namespace hodhod::cli {
namespace {

struct TrainEmbedFlags : TrainFlags {
  VectorTraining training;
};

TextModel make_vectors(const TrainEmbedFlags& flags, const RunDirectory& run, const std::string& text) {
  auto tokenizer = choose_tokenizer(flags, run, lines_of(text, LineEnds::dropped));
  const auto config = configured(flags, *tokenizer);
  auto& own = dynamic_cast<WordVectorsConfig&>(*config);
  choose_buckets(own.body, *tokenizer);
  own.set_special({.pad = -1});
  return TextModel::make(own, std::move(tokenizer), flags.trainer.seed);
}

int train_embed(const Command& command, const TrainEmbedFlags& flags, const Session& session) {
  check(dynamic_cast<const WordVectorsConfig*>(model_preset(flags.preset).get()) != nullptr,
        "--preset {}: is no model of word vectors; give word2vec, fasttext-vectors or glove", flags.preset);
  const std::string text = read_text(flags.data, session.quiet);
  check(!text.empty(), "training: {} is empty", flags.data.empty() ? "standard input" : flags.data[0]);
  RunDirectory run =
      begin_run(command, flags, {{"data", or_standard_input(flags.data), [&] { return text; }}});
  TextModel model = make_vectors(flags, run, text);
  VectorsTask task(model, lines_of(text, LineEnds::dropped), flags.training, flags.trainer.seed);
  const int status = run_fitting(
      {.fitted = task.fitted(),
       .model = model,
       .data = fmt::format("{} words to train on; {}", with_commas(task.tokens()), model.config().summary()),
       .unit = "parts of the text"},
      flags, run, session);
  if (const std::string note = task.note(); status == 0 && !note.empty()) tell({note});
  return status;
}

}  // namespace

void declare_train_embed(Command& command) {
  auto flags = std::make_shared<TrainEmbedFlags>();
  flags->preset = "word2vec";
  flags->head = HeadKind::none;
  flags->tokenizer = usual_word_tokenizer();
  command
      .add("--data", flags->data,
           "Text files (.gz and .zst too), a line for each sentence or paragraph; standard input if there is "
           "none")
      .called("FILE");
  add_fitting_flags(command, *flags);
  command.add_config(flags->training, "Word vectors");
  command.on_run([flags, &command](const Session& session) { return train_embed(command, *flags, session); });
}

}  // namespace hodhod::cli
