// SPDX-License-Identifier: Apache-2.0
// hodhod train fill-mask: pre-trains an encoder on raw text by predicting masked tokens.
#include <fmt/core.h>

#include <memory>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/training_run.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/held_out.h"
#include "hodhod/tasks/fill_mask.h"

namespace hodhod::cli {
namespace {

struct TrainFillMaskFlags : TrainFlags {
  MaskTraining training;
};

MaskFiller make_filler(const TrainFillMaskFlags& flags, const RunDirectory& run,
                       const std::vector<std::string>& train) {
  return model_to_train(
      flags, run, lines_of(train.size(), [&](size_t i) { return train[i]; }),
      [&](const FineTuning& tuning) { return MaskFiller::from(flags.from, tuning); },
      [&](ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
        config.set_max_length(std::max(config.max_length(), flags.training.length));
        return MaskFiller::make(config, std::move(tokenizer), flags.trainer.seed);
      });
}

int train_fill_mask(const Command& command, TrainFillMaskFlags& flags, const Session& session) {
  check_text_is_given(flags.data);
  std::vector<std::string> train = read_lines(flags.data, session.quiet);
  std::vector<std::string> dev;
  if (!flags.dev.empty()) dev = read_lines(flags.dev, session.quiet);
  check_text_is_there(train.empty(), flags.data);
  RunDirectory run = begin_run(command, flags,
                               {{"data", or_standard_input(flags.data), [&] { return joined_lines(train); }},
                                {"dev", flags.dev, [&] { return joined_lines(dev); }}});
  if (flags.dev.empty()) dev = take_out(train, held_out(train.size(), flags.dev_share));
  tell_validation(!dev.empty(), flags);
  MaskFiller filler = make_filler(flags, run, train);
  flags.training.batches.seed = flags.trainer.seed;
  MaskTrainee trainee(filler, train, dev, flags.training);
  apply_epochs(flags, trainee.batches_in_epoch());
  return run_training({.trainee = trainee,
                       .model = filler.encoder,
                       .data = count_of(trainee.tokens(), "token") + " to train on",
                       .unit = "hidden tokens"},
                      flags, run, session);
}

}  // namespace

void declare_train_fill_mask(Command& command) {
  auto flags = std::make_shared<TrainFillMaskFlags>();
  set_encoder_defaults(*flags, HeadKind::masked_language_model);
  flags->trainer.steps = 10000;
  flags->trainer.validate_every = 500;
  flags->trainer.schedule = {.kind = ScheduleKind::linear, .rate = 1e-3, .warmup = 500};
  command.add("--data", flags->data, "Text files (.gz and .zst too); standard input if there is none")
      .called("FILE");
  command.add("--dev", flags->dev, "Text for validation").called("FILE");
  add_dev_share(command, *flags);
  add_encoder_train_flags(command, *flags);
  command.add_config(flags->training, "Masked text");
  command.on_run(
      [flags, &command](const Session& session) { return train_fill_mask(command, *flags, session); });
}

}  // namespace hodhod::cli
