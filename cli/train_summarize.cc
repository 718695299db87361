// SPDX-License-Identifier: Apache-2.0
// hodhod train summarize: trains a model that writes summaries or headlines.
#include <fmt/core.h>

#include <memory>

#include "cli/input.h"
#include "cli/output.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/summarize.h"

namespace hodhod::cli {
namespace {

struct TrainSummarizeFlags : TrainFlags {
  SummaryColumns columns;
  SummaryReading reading;
  SummaryTraining training;
};

std::string text_of_summaries(const std::vector<SummarizedText>& texts) {
  std::string text;
  for (const SummarizedText& one : texts)
    text += json_line({{"document", one.document}, {"summary", one.summaries[0]}});
  return text;
}

Summarizer make_summarizer(const TrainSummarizeFlags& flags, const RunDirectory& run,
                           const std::vector<SummarizedText>& train) {
  const auto line = [&](size_t i) { return i % 2 == 1 ? train[i / 2].summaries[0] : train[i / 2].document; };
  return model_to_train(
      flags, run, lines_of(2 * train.size(), line),
      [&](const FineTuning& tuning) { return Summarizer::load(flags.from, tuning); },
      [&](const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        return Summarizer::make(config, std::move(tokenizer), flags.trainer.seed);
      });
}

int train_summarize(const Command& command, TrainSummarizeFlags& flags, const Session& session) {
  auto train = told(read_summaries(flags.data, flags.columns)).all;
  std::vector<SummarizedText> dev;
  if (!flags.dev.empty()) dev = told(read_summaries(flags.dev, flags.columns)).all;
  RunDirectory run = begin_run(command, flags,
                               {{"data", flags.data, [&] { return text_of_summaries(train); }},
                                {"dev", flags.dev, [&] { return text_of_summaries(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out(train.size(), flags.dev_share));
  Summarizer summarizer = make_summarizer(flags, run, train);
  command.keep_given(summarizer.reading, flags.reading);
  const int64_t takes = summarizer.model->sequence_to_sequence()->max_source_length();
  check(!command.was_given("--max-source") || summarizer.reading.max_source <= takes,
        "--max-source: documents of {} tokens for a model that takes {}; lower it{}",
        summarizer.reading.max_source, takes, flags.from.empty() ? ", or raise --model max_length" : "");
  summarizer.reading.max_source = std::min(summarizer.reading.max_source, takes);
  flags.training.batches.seed = flags.trainer.seed;
  flags.training.token_cache = run.file("train.tokens");
  TranslationTrainee trainee = summary_trainee(summarizer, train, dev, flags.training);
  check(flags.dev.empty() || trainee.dev_pairs() > 0,
        "--dev {}: there is no summary of up to --max-summary tokens in it to validate on",
        flags.dev.empty() ? "" : flags.dev[0]);
  tell_validation(trainee.dev_pairs() > 0, flags);
  const std::string full = trainee.full_sources() > 0
                               ? fmt::format(", {} with {} tokens or more, of which so many are read",
                                             trainee.full_sources(), summarizer.reading.max_source)
                               : "";
  return run_training(
      {.trainee = trainee,
       .model = summarizer,
       .data =
           fmt::format("{} to train on ({} with a summary that is too long{}), {} for validation",
                       count_of(trainee.pairs(), "document"), trainee.left_out(), full, trainee.dev_pairs())},
      flags, run, session);
}

}  // namespace

void declare_train_summarize(Command& command) {
  auto flags = std::make_shared<TrainSummarizeFlags>();
  flags->reads_source = true;
  flags->preset = "tiny";
  set_usual(*flags, usual_translation());
  command
      .add("--data", flags->data, "Documents with their summaries: .jsonl, .tsv or .csv (.gz and .zst too)")
      .called("FILE")
      .required();
  command.add("--dev", flags->dev, "Data for validation, in the same form").called("FILE");
  add_dev_share(command, *flags);
  command.add_config(flags->columns, "Data");
  command.add_config(flags->reading, "Reading (as in the model of --from unless given)");
  add_train_flags(command, *flags);
  command.add_config(flags->training, "Summaries");
  command.on_run(
      [flags, &command](const Session& session) { return train_summarize(command, *flags, session); });
}

}  // namespace hodhod::cli
