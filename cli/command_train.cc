// SPDX-License-Identifier: Apache-2.0
// hodhod train TASK: translate, generate.
#include <fmt/core.h>

#include <memory>

#include "cli/commands.h"
#include "cli/config_flags.h"
#include "cli/input.h"
#include "cli/training.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::cli {
namespace {

struct TranslateFlags : TrainFlags {
  std::vector<std::string> source, target, dev_source, dev_target;
  bool skip_bad = false;
  TranslationTraining training;
};

std::vector<TextPair> read_pairs(const std::vector<std::string>& source,
                                 const std::vector<std::string>& target, bool skip_bad) {
  ParallelReader reader({source, target}, skip_bad);
  std::vector<TextPair> pairs;
  while (auto record = reader.next()) {
    if (record->fields[0].empty() || record->fields[1].empty()) continue;
    pairs.push_back({std::move(record->fields[0]), std::move(record->fields[1])});
  }
  if (reader.bad_lines().count() > 0) {
    fmt::print(stderr, "{} bad lines were skipped, the first: {}\n", reader.bad_lines().count(),
               reader.bad_lines().examples()[0]);
  }
  return pairs;
}

// The tokenizer that was asked for: of the model to start from, of the run to continue, a file, or a new one.
std::unique_ptr<text::Tokenizer> choose_tokenizer(const TrainFlags& flags, const text::LineSource& lines) {
  const std::string here = join_path(flags.out, "tokenizer.json");
  const std::string path = !flags.tokenizer_path.empty() ? flags.tokenizer_path
                           : !flags.from.empty()         ? flags.from
                           : file_exists(here)           ? here
                                                         : "";
  if (!path.empty()) return std::make_unique<text::Tokenizer>(text::Tokenizer::load(path));
  auto tokenizer = std::make_unique<text::Tokenizer>(train_task_tokenizer(flags.tokenizer, lines));
  tokenizer->save(flags.out);
  return tokenizer;
}

int train_translate(const TranslateFlags& flags, const Session& session) {
  const auto train = read_pairs(flags.source, flags.target, flags.skip_bad);
  const auto dev = read_pairs(flags.dev_source, flags.dev_target, flags.skip_bad);
  check(!train.empty(), "training: {} has no pairs", flags.source[0]);
  Translator translator;
  if (!flags.from.empty()) {
    translator = Translator::load(flags.from);
  } else {
    size_t next = 0;
    translator.tokenizer = choose_tokenizer(flags, [&](std::string& line) {
      if (next >= 2 * train.size()) return false;
      line = next % 2 ? train[next / 2].target : train[next / 2].source;
      ++next;
      return true;
    });
    translator.model = std::make_unique<Transformer>(configured(flags, translator.tokenizer->vocab_size()),
                                                     Rng(flags.trainer.seed));
  }
  TranslationTraining training = flags.training;
  training.batches.seed = flags.trainer.seed;
  TranslationTrainee trainee(translator, train, dev, training);
  if (!session.quiet) {
    fmt::print(stderr,
               "{} pairs to train on ({} too long), {} for validation, {} tokens known, {} parameters\n",
               trainee.pairs(), trainee.left_out(), dev.size(), translator.tokenizer->vocab_size(),
               parameter_count(*translator.model));
  }
  return run_training(trainee, flags, session);
}

struct GenerateFlags : TrainFlags {
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

int train_generate(const GenerateFlags& flags, const Session& session) {
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
    writer = Writer::load(flags.from);
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
  LanguageTrainee trainee(writer, train, dev, flags.training, flags.trainer.seed);
  if (!session.quiet) {
    fmt::print(stderr, "{} tokens to train on, {} tokens known, {} parameters\n", trainee.tokens(),
               writer.tokenizer->vocab_size(), parameter_count(*writer.model));
  }
  return run_training(trainee, flags, session);
}

}  // namespace

void add_train_translate(CLI::App& train, Session& session) {
  CLI::App* app = train.add_subcommand("translate", "Train a model that translates, from pairs of texts");
  auto flags = std::make_shared<TranslateFlags>();
  flags->preset = "tiny";
  flags->trainer.schedule = {.kind = ScheduleKind::inverse_sqrt, .rate = 1e-3, .warmup = 1000};
  app->add_option("--source", flags->source, "Text to translate from, a sentence a line (.gz and .zst too)")
      ->required();
  app->add_option("--target", flags->target, "The same sentences in the other language")->required();
  app->add_option("--dev-source", flags->dev_source, "Pairs for validation: from");
  app->add_option("--dev-target", flags->dev_target, "Pairs for validation: to");
  app->add_flag("--skip-bad", flags->skip_bad, "Count bad lines and go on");
  add_train_flags(*app, *flags);
  add_config(*app, flags->training, "Translation");
  app->callback(
      [flags, &session] { session.run = [flags, &session] { return train_translate(*flags, session); }; });
}

void add_train_generate(CLI::App& train, Session& session) {
  CLI::App* app = train.add_subcommand("generate", "Train a language model on running text");
  auto flags = std::make_shared<GenerateFlags>();
  flags->preset = "gpt-tiny";
  flags->trainer.schedule = {
      .kind = ScheduleKind::cosine, .rate = 1e-3, .warmup = 100, .final_fraction = 0.1};
  flags->trainer.optimizer.beta2 = 0.99;
  flags->trainer.optimizer.epsilon = 1e-8;
  flags->trainer.optimizer.weight_decay = 0.1;
  flags->training.length = 64;
  flags->training.batch = 12;
  flags->tokenizer.kind = TokenizerKind::character;
  app->add_option("--data", flags->data, "Text files (.gz and .zst too); standard input if there is none");
  app->add_option("--dev", flags->dev, "Text for validation");
  app->add_option("--dev-share", flags->dev_share,
                  "Without --dev: the share of the text's end that is for validation [0.1]");
  add_train_flags(*app, *flags);
  add_config(*app, flags->training, "Language model");
  app->callback(
      [flags, &session] { session.run = [flags, &session] { return train_generate(*flags, session); }; });
}

void add_train(CLI::App& app, Session& session) {
  CLI::App* train = app.add_subcommand("train", "Train a model on your text");
  train->require_subcommand(1);
  add_train_translate(*train, session);
  add_train_generate(*train, session);
}

}  // namespace hodhod::cli
