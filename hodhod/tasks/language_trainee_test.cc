// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/score_tokens.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/test_tasks.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/text/after/template_processing.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

const std::string kHoopoes = [] {
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += fmt::format("hoopoe {} flies {}\n", i % 7, i % 5 == 0 ? "home" : "away");
  return text;
}();

std::unique_ptr<text::Tokenizer> letters_of_hoopoes() {
  bool given = false;
  return std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.kind = TokenizerKind::character, .vocabulary = 64}, [&](std::string& line) {
        line = kHoopoes.substr(0, 1000);
        return !std::exchange(given, true);
      }).tokenizer);
}

TextGenerator small_writer(const SpecialIds& special = {}) {
  auto tokenizer = letters_of_hoopoes();
  TransformerConfig config = transformer_preset("gpt-tiny");
  config.special = special;
  config.vocabulary = tokenizer->vocab_size();
  config.width = 16;
  config.heads = 2;
  config.feed_forward = 32;
  config.decoder_layers = 1;
  config.max_length = 32;
  return TextGenerator::make(TransformerModelConfig(config), std::move(tokenizer), 1);
}

TextGenerator recurrent_hoopoe(const std::string& preset, const SpecialIds& special = {}) {
  auto tokenizer = letters_of_hoopoes();
  const auto config = model_preset(preset);
  config->set_special(special);
  config->change("width=12");
  config->set_vocabulary(tokenizer->vocab_size());
  config->set_max_length(32);
  return TextGenerator::make(*config, std::move(tokenizer), 1);
}

Scores scores_of(std::string_view dev, const LanguageTraining& options) {
  TextGenerator writer = small_writer();
  LanguageTrainee trainee(writer, kHoopoes, dev, options, 1);
  EXPECT_EQ(trainee.validates(), !trainee.validate().values.empty());
  return trainee.validate();
}

TEST(LanguageTrainee, ATextWithNothingToPredictHasNoScore) {
  for (const char* dev : {"", "h"}) EXPECT_TRUE(scores_of(dev, {.length = 16}).values.empty()) << dev;
  const Scores scores = scores_of("ho", {.length = 16});
  ASSERT_FALSE(scores.values.empty());
  EXPECT_GT(scores.values[0].second, 0);
  EXPECT_EQ(scores.items, 1);
}

TEST(LanguageTrainee, AModelOnAnUnscoredTextIsTheLastOne) {
  TextGenerator writer = small_writer();
  LanguageTrainee trainee(writer, kHoopoes, "h", {.length = 16, .batch = 2}, 1);
  const TemporaryDirectory directory;
  const auto report = train(trainee, test_training(20), directory.path());
  EXPECT_EQ(report.model_step, 20);
  EXPECT_EQ(report.best_step, 0);
}

TEST(LanguageTrainee, AShortRunHasAShortValidation) {
  const auto tokens = static_cast<double>(kHoopoes.size());
  EXPECT_EQ(scores_of(kHoopoes, {.length = 16}).items, tokens - 1);
  EXPECT_EQ(scores_of(kHoopoes, {.length = 16, .planned_tokens = 1000000}).items, tokens - 1);
  EXPECT_EQ(scores_of(kHoopoes, {.length = 16, .planned_tokens = 10}).items, 8 * 4096 - 1);
}

// ---- what is logged ----

// The weights after a few updates, and the lines of training/layers.jsonl and training/samples.jsonl.
struct LoggedRun {
  std::vector<float> weights;
  std::string layers, samples;
};

LoggedRun logged_run(TextGenerator writer, bool log_layers) {
  const TemporaryDirectory directory;
  LanguageTrainee trainee(writer, kHoopoes.substr(0, 400), "hoopoe 3 flies away\n", {.length = 8, .batch = 3},
                          1);
  TrainerOptions options = test_training(12);
  options.log_every = 3;
  options.accumulate = 2;
  options.log_layers = log_layers;
  train(trainee, options, directory.path());
  LoggedRun run{.weights = {}, .layers = "", .samples = read_file(directory / "training/samples.jsonl")};
  for (const auto& [name, parameter] : trainee.parameters()) {
    const auto some = parameter.values<float>();
    run.weights.insert(run.weights.end(), some.begin(), some.end());
  }
  if (log_layers) run.layers = read_file(directory / "training/layers.jsonl");
  return run;
}

TEST(LanguageTrainee, MeasuringLayersChangesNoBit) {
  for (const char* preset : {"rnn-tiny", "lstm-tiny", "gru-tiny"}) {
    const LoggedRun logged = logged_run(recurrent_hoopoe(preset), true);
    EXPECT_EQ(logged.weights, logged_run(recurrent_hoopoe(preset), false).weights) << preset;
    EXPECT_THAT(logged.layers, HasSubstr("decoder.layer.0.output"));
  }
  const LoggedRun logged = logged_run(small_writer(), true);
  EXPECT_EQ(logged.weights, logged_run(small_writer(), false).weights);
  for (const char* part : {"decoder.embedding.output", "decoder.layer.0.output"})
    EXPECT_THAT(logged.layers, HasSubstr(part));
}

TEST(LanguageTrainee, WritesSamplesThatAreTheSameEachTime) {
  const LoggedRun one = logged_run(small_writer(), false), other = logged_run(small_writer(), true);
  EXPECT_EQ(one.samples, other.samples);
  EXPECT_THAT(one.samples, HasSubstr(R"({"input":"hoopoe 3 flies","output":")"));
}

// ---- carried state ----

// 120 letters in three rows, in windows of 8: five batches an epoch.
const LanguageTraining kFewRows{.length = 8, .batch = 3, .unknown_share = 0};

// Hides from the trainer what a trainee carries.
class Forgetful final : public Trainee {
 public:
  explicit Forgetful(Trainee& trainee) : trainee_(trainee) {}
  NamedParameters parameters() override { return trainee_.parameters(); }
  BatchPosition position() const override { return trainee_.position(); }
  void seek(BatchPosition position) override { trainee_.seek(position); }
  void next_batch() override { trainee_.next_batch(); }
  LossSum loss(Context& context) override { return trainee_.loss(context); }
  Scores validate() override { return trainee_.validate(); }
  void save(const std::string& directory) override { trainee_.save(directory); }

 private:
  Trainee& trainee_;
};

// The weights of a run that was stopped after each of these numbers of updates.
std::vector<float> weights_after(const std::string& preset, const std::vector<int64_t>& stops,
                                 bool forgets = false, const LanguageTraining& rows = kFewRows) {
  const TemporaryDirectory directory;
  std::vector<float> weights;
  for (const int64_t steps : stops) {
    TextGenerator writer = recurrent_hoopoe(preset);
    LanguageTrainee trainee(writer, kHoopoes.substr(0, 120), "hoopoe 3 flies away", rows, 1);
    Forgetful forgetful(trainee);
    TrainerOptions options = test_training(steps);
    options.accumulate = 2;
    train(forgets ? static_cast<Trainee&>(forgetful) : trainee, options, directory.path());
    weights.clear();
    for (const auto& [name, parameter] : trainee.parameters()) {
      const auto some = parameter.values<float>();
      weights.insert(weights.end(), some.begin(), some.end());
    }
  }
  return weights;
}

TEST(CarriedState, IsInTheCheckpoint) {
  for (const char* preset : {"rnn-tiny", "lstm-tiny", "gru-tiny"}) {
    const auto whole = weights_after(preset, {12});
    for (const int64_t stop : {1, 2, 3, 5, 6, 10})
      EXPECT_EQ(weights_after(preset, {stop, 12}), whole) << preset << " stopped at " << stop;
    EXPECT_EQ(weights_after(preset, {12}, true), whole);
    EXPECT_NE(weights_after(preset, {3, 12}, true), whole) << "a lost state goes unnoticed";
    // Five updates are two epochs, after which the state begins anew.
    EXPECT_EQ(weights_after(preset, {5, 12}, true), whole);
  }
}

TEST(CarriedState, DoesNotDependOnThreads) {
  const int before = thread_count();
  const auto whole = weights_after("lstm-tiny", {6});
  for (const int threads : {1, 2, 3, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(weights_after("lstm-tiny", {6}), whole) << threads;
  }
  set_thread_count(before);
}

// The batches of an epoch are the pieces of three texts.
TEST(CarriedState, ABatchGoesOnFromTheOneBefore) {
  TextGenerator writer = recurrent_hoopoe("gru-tiny");
  const std::string text = kHoopoes.substr(0, 121);
  LanguageTrainee trainee(writer, text, "", kFewRows, 1);
  const auto tokens = running_tokens(*writer.tokenizer, text);
  std::vector<std::vector<int64_t>> inputs, labels;
  for (size_t row = 0; row < 3; ++row) {
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(40 * row);
    inputs.emplace_back(begin, begin + 40);
    labels.emplace_back(begin + 1, begin + 41);
  }
  const NoGrad off;
  Context context;
  for (int64_t epoch = 0; epoch < 2; ++epoch) {
    double sum = 0;
    for (int64_t batch = 0; batch < 5; ++batch) {
      trainee.next_batch();
      const LossSum loss = trainee.loss(context);
      EXPECT_EQ(loss.items, 24);
      EXPECT_EQ(trainee.position(), (BatchPosition{epoch, batch + 1}));
      sum += loss.sum.item();
    }
    const Tensor whole = writer.model->language_model()->loss({.target = TokenBatch::of(inputs, 0)},
                                                              TokenBatch::of(labels, 0).ids,
                                                              {.reduction = Reduction::sum}, context);
    EXPECT_NEAR(sum, whole.item(), 1e-4);
  }
}

// Some of what is read is unknown, nothing of what is predicted, and the same after an interruption.
TEST(CarriedState, ReadsSomeTokensAsUnknown) {
  LanguageTraining rows = kFewRows;
  rows.unknown_share = 0.2;
  const auto whole = weights_after("gru-tiny", {8}, false, rows);
  EXPECT_EQ(weights_after("gru-tiny", {3, 8}, false, rows), whole);
  EXPECT_NE(weights_after("gru-tiny", {8}), whole);

  // With nearly all of them unknown, the first batch predicts the text from unknown tokens alone.
  rows.unknown_share = 1 - 1e-9;
  TextGenerator writer = recurrent_hoopoe("gru-tiny");
  const std::string text = kHoopoes.substr(0, 121);
  LanguageTrainee trainee(writer, text, "", rows, 1);
  const auto tokens = running_tokens(*writer.tokenizer, text);
  const auto unknown = static_cast<int64_t>(*writer.tokenizer->role("unk_token"));
  std::vector<std::vector<int64_t>> inputs, labels;
  for (size_t row = 0; row < 3; ++row) {
    const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(40 * row);
    inputs.emplace_back(8, unknown);
    labels.emplace_back(begin + 1, begin + 9);
  }
  const NoGrad off;
  Context context;
  trainee.next_batch();
  const Tensor expected = writer.model->language_model()->loss({.target = TokenBatch::of(inputs, 0)},
                                                               TokenBatch::of(labels, 0).ids,
                                                               {.reduction = Reduction::sum}, context);
  EXPECT_NEAR(trainee.loss(context).sum.item(), expected.item(), 1e-4);

  rows.windows = TrainingWindows::random;
  expect_error([&] { LanguageTrainee(writer, text, "", rows, 1); },
               "`unknown_share` 0.999999999: ", "continuous");
}

TEST(CarriedState, ATransformerHasNone) {
  TextGenerator writer = small_writer();
  expect_error(
      [&] {
        LanguageTrainee(writer, kHoopoes, "", {.length = 16, .windows = TrainingWindows::continuous}, 1);
      },
      "`windows` continuous: this model carries no state", "give random or in-order");
  const LanguageTrainee trainee(writer, kHoopoes, "", {.length = 16}, 1);
  EXPECT_THAT(trainee.carried(), testing::IsEmpty());
}

TEST(CarriedState, WindowsInAnyPlaceHaveNone) {
  for (const auto windows : {TrainingWindows::random, TrainingWindows::in_order}) {
    TextGenerator writer = recurrent_hoopoe("lstm-tiny");
    LanguageTrainee trainee(writer, kHoopoes, "", {.length = 8, .batch = 3, .windows = windows}, 1);
    trainee.next_batch();
    Context context;
    EXPECT_GT(trainee.loss(context).sum.item(), 0);
    EXPECT_THAT(trainee.carried(), testing::IsEmpty());
  }
}

TEST(CarriedState, MoreRowsThanTokensAreRefused) {
  TextGenerator writer = recurrent_hoopoe("gru-tiny");
  expect_error([&] { LanguageTrainee(writer, "hoopoe flies", "", {.length = 8, .batch = 12}, 1); },
               "too short to be cut into 12 rows", "lower `batch`");
}

// ---- lines ----

const SpecialIds kEnds{.pad = 0, .eos = 1};

// The loss of a text of its own, from the token that begins it: of its first `length` tokens and, if there is
// room, its end.
double loss_of_line(const TextGenerator& writer, const std::string& line, int64_t length) {
  std::vector<int64_t> labels;
  for (const int32_t id : writer.tokenizer->encode_ids(line)) labels.push_back(id);
  labels.push_back(writer.config().special().eos);
  labels.resize(std::min(labels.size(), static_cast<size_t>(length)));
  std::vector<int64_t> input = {writer.config().special().eos};
  input.insert(input.end(), labels.begin(), labels.end() - 1);
  const Shape shape{1, std::ssize(input)};
  Context context;
  const NoGrad off;
  return writer.model->language_model()
      ->loss({.target = {.ids = Tensor::from(input, shape)}}, Tensor::from(labels, shape),
             {.reduction = Reduction::sum}, context)
      .item();
}

TEST(Lines, EachIsATextOfItsOwn) {
  const std::vector<std::string> lines = {"hoopoe 3", "home", "", "hoopoe 5 flies away home"};
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  for (const bool recurrent : {false, true}) {
    TextGenerator writer = recurrent ? recurrent_hoopoe("lstm-tiny", kEnds) : small_writer(kEnds);
    LanguageTrainee trainee(writer, text, "", {.length = 16, .batch = 8, .windows = TrainingWindows::lines},
                            1);
    EXPECT_EQ(trainee.data(), "4 lines to train on, 1 of them longer than 16 tokens and read as far as that");
    EXPECT_FALSE(trainee.validates());
    trainee.next_batch();
    Context context;
    const LossSum found = trainee.loss(context);
    double sum = 0;
    for (const std::string& line : lines) sum += loss_of_line(writer, line, 16);
    EXPECT_NEAR(found.sum.item(), sum, 1e-4 * sum);
    EXPECT_EQ(found.items, 9 + 5 + 1 + 16);
    // A text is scored in the same way, in any order of its lines, and token by token.
    double whole = 0;
    for (const std::string& line : lines) whole += loss_of_line(writer, line, 100);
    const auto score = score_text(writer, text, context);
    EXPECT_NEAR(score.negative_log_likelihood, whole, 1e-4 * whole);
    EXPECT_EQ(score.tokens, 9 + 5 + 1 + 25);
    EXPECT_NEAR(
        score_text(writer, "home\nhoopoe 5 flies away home\nhoopoe 3\n\n", context).negative_log_likelihood,
        score.negative_log_likelihood, 1e-4 * whole);
    double tokens = 0;
    score_tokens(writer, text, context, [&](const std::vector<ScoredToken>& line) {
      for (const ScoredToken& token : line) tokens -= token.score.log_probability;
    });
    EXPECT_NEAR(tokens, whole, 1e-4 * whole);
  }
}

// What the tokenizer puts before a text stays there, and lines begin after it as prompts do.
TEST(Lines, BeginAsPromptsDo) {
  TextGenerator writer = small_writer(kEnds);
  writer.tokenizer->set_post_processor(
      text::make_template_processing("<unk> <pad> $A", "<unk> <pad> $A $B", {{"<unk>", 2}, {"<pad>", 0}}));
  LanguageTrainee trainee(writer, "home\n", "", {.length = 5, .batch = 2, .windows = TrainingWindows::lines},
                          1);
  EXPECT_EQ(trainee.data(), "1 line to train on, 1 of them longer than 4 tokens and read as far as that");
  trainee.next_batch();
  Context context;
  const LossSum found = trainee.loss(context);
  std::vector<int64_t> labels = {kIgnoreIndex}, input = {2, 0};
  for (const int32_t id : writer.tokenizer->encode_ids("home")) labels.push_back(id);
  input.insert(input.end(), labels.begin() + 1, labels.end() - 1);
  const NoGrad off;
  const Tensor wanted = writer.model->language_model()->loss({.target = {.ids = Tensor::from(input, {1, 5})}},
                                                             Tensor::from(labels, {1, 5}),
                                                             {.reduction = Reduction::sum}, context);
  EXPECT_FLOAT_EQ(static_cast<float>(found.sum.item()), static_cast<float>(wanted.item()));
  EXPECT_EQ(found.items, 4);
}

TEST(Lines, AreKeptInTheDirectory) {
  TextGenerator writer = small_writer(kEnds);
  LanguageTrainee trainee(writer, "home\naway\n", "home\n", {.length = 8, .windows = TrainingWindows::lines},
                          1);
  const TemporaryDirectory directory;
  trainee.save(directory.path());
  TextGenerator loaded = TextGenerator::load(directory.path());
  EXPECT_TRUE(loaded.lines);
  const int64_t end = loaded.config().special().eos;
  EXPECT_EQ(loaded.tokenizer->encode("").ids, std::vector<int32_t>{static_cast<int32_t>(end)});
  Context context;
  EXPECT_EQ(score_text(loaded, "home\n", context).negative_log_likelihood,
            score_text(writer, "home\n", context).negative_log_likelihood);
  EXPECT_THAT(error_of([&] { LanguageTrainee(loaded, kHoopoes, "", {.length = 8}, 1); }),
              HasSubstr("reads lines, each by itself; give --windows lines"));
}

TEST(Lines, GoOnAfterAStopWithTheSameBits) {
  const auto weights = [](const std::vector<int64_t>& stops) {
    const TemporaryDirectory directory;
    std::vector<float> all;
    for (const int64_t steps : stops) {
      TextGenerator writer = small_writer(kEnds);
      LanguageTrainee trainee(writer, kHoopoes.substr(0, 200), "home\n",
                              {.length = 24, .batch = 3, .windows = TrainingWindows::lines}, 1);
      train(trainee, test_training(steps), directory.path());
      all.clear();
      for (const auto& [name, parameter] : trainee.parameters()) {
        const auto some = parameter.values<float>();
        all.insert(all.end(), some.begin(), some.end());
      }
    }
    return all;
  };
  const auto whole = weights({9});
  for (const int64_t stop : {1, 3, 4, 7}) EXPECT_EQ(weights({stop, 9}), whole) << stop;
}

}  // namespace
}  // namespace hodhod
