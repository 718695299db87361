// SPDX-License-Identifier: Apache-2.0
// Recurrent models keep the contract of every model: a row's numbers depend neither on its batch nor on
// whether they are computed step by step, and loading a directory gives back what was saved.
#include "hodhod/models/recurrent_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/names.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/description.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kRecurrentVocabulary = 37;

RecurrentModelConfig small_recurrent(RecurrentCell cell, RecurrentForm form, int64_t layers = 2) {
  return RecurrentConfig{.cell = cell,
                         .form = form,
                         .vocabulary = kRecurrentVocabulary,
                         .width = 20,
                         .layers = layers,
                         .heads = 2,
                         .max_length = 64,
                         .dropout = 0.1};
}

std::unique_ptr<RecurrentModel> made(const RecurrentModelConfig& config) {
  auto model = std::make_unique<RecurrentModel>(config);
  model->initialise(Rng(7), [](const std::string&) { return true; });
  return model;
}

// The first elements of dimension 1 of row b.
std::vector<float> row_values(const Tensor& x, int64_t b, int64_t length) {
  return slice(slice(x, 0, b, b + 1), 1, 0, length).values<float>();
}

struct TestedRecurrent {
  std::string name;
  RecurrentModelConfig config;
};

// Every cell as a decoder and as an encoder-decoder with one layer and with three; every way to attend.
std::vector<TestedRecurrent> tested_recurrent() {
  std::vector<TestedRecurrent> all;
  for (const auto cell :
       {RecurrentCell::tanh, RecurrentCell::relu, RecurrentCell::lstm, RecurrentCell::gru}) {
    for (const auto form : {RecurrentForm::decoder, RecurrentForm::encoder_decoder}) {
      for (const int64_t layers : {1, 3}) {
        const bool translates = form == RecurrentForm::encoder_decoder;
        all.push_back({std::string(name_of(cell)) + (translates ? "_translator_" : "_decoder_") +
                           std::to_string(layers),
                       small_recurrent(cell, form, layers)});
      }
    }
  }
  for (const auto cell : {RecurrentCell::lstm, RecurrentCell::gru}) {
    for (const auto attention : {RecurrentAttention::none, RecurrentAttention::additive,
                                 RecurrentAttention::dot, RecurrentAttention::general}) {
      for (const auto place : {ContextPlace::after, ContextPlace::before}) {
        for (const bool feeding : {false, true}) {
          if (attention == RecurrentAttention::none && (feeding || place == ContextPlace::before)) continue;
          RecurrentModelConfig config = small_recurrent(cell, RecurrentForm::encoder_decoder, 2);
          config.body.attention = attention;
          config.body.context = place;
          config.body.input_feeding = feeding;
          all.push_back({std::string(name_of(cell)) + "_" + std::string(name_of(attention)) + "_" +
                             std::string(name_of(place)) + (feeding ? "_fed" : ""),
                         config});
        }
      }
    }
  }
  for (const auto place : {ContextPlace::after, ContextPlace::before}) {
    RecurrentModelConfig config = small_recurrent(RecurrentCell::gru, RecurrentForm::encoder_decoder, 2);
    config.body.attention = RecurrentAttention::additive;
    config.body.context = place;
    config.body.copy = true;
    all.push_back({"gru_copies_" + std::string(name_of(place)), config});
  }
  for (const auto cell : {RecurrentCell::lstm, RecurrentCell::gru}) {
    for (const auto attention :
         {RecurrentAttention::none, RecurrentAttention::general, RecurrentAttention::multi_head}) {
      RecurrentModelConfig config = small_recurrent(cell, RecurrentForm::encoder_decoder, 2);
      config.body.attention = attention;
      config.body.bidirectional = false;
      all.push_back(
          {std::string(name_of(cell)) + "_one_way_" + std::to_string(static_cast<int>(attention)), config});
    }
  }
  return all;
}

class RecurrentBits : public testing::TestWithParam<TestedRecurrent> {
 protected:
  RecurrentBits() : model_(made(GetParam().config)) {}

  bool reads() const { return model_->config().reads_source(); }
  // Row b without its padding and its neighbours.
  static TokenBatch alone(const TokenBatch& batch, int64_t b) {
    return {.ids = slice(slice(batch.ids, 0, b, b + 1), 1, 0, batch.lengths.data<int64_t>()[b]).dense()};
  }

  std::unique_ptr<RecurrentModel> model_;
  NoGrad off_;
  std::vector<std::vector<int64_t>> sources_ = ragged_rows(6, 9, kRecurrentVocabulary, 3),
                                    targets_ = ragged_rows(6, 8, kRecurrentVocabulary, 4);
};

TEST_P(RecurrentBits, ARowIsTheSameAloneAndAmongOthers) {
  SequenceBatch batch{.target = TokenBatch::of(targets_, 0)};
  if (reads()) batch.source = TokenBatch::of(sources_, 0);
  const Tensor logits = model_->logits(batch, plain());
  const Tensor states = model_->encode(TokenBatch::of(sources_, 0), plain()).states;
  for (int64_t b = 0; b < 6; ++b) {
    SequenceBatch one{.target = alone(batch.target, b)};
    if (reads()) one.source = alone(batch.source, b);
    const Tensor own = model_->logits(one, plain());
    EXPECT_EQ(own.values<float>(), row_values(logits, b, own.dim(1)));
    const Tensor encoded = model_->encode(alone(TokenBatch::of(sources_, 0), b), plain()).states;
    EXPECT_EQ(encoded.values<float>(), row_values(states, b, encoded.dim(1)));
  }
}

// Prompts have different lengths; rows change places, and rows join later.
TEST_P(RecurrentBits, StepByStepIsThePassOverAll) {
  constexpr int64_t kSteps = 5;
  std::vector<Prompt> prompts;
  auto texts = targets_;
  for (size_t i = 0; i < texts.size(); ++i) {
    prompts.push_back(
        {.source = {.tokens = reads() ? sources_[i] : std::vector<int64_t>()}, .target = targets_[i]});
    for (int64_t n = 1; n < kSteps; ++n)
      texts[i].push_back((static_cast<int64_t>(i) * 5 + n) % kRecurrentVocabulary);
  }
  SequenceBatch batch{.target = TokenBatch::of(texts, 0)};
  if (reads()) batch.source = TokenBatch::of(sources_, 0);
  const Tensor whole = model_->logits(batch, plain());
  const auto state = model_->start(std::span(prompts).first(4), plain());
  state->append(std::move(*model_->start(std::span(prompts).last(2), plain())));
  std::vector<int64_t> rows{0, 1, 2, 3, 4, 5};
  for (int64_t n = 0; n < kSteps; ++n) {
    std::vector<int64_t> tokens;
    for (int64_t r : rows) {
      const auto i = static_cast<size_t>(r);
      tokens.push_back(texts[i][targets_[i].size() - 1 + static_cast<size_t>(n)]);
    }
    const Tensor logits = model_->step(*state, tokens, plain());
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto t = std::ssize(targets_[static_cast<size_t>(rows[r])]) - 1 + n;
      EXPECT_EQ(select(logits, 0, static_cast<int64_t>(r)).values<float>(),
                select(select(whole, 0, rows[r]), 0, t).values<float>())
          << "row " << rows[r] << ", step " << n;
    }
    if (n != 1) continue;
    state->select(std::vector<int64_t>{5, 0, 3, 3});
    rows = {5, 0, 3, 3};
  }
}

INSTANTIATE_TEST_SUITE_P(Models, RecurrentBits, testing::ValuesIn(tested_recurrent()),
                         [](const auto& tested) { return tested.param.name; });

// An encoder sees the tokens after a token; a decoder does not.
// ---- running text in pieces ----

CarriedLoss losses_from(const RecurrentModel& model, const CarriedState& state, const Tensor& ids,
                        int64_t begin, int64_t end) {
  return model.loss_from(state, {.target = {.ids = slice(ids, 1, begin, end).dense()}},
                         slice(ids, 1, begin + 1, end + 1).dense(), {.reduction = Reduction::none}, plain());
}

TEST(RecurrentModel, ATextInPiecesHasTheLossesOfTheTextInOne) {
  const NoGrad off;
  constexpr int64_t kLength = 60;
  std::vector<std::vector<int64_t>> texts;
  for (const uint64_t seed : {5, 6, 7})
    texts.push_back(ragged_rows(1, kLength + 1, kRecurrentVocabulary, seed)[0]);
  const Tensor ids = TokenBatch::of(texts, 0).ids;
  for (const auto cell :
       {RecurrentCell::tanh, RecurrentCell::relu, RecurrentCell::lstm, RecurrentCell::gru}) {
    const auto model = made(small_recurrent(cell, RecurrentForm::decoder, 2));
    const Tensor whole =
        model->loss({.target = {.ids = slice(ids, 1, 0, kLength).dense()}},
                    slice(ids, 1, 1, kLength + 1).dense(), {.reduction = Reduction::none}, plain());
    CarriedState state = model->first_state(3);
    for (const auto& [begin, end] : {std::pair<int64_t, int64_t>{0, 1}, {1, 9}, {9, 30}, {30, kLength}}) {
      CarriedLoss found = losses_from(*model, state, ids, begin, end);
      EXPECT_EQ(found.loss.values<float>(), slice(whole, 1, begin, end).values<float>()) << name_of(cell);
      state = std::move(found.state);
    }
  }
}

TEST(RecurrentModel, NoGradientFlowsFromAPieceToTheOneBefore) {
  const auto model = made(small_recurrent(RecurrentCell::lstm, RecurrentForm::decoder));
  set_requires_grad(*model);
  const Tensor ids = TokenBatch::of(ragged_rows(2, 20, kRecurrentVocabulary, 6), 0).ids;
  const auto gradient_of_second = [&](const CarriedState& state) {
    backward(sum(losses_from(*model, state, ids, 4, 8).loss));
    std::vector<float> all;
    for (const auto& [name, parameter] : parameters_of(*model)) {
      const auto some = parameter.grad().values<float>();
      all.insert(all.end(), some.begin(), some.end());
      parameter.clear_grad();
    }
    return all;
  };
  const CarriedState first = losses_from(*model, model->first_state(2), ids, 0, 4).state;
  CarriedState constant = first;
  for (auto& [name, tensor] : constant) tensor = Tensor::from(tensor.values<float>(), tensor.shape());
  EXPECT_EQ(gradient_of_second(first), gradient_of_second(constant));
  EXPECT_NE(gradient_of_second(first), gradient_of_second(model->first_state(2)));
}

TEST(RecurrentModel, AStateOfAnotherModelIsRefused) {
  const auto lstm = made(small_recurrent(RecurrentCell::lstm, RecurrentForm::decoder));
  const auto gru = made(small_recurrent(RecurrentCell::gru, RecurrentForm::decoder));
  const Tensor ids = Tensor::zeros({2, 5}, DType::i64);
  expect_error([&] { losses_from(*gru, lstm->first_state(2), ids, 0, 4); }, "a carried state of 2 tensors");
  expect_error([&] { losses_from(*gru, gru->first_state(3), ids, 0, 4); },
               "it should have output [2, 2, 20]");
  EXPECT_TRUE(
      made(small_recurrent(RecurrentCell::gru, RecurrentForm::encoder_decoder))->first_state(2).empty());
}

TEST(RecurrentModel, FormsReadInTheirDirections) {
  const NoGrad off;
  const std::vector<std::vector<int64_t>> one{{3, 4, 5}}, other{{3, 4, 9}};
  for (const auto form : {RecurrentForm::encoder, RecurrentForm::decoder}) {
    const auto model = made(small_recurrent(RecurrentCell::gru, form));
    const auto first = row_values(model->encode(TokenBatch::of(one, 0), plain()).states, 0, 2),
               second = row_values(model->encode(TokenBatch::of(other, 0), plain()).states, 0, 2);
    EXPECT_EQ(first == second, form == RecurrentForm::decoder);
  }
}

TEST(RecurrentModel, ADirectoryGivesBackEveryWayToAttend) {
  for (const TestedRecurrent& tested : tested_recurrent()) {
    if (!tested.config.reads_source()) continue;
    const auto model = made(tested.config);
    const TemporaryDirectory directory;
    save_model_files(*model, directory.path());
    const LoadedModel loaded = load_model(directory.path());
    EXPECT_THAT(loaded.warnings, IsEmpty()) << tested.name;
    const NoGrad off;
    const SequenceBatch batch{.source = TokenBatch::of(std::vector<std::vector<int64_t>>{{3, 4, 5}}, 0),
                              .target = TokenBatch::of(std::vector<std::vector<int64_t>>{{6, 7}}, 0)};
    EXPECT_EQ(loaded.model->sequence_to_sequence()->logits(batch, plain()).values<float>(),
              model->logits(batch, plain()).values<float>())
        << tested.name;
  }
}

// With the gate shut, and all attention on one place, the next token is the one there.
TEST(RecurrentModel, CopiesATokenOfTheSource) {
  RecurrentModelConfig config = small_recurrent(RecurrentCell::gru, RecurrentForm::encoder_decoder, 1);
  config.body.attention = RecurrentAttention::dot;
  config.body.copy = true;
  const auto model = made(config);
  model->for_each_parameter([](const std::string& name, Tensor& parameter) {
    if (name == "copy_gate.weight") fill(parameter, 0);
    if (name == "copy_gate.bias") fill(parameter, -50);
  });
  const NoGrad off;
  const SequenceBatch batch{.source = TokenBatch::of(std::vector<std::vector<int64_t>>{{7}, {3, 3, 3}}, 0),
                            .target = TokenBatch::of(std::vector<std::vector<int64_t>>{{6, 8}, {4, 5}}, 0)};
  const Tensor logits = model->logits(batch, plain());
  for (int64_t b = 0; b < 2; ++b) {
    const auto row = row_values(logits, b, 2);
    for (int64_t t = 0; t < 2; ++t) {
      const auto at = static_cast<size_t>(t * kRecurrentVocabulary + (b == 0 ? 7 : 3));
      EXPECT_NEAR(row[at], 0, 1e-5);
    }
  }
}

TEST(RecurrentModel, RefusesOptionsThatDoNotGoTogether) {
  RecurrentModelConfig config = small_recurrent(RecurrentCell::gru, RecurrentForm::encoder_decoder);
  config.body.input_feeding = true;
  expect_error([&] { config.validate(); }, "input_feeding need attention");
  config.body.input_feeding = false;
  config.body.copy = true;
  expect_error([&] { config.validate(); }, "copy needs attention additive, dot or general; it is multi-head");
  config.body.input_feeding = true;
  config.body.attention = RecurrentAttention::dot;
  config.body.locked_dropout = true;
  expect_error([&] { config.validate(); }, "locked_dropout");
  RecurrentModelConfig decoder = small_recurrent(RecurrentCell::gru, RecurrentForm::decoder);
  expect_error([&] { decoder.change("attention=dot"); }, "reads a source");
  expect_error([&] { decoder.change("forget_bias=2"); }, "only an LSTM");
}

// A dropped token is dropped wherever it occurs; the others are scaled up.
TEST(RecurrentModel, EmbeddingDropoutTakesWholeTokens) {
  RecurrentModelConfig config = small_recurrent(RecurrentCell::gru, RecurrentForm::decoder);
  config.body.dropout = 0;
  config.body.embedding_dropout = 0.5;
  const auto model = made(config);
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 60; ++i) ids.push_back(1 + i % 30);
  Trace trace;
  Context context{.training = true, .rng = Rng(3), .trace = &trace};
  model->encode(TokenBatch::of(std::vector<std::vector<int64_t>>{ids}, 0), context);
  const auto before = trace.at("decoder.embedding.tokens").tensor.values<float>(),
             after = trace.at("decoder.embedding.output").tensor.values<float>();
  const auto width = static_cast<size_t>(config.body.width);
  size_t dropped = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const bool gone = after[i * width] == 0;
    dropped += gone ? 1 : 0;
    for (size_t c = 0; c < width; ++c) {
      EXPECT_EQ(after[i * width + c], gone ? 0 : 2 * before[i * width + c]);
      EXPECT_EQ(after[i * width + c], after[(i + 30) % 60 * width + c]);
    }
  }
  EXPECT_GT(dropped, 10U);
  EXPECT_LT(dropped, 50U);
}

TEST(RecurrentModel, LockedDropoutTakesTheSameChannelsAtEveryStep) {
  RecurrentModelConfig config = small_recurrent(RecurrentCell::gru, RecurrentForm::decoder);
  config.body.dropout = 0.5;
  config.body.locked_dropout = true;
  const auto model = made(config);
  Trace trace;
  Context context{.training = true, .rng = Rng(3), .trace = &trace};
  model->encode(TokenBatch::of(std::vector<std::vector<int64_t>>{{1, 2, 3, 4}}, 0), context);
  const auto after = trace.at("decoder.embedding.output").tensor.values<float>();
  const auto width = static_cast<size_t>(config.body.width);
  size_t dropped = 0;
  for (size_t c = 0; c < width; ++c) {
    dropped += after[c] == 0 ? 1 : 0;
    for (size_t t = 1; t < 4; ++t) EXPECT_EQ(after[t * width + c] == 0, after[c] == 0);
  }
  EXPECT_GT(dropped, 2U);
  EXPECT_LT(dropped, width - 2);
}

TEST(RecurrentModel, ADirectoryGivesBackWhatWasSaved) {
  for (const auto cell :
       {RecurrentCell::tanh, RecurrentCell::relu, RecurrentCell::lstm, RecurrentCell::gru}) {
    for (const auto form : {RecurrentForm::encoder, RecurrentForm::decoder, RecurrentForm::encoder_decoder}) {
      RecurrentModelConfig config = small_recurrent(cell, form);
      config.head.kind = config.heads()[0];
      config.body.special.eos = 2;
      const auto model = made(config);
      const TemporaryDirectory directory;
      save_model_files(*model, directory.path());
      const LoadedModel loaded = load_model(directory.path());
      EXPECT_THAT(loaded.warnings, IsEmpty());
      auto before = config.clone(), after = loaded.model->config().clone();
      EXPECT_EQ(fields_to_json(before->fields()), fields_to_json(after->fields()));
      const auto ours = parameters_of(*model), theirs = parameters_of(*loaded.model);
      ASSERT_EQ(ours.size(), theirs.size());
      for (size_t i = 0; i < ours.size(); ++i) {
        EXPECT_EQ(ours[i].first, theirs[i].first);
        EXPECT_EQ(ours[i].second.values<float>(), theirs[i].second.values<float>()) << ours[i].first;
      }
    }
  }
}

TEST(RecurrentModel, PresetsTakeTheFormThatATaskNeeds) {
  const auto config = model_preset("lstm-small");
  config->take_form(HeadKind::language_model, true);
  EXPECT_TRUE(config->reads_source());
  config->take_form(HeadKind::classifier, false);
  EXPECT_FALSE(config->reads_source());
  config->head = {.kind = HeadKind::classifier, .labels = 2};
  config->set_vocabulary(50);
  const auto model = make_model(*config, Rng(1));
  EXPECT_EQ(model->language_model(), nullptr);
  EXPECT_NE(head_as<ClassificationHead>(*model), nullptr);
  EXPECT_THAT(error_of([&] { config->change("form=decoder"); }), HasSubstr("the task decides it"));
  EXPECT_THAT(error_of([&] { config->change("heads=2"); }),
              HasSubstr("attends only where it reads a source"));
}

// An LSTM has 4 gates: (C + H + 2) · 4H parameters in a layer. The output layer is the embedding with a bias.
TEST(RecurrentModel, DescriptionCountsItsParametersAndOperations) {
  RecurrentModelConfig config = small_recurrent(RecurrentCell::lstm, RecurrentForm::decoder);
  const int64_t width = 20, layer = 4 * width * (2 * width + 2);
  const Description description = describe(config, {.batch = 2, .length = 5});
  EXPECT_EQ(description.parameters, kRecurrentVocabulary * width + 2 * layer + kRecurrentVocabulary);
  int64_t rows = 0;
  for (const LayerDescription& step : description.layers) rows += step.parameters;
  EXPECT_EQ(rows, description.parameters);
  EXPECT_EQ(description.forward_flops_per_token(),
            2.0 * (2 * 8 * width * width + kRecurrentVocabulary * width));
}

// 4 / sqrt(width), twice that for letters and 1 at most, where the model writes; 0.1 elsewhere.
TEST(RecurrentModel, BeginsWithVectorsThatSuitItsTask) {
  const auto deviation = [](RecurrentForm form, int64_t vocabulary, int64_t width) {
    RecurrentModelConfig config = small_recurrent(RecurrentCell::gru, form, 1);
    config.body.vocabulary = vocabulary;
    config.body.width = width;
    double squares = 0;
    int64_t count = 0;
    made(config)->for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (name != "embedding.weight") return;
      for (const float value : parameter.values<float>()) squares += double{value} * double{value};
      count = parameter.numel();
    });
    return std::sqrt(squares / static_cast<double>(count));
  };
  EXPECT_NEAR(deviation(RecurrentForm::decoder, 2000, 64), 0.5, 0.01);
  EXPECT_NEAR(deviation(RecurrentForm::encoder_decoder, 2000, 64), 0.5, 0.01);
  EXPECT_NEAR(deviation(RecurrentForm::decoder, 999, 100), 0.8, 0.02);
  EXPECT_NEAR(deviation(RecurrentForm::decoder, 100, 32), 1, 0.05);
  EXPECT_NEAR(deviation(RecurrentForm::encoder, 2000, 64), 0.1, 0.01);
}

}  // namespace
}  // namespace hodhod
