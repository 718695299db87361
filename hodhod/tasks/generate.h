// SPDX-License-Identifier: Apache-2.0
// Language modelling on running text. (tasks/continue_text.h generates text.)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/decode/options.h"
#include "hodhod/models/language_model.h"
#include "hodhod/tasks/generate_options.h"
#include "hodhod/tasks/language_text.h"
#include "hodhod/tasks/token_dropout.h"
#include "hodhod/tasks/writing_model.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/train/metrics/perplexity.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// Its name in task_specific_params, as in Transformers.
inline constexpr std::string_view kGeneration = "text-generation";

// A language model and its tokenizer.
//
//     auto poet = TextGenerator::make("gpt-tiny", lines_of("poems.txt"), {.seed = 1});
//     fit(poet, "poems.txt", {.steps = 1000}, "my-poet");
//     auto gpt = TextGenerator::load("my-poet");
//     fmt::print("{}", gpt.generate("Once", {.max_new_tokens = 40}));
struct TextGenerator : WritingModel {
  // Whether it was trained on lines, each a text of its own (TrainingWindows::lines). Kept in config.json as
  // task_specific_params.text-generation.lines.
  bool lines = false;

  // Whether a text is read line by line.
  bool reads_lines() const { return lines || config().reads_lines(); }
  // A new generator of a preset's size, with a tokenizer trained on `lines`.
  static TextGenerator make(std::string_view preset, const text::LineSource& lines,
                            const MakeOptions& options = {});
  static TextGenerator make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                            uint64_t seed);
  // `tuning` overrides the directory's configuration and tokenizer.
  static TextGenerator load(const ModelPath& path, const FineTuning& tuning = {});

  // The continuation of `prompt`. (continue_text.h continues many at once.)
  std::string generate(const std::string& prompt, const GenerateOptions& options = {}) const;
};

// The tokens that a line begins after: those that the tokenizer puts before a text, so that training and
// scoring match prompting; if it puts none, as for a model that is counted, the one that begins a text.
std::vector<int64_t> before_lines(const TextGenerator& generator);
// Makes the generator read lines, each a text of its own, and its tokenizer put the token that begins a text
// before each, unless it puts some there already. Error if no token ends a text.
void read_lines(TextGenerator& generator);

// How well the model predicts a text: the end of each line is predicted, too. A model of lines reads each of
// them by itself. Of others, one that carries a state reads the text from the first token to the last, and
// the rest predict it in windows of their maximum length that overlap by half (scoring_windows).
struct TextScoring {
  int64_t batch = 8;  // windows, or lines, at once
  // Whether the letters of unknown words are charged, which bits per character take; a perplexity does not.
  bool letters = true;
};
metrics::LanguageScore score_text(const TextGenerator& generator, std::string_view text, Context& context,
                                  const TextScoring& options = {});

// A score as the result of a validation: the loss decides.
Scores language_scores(const metrics::LanguageScore& score);
// The first part of a text for validation, of about this many tokens.
std::string_view validation_part(std::string_view text, int64_t tokens);
// Writes the model, its tokenizer and its usual decoding into a directory.
void save_generator(const TextGenerator& generator, const std::string& directory);

// Which windows of the text a batch has. random: anywhere. in_order: side by side, epoch by epoch.
// continuous: the text is cut into as many stretches as a batch has windows, and each window goes on where
// that of the batch before ended, with the state that the model had there. automatic: continuous for a model
// that carries a state (LanguageModel::first_state), and random for others.
//
// lines: each line of the text is a text of its own, such as a name: every window has one, from the token
// that begins a text to the one that ends it, and no line sees another. What a line has beyond `length`
// tokens is not read. The tokenizer then puts the beginning before every text.
enum class TrainingWindows { automatic, random, in_order, continuous, lines };
constexpr std::array<std::string_view, 5> names_of(TrainingWindows) {
  return {"auto", "random", "in-order", "continuous", "lines"};
}

struct LanguageTraining {
  int64_t length = 256;  // tokens in a window; at most the model's maximum
  int64_t batch = 16;    // windows in a batch
  TrainingWindows windows = TrainingWindows::automatic;
  int64_t validation_tokens = 200000;
  // Of the input's tokens in continuous windows, those that are read as the unknown one, if the tokenizer has
  // one. Without them its vector is never an input in training, and a single word that was never seen can
  // move the state so far that it does not come back.
  double unknown_share = 0.002;
  std::string token_cache = {};  // file that caches the encoded text; empty: none
  // Number of training tokens in the whole run; 0: unknown. Validation uses at most eight times as many, so
  // that a short run is not mostly validation.
  double planned_tokens = 0;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("length", length, "Tokens of a window", at_least(1));
    v("batch", batch, "Windows in a batch", at_least(1));
    v("windows", windows,
      "Take windows anywhere (random), side by side (in-order), or each where the last one of its row ended, "
      "with the state carried on (continuous), or take each line by itself, from its beginning to its end, "
      "as for names (lines); auto: continuous for a recurrent model, random for others");
    v("validation_tokens", validation_tokens, "Number of tokens of the validation text that are used",
      at_least(0));
    v("unknown_share", unknown_share,
      "Continuous windows: share of the input's tokens that training reads as unknown, so that a word that "
      "was never seen does little harm",
      at_least(0).below(1));
  }
};

// Trains `generator` on `train` and validates on `dev`. Keeps a reference to the generator. Error when
// windows are to be continuous and the model carries no state.
class LanguageTrainee final : public Trainee {
 public:
  LanguageTrainee(TextGenerator& generator, std::string_view train, std::string_view dev,
                  const LanguageTraining& options, uint64_t seed);

  int64_t tokens() const { return train_.tokens(); }
  // What there is to train on, in words.
  std::string data() const;
  // Whether the validation text has any tokens to predict.
  bool validates() const { return validates_; }

  NamedParameters parameters() override;
  BatchPosition position() const override {
    return lines_ ? lines_->position() : BatchPosition{epoch_, sampler_->step()};
  }
  void seek(BatchPosition position) override;
  NamedParameters carried() const override { return state_; }
  void carry(const NamedParameters& state) override { state_ = state; }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  // How the model goes on from the first words of lines of the validation text.
  std::vector<Sample> samples() override;
  void save(const std::string& directory) override;

 private:
  const LanguageModel& model() const { return *generator_.model->language_model(); }
  void sample_windows(std::string_view train, uint64_t seed);
  void sample_lines(std::string_view train, uint64_t seed);
  void take(const std::vector<Window>& windows, bool goes_on);

  TextGenerator& generator_;
  LanguageTraining options_;
  LanguageText train_;
  std::string dev_;
  std::optional<double> spelling_;  // of the validation text, once it is needed
  bool validates_ = false;
  WindowOrder order_ = WindowOrder::random;
  int64_t epoch_ = 0;
  std::optional<TokenDropout> unknown_;  // of continuous windows
  std::unique_ptr<WindowSampler> sampler_;
  // With windows of lines, in place of the sampler.
  std::unique_ptr<BatchSampler> lines_;
  std::vector<Window> line_windows_;
  int64_t cut_lines_ = 0;
  CarriedState state_;  // before the batch; empty unless windows are continuous
  Tensor input_, labels_;
  int64_t predictions_ = 0;  // of the batch
};

}  // namespace hodhod
