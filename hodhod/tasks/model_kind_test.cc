// SPDX-License-Identifier: Apache-2.0
// A new kind of model needs only its own source and one line in the registry. Here a bigram model, a table of
// next-token logits for each last token, is trained, stored, loaded, scored, described and decoded by the
// unchanged tasks.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "hodhod/base/file.h"
#include "hodhod/models/description.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/tokens.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// ---- the model kind's own source ----

struct BigramOptions {
  int64_t vocabulary = 1, max_length = 64, width = 1;
  SpecialIds special = {};
  void validate() const { check(vocabulary > 0, "bigram: a vocabulary of {}", vocabulary); }
  template <class Visitor>
  void visit(Visitor&& v) {
    v("vocabulary", vocabulary);
    v("max_length", max_length);
    special.visit(v);
  }
};

const ModelType& bigram_type();

struct BigramConfig final : ConfigOf<BigramOptions> {
  BigramConfig(const BigramOptions& options = {}) : ConfigOf(options) {
    head.kind = HeadKind::language_model;
  }
  std::unique_ptr<ModelConfig> clone() const override { return std::make_unique<BigramConfig>(*this); }
  bool reads_source() const override { return false; }
  std::vector<HeadKind> heads() const override { return {HeadKind::language_model}; }
  std::string summary() const override { return "bigram"; }
  void validate() const override { body.validate(); }
  const ModelType& type(const ModelType*) const override { return bigram_type(); }
  std::unique_ptr<Model> make() const override;
};

class Bigram final : public Model, public LanguageModel {
 public:
  explicit Bigram(const BigramConfig& config)
      : config_(config), table_(Tensor::empty({config.vocabulary(), config.vocabulary()})) {}

  const ModelConfig& config() const override { return config_; }
  const LanguageModel* language_model() const override { return this; }
  const Head& head() const override { return head_; }
  void for_each_parameter(const ParameterFunction& f) override { f("table", table_); }
  void initialise(const Rng&, const ParameterChoice& wanted) override {
    if (wanted("table")) init_zeros(table_);
  }
  int64_t vocabulary() const override { return config_.vocabulary(); }
  int64_t max_length() const override { return config_.max_length(); }

  struct Nothing : State {
    void select(std::span<const int64_t>) override {}
    void append(State&&) override {}
  };
  std::unique_ptr<State> start(std::span<const Prompt>, Context&) const override {
    return std::make_unique<Nothing>();
  }
  Tensor step(State&, std::span<const int64_t> tokens, Context&) const override {
    const NoGrad off;
    return embedding(Tensor::from(tokens, {std::ssize(tokens)}), table_);
  }
  Tensor logits(const SequenceBatch& batch, Context& context) const override {
    const Tensor y = embedding(batch.target.ids, table_);
    trace(context, "logits", Component::linear, "BTV", y);
    return y;
  }

 private:
  BigramConfig config_;
  Head head_ = LanguageHead{};
  Tensor table_;  // [V, V]
};

std::unique_ptr<Model> BigramConfig::make() const { return std::make_unique<Bigram>(*this); }

struct BigramType final : ModelType {
  std::string_view name() const override { return "bigram"; }
  std::vector<std::string> presets() const override { return {"bigram"}; }
  std::unique_ptr<ModelConfig> preset(std::string_view) const override {
    return std::make_unique<BigramConfig>();
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    BigramConfig config;
    hf::ConfigReader reader(json, path);
    const hf::KeyRule keys[] = {{"vocab_size", "vocabulary"}, {"max_position_embeddings", "max_length"}};
    reader.read(keys, config.fields());
    hf::read_tokens(reader, config.body.special, config.body.vocabulary, false);
    reader.find("architectures");
    reader.finish();
    return {std::make_unique<BigramConfig>(config), reader.warnings()};
  }
  Json write(const ModelConfig& config) const override {
    Json json = {{"architectures", Json::array({"Bigram"})},
                 {"model_type", "bigram"},
                 {"vocab_size", config.vocabulary()},
                 {"max_position_embeddings", config.max_length()}};
    hf::write_tokens(config.special(), false, json);
    return json;
  }
};

const ModelType& bigram_type() {
  static const BigramType kType;
  return kType;
}

// ---- the line in the registry; everything else is unchanged ----

TEST(ModelKind, ANewOneIsTrainedStoredScoredDescribedAndDecoded) {
  const RegisteredType registered(bigram_type());
  const std::string text = "abcabcabcabcabcabdabcabcabcabdabcabcabcabcabc";
  bool given = false;
  auto tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.kind = TokenizerKind::character, .vocabulary = 16}, [&](std::string& line) {
        line = text;
        return !std::exchange(given, true);
      }).tokenizer);
  const auto config = model_preset("bigram");
  config->set_vocabulary(tokenizer->vocab_size());
  config->set_special({.pad = kPad, .eos = kEnd});
  TextGenerator generator = TextGenerator::make(*config, std::move(tokenizer), 1);

  const TemporaryDirectory directory;
  LanguageTrainee trainee(generator, text, "",
                          {.length = std::ssize(text) - 1, .batch = 1, .windows = TrainingWindows::in_order},
                          1);
  TrainerOptions options;
  options.steps = 400;
  options.log_every = 0;
  options.schedule = {.kind = ScheduleKind::constant, .rate = 0.1};
  train(trainee, options, directory.path());

  const TextGenerator loaded = TextGenerator::load(directory.path());
  EXPECT_TRUE(loaded.warnings.empty());
  // "b" is followed by "c" 13 times and by "d" twice.
  const auto logits = loaded.model->language_model()->logits(
      {.target = {.ids = Tensor::from(std::vector<int64_t>{loaded.tokenizer->encode_ids("b")[0]}, {1, 1})}},
      plain());
  const auto id = [&](const char* letter) {
    return static_cast<size_t>(loaded.tokenizer->encode_ids(letter)[0]);
  };
  EXPECT_NEAR(logits.values()[id("c")] - logits.values()[id("d")], std::log(13.0 / 2), 0.02);
  EXPECT_EQ(continue_text(loaded, {"ab"}, {.max_new_tokens = 7}, plain())[0][0].text, "cabcabc");
  EXPECT_LT(score_text(loaded, text, plain()).perplexity(), 1.4);
  EXPECT_EQ(describe(loaded.config(), {.length = 8}).parameters,
            loaded.config().vocabulary() * loaded.config().vocabulary());
}

TEST(ModelKind, TheRegistryForgetsItAgain) { EXPECT_EQ(find_model_type("bigram"), nullptr); }

}  // namespace
}  // namespace hodhod
