// SPDX-License-Identifier: Apache-2.0
// The names listed in docs/trace.md are exactly the names that models trace.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/names.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/models/bag_config.h"
#include "hodhod/models/bilm_config.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

// "`STACK.embedding.input` | BT | input" for each row of the table in the document.
std::set<std::string> documented_names() {
  const std::string text = read_file(join_path(source_directory(), "docs/trace.md"));
  const std::regex row(R"(\| (`[\w.]+` \| [A-Z]+ \| [a-z& -]+) \| )");
  std::set<std::string> rows;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), row); match != std::sregex_iterator();
       ++match)
    rows.insert((*match)[1]);
  return rows;
}

void add_names(const Trace& trace, std::set<std::string>& rows) {
  for (const Trace::Entry& entry : trace.entries()) {
    std::string name =
        std::regex_replace(entry.name, std::regex("^(encoder|decoder|forward|backward)"), "STACK");
    name = std::regex_replace(name, std::regex("(self|cross)_attention"), "ATTENTION");
    name = std::regex_replace(name, std::regex("layer\\.\\d+"), "layer.N");
    name = std::regex_replace(name, std::regex("\\.(forward|reverse)\\."), ".DIRECTION.");
    name = std::regex_replace(name, std::regex("STACK\\.upper"), "STACK");
    rows.insert("`" + name + "` | " + entry.axes + " | " + std::string(name_of(entry.component)));
  }
}

TEST(TraceNames, AreThoseOfTheDocument) {
  std::set<std::string> traced;
  for (const TestModel& tested : test_models()) {
    Trace trace;
    Context context{.trace = &trace};
    const TransformerModel model(tested.config, Rng(1));
    model.logits(sequence_batch(model, TestBatch(tested.config, 2, 5)), context);
    if (tested.config.has_decoder()) {
      const Prompt prompt{.source = {{1, 2, 3}}, .target = {4, 5}};
      model.step(*model.start(std::span(&prompt, 1), context), std::vector<int64_t>{5}, context);
    }
    add_names(trace, traced);
  }
  for (const HeadKind kind :
       {HeadKind::masked_language_model, HeadKind::classifier, HeadKind::tagger, HeadKind::span}) {
    Trace trace;
    Context context{.trace = &trace};
    TransformerConfig body = transformer_preset("bert-tiny");
    body.vocabulary = 61;
    const TransformerModel model({body, {.kind = kind, .labels = 3}}, Rng(1));
    const TokenBatch tokens = TestBatch(body, 2, 5).source;
    if (kind == HeadKind::classifier) classify(model, tokens, context);
    if (kind == HeadKind::tagger) tag(model, tokens, context);
    if (kind == HeadKind::span) find_span(model, tokens, context);
    if (const auto* head = head_as<MaskedLanguageHead>(model)) {
      head->logits(select(model.encode(tokens, context).states, 1, 0), model.embedding_table(), context);
    }
    add_names(trace, traced);
  }
  {
    Trace trace;
    Context context{.trace = &trace};
    TransformerConfig body = transformer_preset("bert-tiny");
    body.vocabulary = 61;
    body.reach = {1, 2};
    TokenBatch tokens = TestBatch(body, 2, 5).source;
    tokens.global = Tensor::full(tokens.ids.shape(), 1, DType::i64);
    TransformerModel(body, Rng(1)).encode(tokens, context);
    add_names(trace, traced);
  }
  {
    // Layer norms on both sides of a sub-layer, which have means.
    Trace trace;
    Context context{.trace = &trace};
    TransformerConfig body = small_config(TransformerShape::decoder);
    body.norm_placement = NormPlacement::both;
    TransformerModel(body, Rng(1)).encode(TestBatch(body, 2, 5).source, context);
    add_names(trace, traced);
  }
  for (const RecurrentConfig& body :
       {RecurrentConfig{.form = RecurrentForm::encoder},
        {.form = RecurrentForm::decoder},
        {.form = RecurrentForm::encoder_decoder},
        {.form = RecurrentForm::encoder_decoder, .attention = RecurrentAttention::dot},
        {.form = RecurrentForm::encoder_decoder, .attention = RecurrentAttention::dot, .copy = true}}) {
    Trace trace;
    Context context{.trace = &trace};
    RecurrentModelConfig config(body);
    config.body.vocabulary = 61;
    config.body.width = 8;
    config.head.kind = config.heads()[0];
    const auto model = make_model(config, Rng(3));
    const TokenBatch tokens = TestBatch(small_config(TransformerShape::encoder), 2, 5).source;
    const LanguageModel* role = model->sequence_to_sequence();
    if (role == nullptr) role = model->language_model();
    if (role == nullptr) {
      model->encoder()->encode(tokens, context);
    } else {
      role->logits({.source = tokens, .target = tokens}, context);
    }
    add_names(trace, traced);
  }
  for (const std::string type : {"nnlm-tiny", "windowed-lstm"}) {
    Trace trace;
    Context context{.trace = &trace};
    const auto model = make_model(*model_preset(type), Rng(3));
    const TokenBatch tokens = TestBatch(small_config(TransformerShape::decoder), 2, 5).target;
    model->language_model()->logits({.target = tokens}, context);
    add_names(trace, traced);
  }
  {
    Trace trace;
    Context context{.trace = &trace};
    RecurrentModelConfig config(RecurrentConfig{.form = RecurrentForm::encoder,
                                                .vocabulary = 61,
                                                .width = 8,
                                                .characters = 3,
                                                .character_hidden = 2});
    config.head = {.kind = HeadKind::tagger, .labels = 3};
    TokenBatch tokens = {.ids = Tensor::from<int64_t>({1, 2}, {1, 2})};
    tokens.letters = WordLetters{.ids = Tensor::zeros({2, 4}, DType::i64), .of_tokens = tokens.ids};
    tag(*make_model(config, Rng(3)), tokens, context);
    add_names(trace, traced);
  }
  {
    Trace trace;
    Context context{.trace = &trace};
    BagModelConfig config({.features = {.hashing = Hashing::all, .buckets = 5},
                           .hidden_sizes = {3},
                           .training = BagTraining::gradients});
    config.head.labels = 2;
    config.set_features(
        std::make_shared<const BagFeatures>(config.body.features, std::vector<KnownFeature>(), 1));
    const auto model = make_model(config, Rng(4));
    classify(*model, {.ids = Tensor::from<int64_t>({1, 2}, {1, 2})}, context);
    add_names(trace, traced);
  }
  {
    Trace trace;
    Context context{.trace = &trace};
    BilmConfig config({.vocabulary = 61, .width = 8, .layers = 1});
    config.head = {.kind = HeadKind::tagger, .labels = 3};
    tag(*make_model(config, Rng(3)), {.ids = Tensor::from<int64_t>({1, 2}, {1, 2})}, context);
    add_names(trace, traced);
  }
  for (const std::string preset : {"lstm-forecaster", "transformer-forecaster"}) {
    Trace trace;
    Context context{.trace = &trace};
    const auto config = model_preset(preset);
    for (const char* option : {"context=32", "horizon=3", "width=8"}) config->change(option);
    if (preset == "transformer-forecaster") config->change("heads=2");
    const auto model = make_model(*config, Rng(3));
    model->forecaster()->forecast({.history = Tensor::zeros({2, 32, 1}, DType::f64)}, context);
    add_names(trace, traced);
  }
  const std::set<std::string> documented = documented_names();
  std::vector<std::string> not_documented, not_traced;
  std::set_difference(traced.begin(), traced.end(), documented.begin(), documented.end(),
                      std::back_inserter(not_documented));
  std::set_difference(documented.begin(), documented.end(), traced.begin(), traced.end(),
                      std::back_inserter(not_traced));
  EXPECT_EQ(not_documented, std::vector<std::string>());
  EXPECT_EQ(not_traced, std::vector<std::string>());
}

// A pass with a trace gives the bits of one without, on the tape and off it.
TEST(TraceNames, ATraceChangesNoBit) {
  const auto expect_same = [](const char* name, const auto& logits) {
    for (const bool on_tape : {false, true}) {
      const Recording recorded(on_tape);
      Trace trace;
      Context plain, traced{.trace = &trace};
      const Tensor without = logits(plain), with = logits(traced);
      EXPECT_EQ(without.template values<float>(), with.template values<float>()) << name;
      EXPECT_GT(trace.entries().size(), 5u) << name;
    }
  };
  for (const TestModel& tested : test_models()) {
    TransformerModel model(tested.config, Rng(1));
    set_requires_grad(model);
    const SequenceBatch batch = sequence_batch(model, TestBatch(tested.config, 2, 5));
    expect_same(tested.name.c_str(), [&](Context& context) { return model.logits(batch, context); });
  }
  for (const RecurrentCell cell : {RecurrentCell::tanh, RecurrentCell::lstm, RecurrentCell::gru}) {
    for (const bool feeding : {false, true}) {
      RecurrentModelConfig config({.cell = cell,
                                   .form = RecurrentForm::encoder_decoder,
                                   .vocabulary = 61,
                                   .width = 8,
                                   .attention = RecurrentAttention::additive,
                                   .context = feeding ? ContextPlace::before : ContextPlace::after,
                                   .input_feeding = feeding,
                                   .copy = feeding});
      config.head.kind = config.heads()[0];
      const auto model = make_model(config, Rng(3));
      set_requires_grad(*model);
      const TestBatch batch(small_config(TransformerShape::encoder_decoder), 2, 5);
      expect_same("recurrent", [&](Context& context) {
        return model->sequence_to_sequence()->logits({.source = batch.source, .target = batch.target},
                                                     context);
      });
    }
  }
}

}  // namespace
}  // namespace hodhod
