// SPDX-License-Identifier: Apache-2.0
// hodhod train generate: a language model from running text.
#include <fmt/core.h>

#include <memory>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/training.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
namespace {

struct TrainGenerateFlags : TrainFlags {
  std::vector<std::string> data, dev;
  double dev_share = 0.1;
  LanguageTraining training;
};

std::string read_text(const std::vector<std::string>& paths, bool quiet) {
  Lines lines(paths, "Reading", quiet);
  std::string text, line;
  while (lines.next(line)) text.append(line).push_back('\n');
  lines.finish();
  return text;
}

int train_generate(const TrainGenerateFlags& flags, const Session& session) {
  std::string train = read_text(flags.data, session.quiet), dev;
  if (!flags.dev.empty()) {
    dev = read_text(flags.dev, session.quiet);
  } else if (flags.dev_share > 0) {
    // The end of the text, from the beginning of a line.
    size_t cut = train.size() - static_cast<size_t>(static_cast<double>(train.size()) * flags.dev_share);
    while (cut < train.size() && cut > 0 && train[cut - 1] != '\n') ++cut;
    dev = train.substr(cut);
    train.resize(cut);
  }
  check(!train.empty(), "training: {} is empty", flags.data.empty() ? "standard input" : flags.data[0]);
  Writer writer;
  if (!flags.from.empty()) {
    writer = warned(Writer::load(flags.from));
  } else {
    size_t begin = 0;
    const bool characters = flags.tokenizer.kind == TokenizerKind::character;
    writer.tokenizer = choose_tokenizer(flags, [&](std::string& line) {
      if (begin >= train.size()) return false;
      size_t end = train.find('\n', begin);
      if (end == std::string::npos) end = train.size() - 1;
      line = train.substr(begin, end - begin + (characters ? 1 : 0));  // a line's end is a character too
      begin = end + 1;
      return true;
    });
    TransformerConfig config = configured(flags, writer.tokenizer->vocab_size());
    config.max_length = std::max(config.max_length, flags.training.length);
    writer.model = std::make_unique<Transformer>(config, Rng(flags.trainer.seed));
  }
  LanguageTraining training = flags.training;
  training.token_cache = join_path(flags.out, "training/train.tokens");
  LanguageTrainee trainee(writer, train, dev, training, flags.trainer.seed);
  if (!session.quiet) {
    fmt::print(stderr, "{} tokens to train on, {} tokens known, {} parameters\n", trainee.tokens(),
               writer.tokenizer->vocab_size(), parameter_count(*writer.model));
  }
  return run_training(trainee, flags, session);
}

}  // namespace

void add_train_generate(Command& train) {
  Command& command = train.add_command("generate", "Train a language model on running text");
  auto flags = std::make_shared<TrainGenerateFlags>();
  flags->preset = "gpt-tiny";
  flags->trainer.schedule = {
      .kind = ScheduleKind::cosine, .rate = 1e-3, .warmup = 100, .final_fraction = 0.1};
  flags->trainer.optimizer.beta2 = 0.99;
  flags->trainer.optimizer.epsilon = 1e-8;
  flags->trainer.optimizer.weight_decay = 0.1;
  flags->training.length = 64;
  flags->training.batch = 12;
  flags->tokenizer.kind = TokenizerKind::character;
  command.add("--data", flags->data, "Text files (.gz and .zst too); standard input if there is none")
      .called("FILE");
  command.add("--dev", flags->dev, "Text for validation").called("FILE");
  command.add("--dev-share", flags->dev_share,
              "Without --dev: the share of the text's end that is for validation");
  add_train_flags(command, *flags);
  command.add_config(flags->training, "Language model");
  command.on_run([flags](const Session& session) { return train_generate(*flags, session); });
}

}  // namespace hodhod::cli
