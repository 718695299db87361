// SPDX-License-Identifier: Apache-2.0
#include "cli/training.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/base/nearest_name.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/begin_embedding.h"

namespace hodhod::cli {
namespace {

// The directory of the tokenizer that the run trained on its data. It is trained now if there is none yet.
std::string own_tokenizer(const TrainFlags& flags, const RunDirectory& run,
                          const TaskTokenizerOptions& options, const text::LineSource& lines) {
  const std::string own = run.file("tokenizer");
  if (is_directory(own)) return own;
  if (run.goes_on() && has_tokenizer(flags.out)) return flags.out;  // of the best model so far
  // Written under another name first, so that a stopped run leaves a complete tokenizer or none.
  const std::string unfinished = own + ".unfinished";
  remove_tree(unfinished);
  const std::string name = flags.data.empty() ? "the text to train on" : flags.data[0];
  const TaskTokenizer trained = train_task_tokenizer(options, lines_with_words(lines, name));
  fmt::print(stderr, "{}\n", trained.persian.note);
  if (flags.from.empty() && !preset_of(flags)->reads_features()) print_warnings(trained.warnings);
  trained.tokenizer.save(unfinished);
  rename_file(unfinished, own);
  return own;
}

// Error when an option was given that has no effect for this kind of optimiser or schedule.
template <class Config>
void refuse_useless(const Command& command, const std::string& prefix, Config config) {
  for (const Field& field : fields_of(config)) {
    if (has_use_for(config.kind, field.path)) continue;
    command.refuse(options_of({field}, prefix + "-"),
                   fmt::format("is of no use with --{}-kind {}", prefix, name_of(config.kind)));
  }
}

// Sets the options that were not given to other values of the same struct.
void take_unless_given(const Command& command, const std::string& prefix, const std::vector<Field>& from,
                       const std::vector<Field>& to) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (!command.was_given(prefix + field_flag(from[i]))) set_field(to[i], field_text(from[i]));
  }
}

// Sets the options of --model. Error for options that the data, the tokenizer or the task decide.
void change_options(ModelConfig& config, const TrainFlags& flags) {
  for (const std::string& option : flags.model_options) {
    std::string name = option.substr(0, option.find('='));
    std::replace(name.begin(), name.end(), '-', '_');
    check(name != "vocabulary" && name != "source_vocabulary",
          "--model {}: the tokenizer decides it; leave it out, and see --tokenizer-vocabulary", option);
    check(name != "labels" && name != "head", "--model {}: the task and its data decide it; leave it out",
          option);
    config.change(option);
  }
}

// An encoder has the padding token of its tokenizer. A language model starts a text without a prompt from the
// end token, as if after another text.
SpecialIds special_ids(const TrainFlags& flags, int64_t pad) {
  if (flags.head != HeadKind::language_model) return {.pad = pad};
  return {.pad = kPad, .bos = flags.reads_source ? -1 : kEnd, .eos = kEnd, .decoder_start = kPad};
}

// Which parameters of the model of --from are trained.
void add_adapter_flags(Command& command, TrainFlags& flags) {
  constexpr const char* kGroup = "Fine-tuning";
  command
      .add("--train-layers", flags.train_layers,
           "Number of last layers of the model of --from to train, with what is behind them; what is before "
           "stays as it is",
           at_least(1))
      .in(kGroup)
      .needs("--from")
      .excludes("--lora-rank");
  command.add_config(flags.lora, kGroup, "lora");
  for (Argument& argument : command.arguments()) {
    if (argument.has_name("--lora-rank")) {
      argument.needs("--from");
    } else if (argument.names().starts_with("--lora-")) {
      argument.needs("--lora-rank");
    }
  }
}

// What a new model is; returns the argument --preset.
Argument& add_model_flags(Command& command, TrainFlags& flags) {
  Argument& preset = command.add("--preset", flags.preset, "Size and shape of a new model");
  command.add(
      "--model", flags.model_options,
      "NAME=VALUE: change an option of the preset, such as dropout=0.2; a name that is unknown lists them");
  command.add("--tokenizer", flags.tokenizer_path, "Use this tokenizer rather than train one").called("FILE");
  return preset;
}

std::unique_ptr<ModelConfig> configured_for(const TrainFlags& flags, int64_t vocabulary, int64_t pad) {
  auto config = config_for(*preset_of(flags), flags.head, flags.reads_source, "--preset " + flags.preset);
  change_options(*config, flags);
  config->set_vocabulary(vocabulary);
  config->set_special(special_ids(flags, pad));
  // The number of labels is not known yet and does not matter here.
  const auto probe = config->clone();
  if (probe->head.has_labels()) probe->head.labels = 2;
  check_storable(*probe);
  return config;
}

// The presets that the command can train.
std::vector<std::string> suitable_presets(const TrainFlags& flags) {
  std::vector<std::string> names;
  for (const std::string& name : model_preset_names()) {
    const auto config = model_preset(name);
    try {
      if (flags.suits == nullptr) config_for(*config, flags.head, flags.reads_source, name);
      if (flags.suits == nullptr || flags.suits(*config)) names.push_back(name);
    } catch (const Error&) {  // it cannot be such a model
    }
  }
  return names;
}

}  // namespace

std::unique_ptr<ModelConfig> preset_of(const TrainFlags& flags) {
  const std::vector<std::string> all = model_preset_names();
  if (std::find(all.begin(), all.end(), flags.preset) != all.end()) return model_preset(flags.preset);
  const std::vector<std::string> names = suitable_presets(flags);
  const std::string question = did_you_mean(flags.preset, names);
  fail("--preset {}: there is no such preset{}", flags.preset,
       question.empty() ? fmt::format("; those that this command can train are {}", fmt::join(names, ", "))
                        : question);
}

void add_run_flags(Command& command, TrainFlags& flags) {
  command.add("--out", flags.out, "The model's directory; a run that is there is continued")
      .called("DIR")
      .required();
  command.add("--restart", flags.restart, "Discard the run in the directory of --out and start again");
  command.add(
      "--overwrite", flags.overwrite,
      "Replace a model in the directory of --out that was not trained there: the first one that is saved "
      "takes the place of all its files");
}

void add_train_flags(Command& command, TrainFlags& flags) {
  add_run_flags(command, flags);
  command.add("--from", flags.from, "Fine-tune the model in this directory").called("DIR");
  add_model_flags(command, flags).excludes("--from");
  command
      .add("--embedding", flags.embedding,
           "Begin a new model's embedding from these word vectors: a file, or a model's directory")
      .called("FILE")
      .excludes("--from");
  command.add("--freeze-embedding", flags.freeze_embedding, "Do not change the embedding during training")
      .needs("--embedding");
  add_adapter_flags(command, flags);
  command.add("--profile", flags.profile, "Print where the time went");
  command.add_config(flags.trainer, "Training");
  command.add_config(flags.tokenizer, "Tokenizer", "tokenizer");
}

void add_new_model_flags(Command& command, TrainFlags& flags) {
  add_run_flags(command, flags);
  add_model_flags(command, flags);
  command.add("--profile", flags.profile, "Print where the time went");
  command.add_config(flags.trainer, "Training");
  command.add_config(flags.tokenizer, "Tokenizer", "tokenizer");
}

void add_fitting_flags(Command& command, TrainFlags& flags) {
  add_run_flags(command, flags);
  add_model_flags(command, flags);
  for (Field& field : fields_of(flags.trainer)) {
    if (field.path == "minutes" || field.path == "seed") command.add_fields({field}, "Training");
  }
  command.add_config(flags.tokenizer, "Tokenizer", "tokenizer");
}

std::unique_ptr<ModelConfig> configured(const TrainFlags& flags, const text::Tokenizer& tokenizer) {
  return configured_for(flags, tokenizer.vocab_size(), tokenizer.role("pad_token").value_or(0));
}

std::unique_ptr<ModelConfig> configured(const TrainFlags& flags) {
  return configured_for(flags, flags.tokenizer.vocabulary, kPad);
}

void refuse_training(const Command& command, const TrainFlags& flags, std::string_view what,
                     const std::vector<std::string>& further) {
  TrainerOptions trainer;
  std::vector<std::string> options = options_of(fields_of(trainer));
  std::erase_if(options,
                [](const std::string& option) { return option == "--minutes" || option == "--seed"; });
  options.insert(options.end(), {"--profile", "--train-layers"});
  options.insert(options.end(), further.begin(), further.end());
  command.refuse(options,
                 fmt::format("is for training by gradients, and {} is {}",
                             flags.from.empty() ? "--preset " + flags.preset : "--from " + flags.from, what));
}

void tell_about_tokenizer(const text::Tokenizer& tokenizer, const text::LineSource& lines) {
  constexpr size_t kEnough = size_t{1} << 20;
  std::vector<std::string> texts;
  size_t bytes = 0;
  for (std::string line; bytes < kEnough && lines(line); bytes += line.size()) texts.push_back(line);
  const std::string warning = unknown_warning(tokenizer, texts);
  if (!warning.empty()) print_warnings({&warning, 1});
}

void refuse_unused(const Command& command, const TrainFlags& flags) {
  refuse_useless(command, "optimizer", flags.trainer.optimizer);
  refuse_useless(command, "schedule", flags.trainer.schedule);
  check_given_once(flags.model_options);
  if (flags.lora.rank == 0 && command.was_given("--lora-rank")) {
    LoraOptions lora;
    std::vector<std::string> options = options_of(fields_of(lora), "lora-");
    std::erase(options, "--lora-rank");
    command.refuse(options, "is for adapters, and --lora-rank 0 asks for none");
  }
  if (flags.dev.empty() && flags.dev_share == 0)
    command.refuse({"--validation-tokens"}, "is for validation, and there are no data for it");
  if (flags.tokenizer.kind != TokenizerKind::word) {
    command.refuse({"--tokenizer-min-count", "--tokenizer-word-ends"},
                   fmt::format("is for whole words, and the tokenizer is of the kind {}",
                               names_of(flags.tokenizer.kind)[static_cast<size_t>(flags.tokenizer.kind)]));
  }
  const bool brings_tokenizer = !flags.from.empty() && is_directory(flags.from) && has_tokenizer(flags.from);
  if (flags.tokenizer_path.empty() && !brings_tokenizer) return;
  TaskTokenizerOptions options;
  command.refuse(options_of(fields_of(options), "tokenizer-"),
                 fmt::format("is for a tokenizer that is trained, and that of {} is used",
                             flags.tokenizer_path.empty() ? "--from " + flags.from
                                                          : "--tokenizer " + flags.tokenizer_path));
}

std::unique_ptr<text::Tokenizer> choose_tokenizer(const TrainFlags& flags, const RunDirectory& run,
                                                  const text::LineSource& lines) {
  if (!flags.tokenizer_path.empty()) {
    auto known = std::make_unique<text::Tokenizer>(load_tokenizer(flags.tokenizer_path));
    if (!preset_of(flags)->reads_features()) tell_about_tokenizer(*known, lines);
    return known;
  }
  // Errors in the model's options are found before a tokenizer is trained for it.
  configured(flags);
  return std::make_unique<text::Tokenizer>(
      text::Tokenizer::load(own_tokenizer(flags, run, flags.tokenizer, lines)));
}

namespace {

// A note if the tokenizer that is given numbers other tokens than that of the model.
std::vector<std::string> doubts_about_other_tokenizer(const TrainFlags& flags) {
  if (!is_directory(flags.from) || !has_tokenizer(flags.from)) return {};
  const text::Tokenizer own = load_tokenizer(flags.from), given = load_tokenizer(flags.tokenizer_path);
  int64_t others = 0;
  for (int32_t id = 0; id < given.vocab_size(); ++id)
    others += id >= own.vocab_size() || own.id_to_token(id) != given.id_to_token(id) ? 1 : 0;
  if (others == 0) return {};
  return {
      fmt::format("--tokenizer {}: {} of its {} tokens have other numbers in the tokenizer of {}, with "
                  "which that model was trained: what it has learnt of tokens does not fit them",
                  flags.tokenizer_path, others, given.vocab_size(), flags.from)};
}

}  // namespace

FineTuning fine_tuning(const TrainFlags& flags, const RunDirectory& run, const text::LineSource& lines) {
  FineTuning options{.seed = flags.trainer.seed, .tokenizer = flags.tokenizer_path};
  if (!flags.tokenizer_path.empty()) {
    const int64_t tokens = text::Tokenizer::load(flags.tokenizer_path).vocab_size();
    const int64_t known = ModelDirectory::open(flags.from).config->vocabulary();
    check(tokens <= known, "--tokenizer {}: has {}, and the model of --from {} knows {}",
          flags.tokenizer_path, count_of(tokens, "token"), flags.from, known);
    if (!run.goes_on()) tell(doubts_about_other_tokenizer(flags));
  }
  options.fresh_layers = flags.fresh_layers;
  options.lora = flags.lora;
  options.merge_adapters = true;
  options.change = [&flags](ModelConfig& config) { change_options(config, flags); };
  if (flags.tokenizer_path.empty() && is_directory(flags.from) && !has_tokenizer(flags.from)) {
    TaskTokenizerOptions smaller = flags.tokenizer;
    const int64_t known = ModelDirectory::open(flags.from).config->vocabulary();
    smaller.vocabulary = std::min(smaller.vocabulary, known);
    if (!run.goes_on()) {
      fmt::print(stderr, "{} has no tokenizer: one of at most {} tokens is trained on the data\n", flags.from,
                 smaller.vocabulary);
    }
    options.tokenizer = own_tokenizer(flags, run, smaller, lines);
  }
  return options;
}

void set_usual(TrainFlags& flags, const UsualSettings& usual) {
  flags.tokenizer = usual.tokenizer;
  flags.trainer = usual.trainer;
}

void set_encoder_defaults(TrainFlags& flags, HeadKind head) {
  flags.head = head;
  flags.preset = "bert-tiny";
  set_usual(flags, usual_encoding());
}

void add_encoder_train_flags(Command& command, TrainFlags& flags) {
  add_train_flags(command, flags);
  command
      .add("--epochs", flags.epochs, "Number of passes over the data, instead of --steps",
           above(0).at_most(1e9))
      .excludes("--steps");
  command
      .add("--fresh-layers", flags.fresh_layers,
           "Number of last layers of the model of --from to reinitialise", at_least(0))
      .needs("--from");
}

void take_defaults_of_kind(const Command& command, TrainFlags& flags) {
  if (!flags.from.empty()) return;
  UsualSettings usual = usual_encoding(*preset_of(flags));
  take_unless_given(command, "--", fields_of(usual.trainer), fields_of(flags.trainer));
  take_unless_given(command, "--tokenizer-", fields_of(usual.tokenizer), fields_of(flags.tokenizer));
}

void add_dev_share(Command& command, TrainFlags& flags) {
  command
      .add("--dev-share", flags.dev_share,
           "Without --dev: the share of the data that is held out for validation", at_least(0).below(1))
      .excludes("--dev");
}

void apply_epochs(TrainFlags& flags, int64_t batches_in_epoch) {
  if (!flags.epochs) return;
  const double updates =
      static_cast<double>(batches_in_epoch) / static_cast<double>(flags.trainer.accumulate);
  flags.trainer.steps = std::max<int64_t>(1, std::llround(*flags.epochs * updates));
}

void begin_embedding_of(TextModel& model, const TrainFlags& flags) {
  if (flags.embedding.empty()) return;
  const FoundEmbeddings found = begin_embedding(model, flags.embedding);
  fmt::print(stderr, "--embedding {}: {} of {} tokens begin with its vectors\n", flags.embedding, found.found,
             found.tokens);
}

void tell_what_is_new(const std::vector<std::string>& parameters, const TrainFlags& flags) {
  if (parameters.empty()) return;
  std::string names;
  for (const std::string& name : parameters) names += (names.empty() ? "" : ", ") + name;
  // The head of another task is not spoken of, but that of other labels is in the directory.
  const bool other_labels = ModelDirectory::open(flags.from).config->head.kind == flags.head;
  fmt::print(stderr, "{} has no {}{}: new, drawn with seed {}\n", flags.from, names,
             other_labels ? " for these labels" : "", flags.trainer.seed);
}

}  // namespace hodhod::cli
