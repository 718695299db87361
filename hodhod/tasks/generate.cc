// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/generate.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/data/token_cache.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/fit_language.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tasks/spelling.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/text/after/template_processing.h"

namespace hodhod {
namespace {

// Tokens of a text that are scored before their memory is used for others.
constexpr int64_t kPartOfText = int64_t{1} << 18;

// The limit on validation tokens: at least this many, and otherwise this multiple of the run's training
// tokens.
constexpr double kLeastValidation = 4096, kValidationToTraining = 8;

// How many tokens of the validation text are scored.
int64_t validation_tokens(const LanguageTraining& options) {
  if (options.planned_tokens <= 0) return options.validation_tokens;
  const double most = std::max(kLeastValidation, options.planned_tokens * kValidationToTraining);
  return std::min(options.validation_tokens, static_cast<int64_t>(std::min(most, 1e15)));
}

const WritingTask& generation() {
  static const WritingTask kWriting{.name = "generate",
                                    .lacks = "does not write text",
                                    .usual_decoding = {.do_sample = true, .temperature = 0.8},
                                    .params = kGeneration,
                                    .settings = usual_generation};
  return kWriting;
}

WindowOrder order_of(TrainingWindows windows, const TextGenerator& generator) {
  const bool carries = !generator.model->language_model()->first_state(1).empty();
  check(carries || windows != TrainingWindows::continuous,
        "`windows` continuous: this model carries no state from one window to the next, as a recurrent one "
        "does; give random or in-order");
  switch (windows) {
    case TrainingWindows::automatic:
      return carries ? WindowOrder::continuous : WindowOrder::random;
    case TrainingWindows::random:
      return WindowOrder::random;
    case TrainingWindows::in_order:
      return WindowOrder::in_order;
    case TrainingWindows::lines:
      return WindowOrder::random;
    case TrainingWindows::continuous:
      break;
  }
  return WindowOrder::continuous;
}

int64_t predictions_in(const std::vector<Window>& windows) {
  int64_t predictions = 0;
  for (const Window& window : windows) predictions += window.length;
  return predictions;
}

// Leaves the first predictions of each row out, which are context alone.
void leave_out_context(std::span<const ScoringWindow> windows, const Tensor& labels) {
  const auto time = static_cast<size_t>(labels.dim(1));
  const std::span<int64_t> all(labels.data<int64_t>(), windows.size() * time);
  for (size_t row = 0; row < windows.size(); ++row) {
    int64_t left = windows[row].context;
    for (int64_t& label : all.subspan(row * time, time)) {
      if (left == 0) break;
      if (label == kIgnoreIndex) continue;
      label = kIgnoreIndex;
      --left;
    }
  }
}

// Rows of a batch of lines: they are mostly short.
constexpr int64_t kLinesOfBatch = 64;

// `unknown`, if given, gets the words that are predicted and that the tokenizer does not know.
LanguageText text_for(const TextGenerator& generator, std::string_view text,
                      std::vector<std::string>* unknown = nullptr) {
  const text::Tokenizer& tokenizer = *generator.tokenizer;
  if (generator.reads_lines()) {
    return LanguageText::of_lines(tokenizer, before_lines(generator), generator.config().special().eos, text,
                                  unknown);
  }
  const std::vector<int64_t> tokens = running_tokens(tokenizer, text, unknown);
  // The first token of a running text that begins with nothing is not predicted.
  const bool predicts_all = !tokenizer.frame().before.empty();
  if (unknown != nullptr && !unknown->empty() && !predicts_all && tokens[0] == tokenizer.role("unk_token"))
    unknown->erase(unknown->begin());
  return {tokenizer, tokens};
}

// Scores without checking for NaN, because validation must also work when training diverges. The letters of
// `unknown_words`, which are appended if given, are not in the score.
metrics::LanguageScore score_windows(const TextGenerator& generator, std::string_view text, Context& context,
                                     int64_t batch, std::vector<std::string>* unknown_words) {
  const NoGrad off;
  const LanguageModel& model = *generator.model->language_model();
  const LanguageText running = text_for(generator, text, unknown_words);
  const int64_t unknown = generator.tokenizer->role("unk_token").value_or(-1);
  metrics::LanguageScore score;
  score.bytes = static_cast<int64_t>(text.size());
  score.characters = static_cast<int64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (running.predictions() == 0) return score;
  CarriedState state = generator.lines ? CarriedState() : model.first_state(1);
  const bool reads_on = !state.empty();
  const int64_t length = running.predictions_of(generator.config().max_length());
  // What a model looks back at may be so little that the text can be parted, and nothing changes.
  const bool has_parts =
      !generator.lines && !reads_on && length > kPartOfText && model.reach() < length - kPartOfText;
  const std::vector<ScoringWindow> all =
      generator.lines ? scoring_windows_of_lines(running, length)
      : reads_on      ? consecutive_windows(running.predictions(), length)
      : has_parts     ? scoring_windows(running.predictions(), kPartOfText + model.reach(), model.reach())
                      : scoring_windows(running.predictions(), length);
  const auto rows = static_cast<size_t>(generator.lines         ? std::max(batch, kLinesOfBatch)
                                        : reads_on || has_parts ? 1
                                                                : batch);
  for (size_t at = 0; at < all.size(); at += rows) {
    const auto scored = std::span(all).subspan(at, std::min(rows, all.size() - at));
    std::vector<Window> windows;
    for (const ScoringWindow& one : scored) windows.push_back(one.window);
    const bool goes_on = reads_on && at > 0;
    const auto [input, labels] = goes_on ? running.batch_to_go_on(windows) : running.batch(windows);
    leave_out_context(scored, labels);
    const SequenceBatch read{.target = {.ids = input}};
    const CrossEntropyOptions each{.reduction = Reduction::none};
    CarriedLoss found = generator.lines
                            ? CarriedLoss{.loss = model.loss(read, labels, each, context), .state = {}}
                            : model.loss_from(state, read, labels, each, context);
    state = std::move(found.state);
    const std::vector<double> values = found.loss.values();
    for (size_t i = 0; i < values.size(); ++i) {
      const int64_t label = labels.data<int64_t>()[i];
      if (label != kIgnoreIndex) score.add(values[i], label != unknown);
    }
  }
  return score;
}

// How many tokens the model writes for a person to read at each validation.
constexpr int64_t kSampleTokens = 40;

// The first three words of two lines: of the first, and of the one in the middle of the text.
std::vector<std::string> prompts_in(std::string_view text) {
  std::vector<std::string> prompts;
  for (size_t at : {size_t{0}, text.size() / 2}) {
    if (at > 0) at = std::min(text.find('\n', at), text.size());
    const size_t begin = std::min(text.find_first_not_of(" \r\n", at), text.size());
    const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    size_t end = 0;
    for (int word = 0; word < 3 && end != std::string_view::npos; ++word) end = line.find(' ', end + 1);
    const std::string prompt(line.substr(0, end));
    if (!prompt.empty() && (prompts.empty() || prompts[0] != prompt)) prompts.push_back(prompt);
  }
  return prompts;
}

}  // namespace

TextGenerator TextGenerator::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                                  uint64_t seed) {
  return {generation().make(config, std::move(tokenizer), seed)};
}

TextGenerator TextGenerator::make(std::string_view preset, const text::LineSource& lines,
                                  const MakeOptions& options) {
  MakeOptions own = options;
  if (!own.tokenizer) own.tokenizer = usual_language_tokenizer(*model_preset(preset));
  return {generation().make(preset, lines, own)};
}

TextGenerator TextGenerator::load(const ModelPath& path, const FineTuning& tuning) {
  TextGenerator generator{generation().load(path, tuning)};
  const Json* all = json_find(generator.origin.config, "task_specific_params");
  const Json* own = all != nullptr && all->is_object() ? json_find(*all, kGeneration) : nullptr;
  if (own != nullptr && own->is_object()) generator.lines = own->value<bool>("lines", false);
  return generator;
}

std::vector<int64_t> before_lines(const TextGenerator& generator) {
  const std::vector<int32_t> frame = generator.tokenizer->frame().before;
  if (generator.lines && !frame.empty()) return {frame.begin(), frame.end()};
  const SpecialIds& special = generator.config().special();
  return {special.bos >= 0 ? special.bos : special.eos};
}

void read_lines(TextGenerator& generator) {
  const SpecialIds& special = generator.config().special();
  check(special.eos >= 0,
        "`windows` lines: the tokenizer has no token that ends a text; train one, or give other windows");
  generator.lines = true;
  const int64_t begin = special.bos >= 0 ? special.bos : special.eos;
  if (!generator.tokenizer->frame().before.empty()) return;
  const auto id = static_cast<int32_t>(begin);
  const std::string token(generator.tokenizer->id_to_token(id));
  generator.tokenizer->set_post_processor(
      text::make_template_processing(token + " $A", token + " $A $B", {{token, id}}));
}

metrics::LanguageScore score_text(const TextGenerator& generator, std::string_view text, Context& context,
                                  const TextScoring& options) {
  const std::optional<std::string> kept = without_symbols(generator, text);
  if (kept) text = *kept;
  std::vector<std::string> unknown;
  metrics::LanguageScore score =
      score_windows(generator, text, context, options.batch, options.letters ? &unknown : nullptr);
  check_log_probability(*generator.model, -score.negative_log_likelihood);
  score.spelling = spelling_cost(*generator.tokenizer, unknown);
  return score;
}

LanguageTrainee::LanguageTrainee(TextGenerator& generator, std::string_view train, std::string_view dev,
                                 const LanguageTraining& options, uint64_t seed)
    : generator_(generator),
      options_(options),
      dev_(validation_part(dev, validation_tokens(options))),
      order_(order_of(options.windows, generator)) {
  check(options.length >= 1 && options.length <= generator.config().max_length(),
        "training: windows of {} for a model that takes {}; lower `length`",
        count_of(options.length, "token"), generator.config().max_length());
  check(!generator.lines || options.windows == TrainingWindows::lines,
        "training: the model of --from reads lines, each by itself; give --windows lines");
  if (options.windows == TrainingWindows::lines) {
    read_lines(generator_);
    if (std::ssize(dev_) < std::ssize(dev)) dev_.resize(dev_.rfind('\n') + 1);  // whole lines
  }
  const bool reads_unknown = !generator_.lines && order_ == WindowOrder::continuous &&
                             generator_.tokenizer->role("unk_token").has_value();
  check(reads_unknown || options_.unknown_share == 0 ||
            options_.unknown_share == LanguageTraining().unknown_share,
        "`unknown_share` {}: is for continuous windows, and a tokenizer that has an unknown token; leave it "
        "out",
        options_.unknown_share);
  if (reads_unknown) unknown_ = TokenDropout::to_unknown(options_.unknown_share, seed, *generator_.tokenizer);
  validates_ = text_for(generator_, dev_).predictions() > 0;
  set_requires_grad(*generator_.model);
  if (generator_.lines) {
    sample_lines(train, seed);
  } else {
    sample_windows(train, seed);
  }
  seek({});
}

void LanguageTrainee::sample_windows(std::string_view train, uint64_t seed) {
  TokenKey key(*generator_.tokenizer);
  key.add(train);
  auto tokens = cached_tokens(options_.token_cache, key.value(),
                              [&] { return TokenSequences{running_tokens(*generator_.tokenizer, train)}; });
  train_ = LanguageText(*generator_.tokenizer, std::move(tokens.at(0)));
  const int64_t length = train_.predictions_of(options_.length);
  check(length >= 1 && train_.predictions() >= length,
        "training: the text has {}, and a window takes {}; give more text, or lower `length`",
        count_of(train_.tokens(), "token"), options_.length);
  sampler_ = std::make_unique<WindowSampler>(
      train_.sampler({.length = length, .batch = options_.batch, .order = order_, .seed = seed}));
}

void LanguageTrainee::sample_lines(std::string_view train, uint64_t seed) {
  // Of batches whose lines are sorted by length together: enough to save padding, and too few to sort the
  // text.
  constexpr int64_t kPool = 16;
  train_ = text_for(generator_, train);
  const int64_t most = train_.predictions_of(options_.length);  // with what is put before a line
  check(most >= 1, "training: lines of {}, with those that begin a text; raise `length`",
        count_of(options_.length, "token"));
  std::vector<int64_t> lengths;
  int64_t begin = 0;
  for (const int64_t end : train_.line_ends()) {
    const int64_t length = std::min(end - begin, most);
    cut_lines_ += end - begin > length ? 1 : 0;
    line_windows_.push_back({begin, length});
    lengths.push_back(length);
    begin = end;
  }
  check(!lengths.empty(), "training: the text has no line; give more text");
  lines_ = std::make_unique<BatchSampler>(std::move(lengths),
                                          BatchOptions{.max_tokens = options_.batch * options_.length,
                                                       .max_examples = options_.batch,
                                                       .pool = kPool,
                                                       .seed = seed});
}

std::string LanguageTrainee::data() const {
  if (!lines_) return count_of(tokens(), "token") + " to train on";
  const std::string cut = cut_lines_ == 0
                              ? ""
                              : fmt::format(", {} of them longer than {} and read as far as that", cut_lines_,
                                            count_of(train_.predictions_of(options_.length), "token"));
  return fmt::format("{} to train on{}", count_of(std::ssize(line_windows_), "line"), cut);
}

NamedParameters LanguageTrainee::parameters() { return parameters_of(*generator_.model); }

void LanguageTrainee::seek(BatchPosition position) {
  if (lines_) {
    lines_->seek(position);
    return;
  }
  epoch_ = position.epoch;
  sampler_->seek(position.batch);
  if (order_ == WindowOrder::continuous) state_ = model().first_state(options_.batch);
}

void LanguageTrainee::next_batch() {
  if (lines_) {
    std::vector<Window> windows;
    for (const int64_t line : lines_->next()) windows.push_back(line_windows_[static_cast<size_t>(line)]);
    take(windows, false);
    return;
  }
  auto windows = sampler_->next();
  if (windows.empty()) {
    seek({epoch_ + 1, 0});
    windows = sampler_->next();
  }
  take(windows, order_ == WindowOrder::continuous && sampler_->step() > 1);
  if (unknown_) {
    const auto count = static_cast<size_t>(input_.numel());
    (*unknown_)(std::span(input_.data<int64_t>(), count), epoch_, sampler_->step());
  }
}

void LanguageTrainee::take(const std::vector<Window>& windows, bool goes_on) {
  std::tie(input_, labels_) = goes_on ? train_.batch_to_go_on(windows) : train_.batch(windows);
  predictions_ = predictions_in(windows);
}

LossSum LanguageTrainee::loss(Context& context) {
  if (lines_) {
    Tensor loss = model().loss({.target = {.ids = input_}}, labels_, {.reduction = Reduction::sum}, context);
    return {std::move(loss), static_cast<double>(predictions_)};
  }
  CarriedLoss found =
      model().loss_from(state_, {.target = {.ids = input_}}, labels_, {.reduction = Reduction::sum}, context);
  state_ = std::move(found.state);
  return {std::move(found.loss), static_cast<double>(predictions_)};
}

Scores LanguageTrainee::validate() {
  if (!validates_) return {};
  Context context;
  std::vector<std::string> unknown;
  metrics::LanguageScore score =
      score_windows(generator_, dev_, context, std::max<int64_t>(1, options_.batch), &unknown);
  if (!spelling_) spelling_ = spelling_cost(*generator_.tokenizer, unknown);
  score.spelling = *spelling_;
  return language_scores(score);
}

std::vector<Sample> LanguageTrainee::samples() {
  std::vector<Sample> samples;
  for (const std::string& prompt : prompts_in(dev_)) {
    const std::string text =
        generator_.generate(prompt, {.max_new_tokens = kSampleTokens, .do_sample = true, .seed = 1});
    samples.push_back({.input = prompt, .expected = "", .output = text});
  }
  return samples;
}

void LanguageTrainee::save(const std::string& directory) { save_generator(generator_, directory); }

// ---- what trained and fitted models share ----

Scores language_scores(const metrics::LanguageScore& score) {
  return {.values = {{"loss", score.loss()},
                     {"perplexity", score.perplexity()},
                     {"bits_per_character", score.bits_per_character()}},
          .items = static_cast<double>(score.tokens)};
}

std::string_view validation_part(std::string_view text, int64_t tokens) {
  // Tokens are seldom longer than 8 bytes, so this many bytes are enough.
  constexpr int64_t kBytes = 8;
  if (tokens >= std::ssize(text) / kBytes) return text;
  return text.substr(0, static_cast<size_t>(tokens * kBytes));
}

void save_generator(const TextGenerator& generator, const std::string& directory) {
  Json task = Json::object();
  if (generator.lines) task["task_specific_params"] = {{std::string(kGeneration), {{"lines", true}}}};
  save_model({.model = *generator.model,
              .tokenizer = *generator.tokenizer,
              .origin = generator.origin,
              .task = std::move(task),
              .decoding = generation().usual_decoding},
             directory);
}

}  // namespace hodhod
