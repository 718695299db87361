// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/decoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/decode/generator.h"
#include "hodhod/decode/trigram_model.h"
#include "hodhod/models/recurrent_model.h"
#include "hodhod/models/test_models.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/test_context.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

void expect_same_results(const Hypotheses& got, const Hypotheses& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t n = 0; n < got.size(); ++n) {
    EXPECT_EQ(got[n].tokens, want[n].tokens) << what << " result " << n;
    EXPECT_EQ(got[n].log_probability, want[n].log_probability) << what << " result " << n;
    EXPECT_EQ(got[n].score, want[n].score) << what << " result " << n;
  }
}

// Greedy search, sampling and beams, prompts and limits of many lengths.
std::vector<DecodeRequest> mixed_requests(const LanguageModel& model, int64_t source_vocabulary,
                                          int64_t count) {
  Rng rng(21);
  const auto number = [&](int64_t below) {
    return static_cast<int64_t>(rng.below(static_cast<uint64_t>(below)));
  };
  std::vector<DecodeRequest> requests;
  for (int64_t i = 0; i < count; ++i) {
    DecodeRequest request;
    request.stream = static_cast<uint64_t>(i);
    request.prompt.target.resize(static_cast<size_t>(1 + number(12)));
    for (int64_t& token : request.prompt.target) token = number(model.vocabulary());
    if (source_vocabulary > 0) {
      request.prompt.source.tokens.resize(static_cast<size_t>(1 + number(20)));
      for (int64_t& token : request.prompt.source.tokens) token = number(source_vocabulary);
    }
    DecodeOptions& options = request.options;
    options.max_new_tokens = 1 + number(25);
    options.eos = {0};
    options.repetition_penalty = 1 + 0.1 * static_cast<double>(number(3));
    switch (i % 5) {
      case 0:
        break;
      case 1:
        options.do_sample = true;
        options.num_return_sequences = 1 + number(3);
        options.top_k = number(10);
        break;
      case 2:
        options.num_beams = 2 + number(3);
        options.num_return_sequences = 2;
        break;
      case 3:
        options.num_beams = 3;
        options.early_stopping = true;
        options.min_new_tokens = 3;
        break;
      default:
        options.slide_window = true;
        options.do_sample = i % 2 == 0;
        options.max_new_tokens = model.max_length() + 30;
        options.eos = {};
    }
    requests.push_back(request);
  }
  return requests;
}

Hypotheses alone(const LanguageModel& model, const DecodeRequest& request) {
  return generate(model, std::span(&request.prompt, 1), request.options, plain(), {.ends = request.ends},
                  std::span(&request.stream, 1))[0];
}

// Adds requests at many moments and removes some in the middle: each of the others ends as it would alone.
void expect_each_as_alone(const LanguageModel& model, int64_t source_vocabulary, uint64_t seed) {
  const std::vector<DecodeRequest> requests = mixed_requests(model, source_vocabulary, 20);
  Rng rng(seed);

  Decoding decoding(model, plain());
  std::map<int64_t, size_t> under_way;  // number → request
  size_t next = 0, finished = 0, removed = 0;
  while (next < requests.size() || !decoding.empty()) {
    for (uint64_t more = rng.below(3); more > 0 && next < requests.size(); --more) {
      under_way.emplace(decoding.add(requests[next]), next);
      ++next;
    }
    if (!under_way.empty() && rng.below(16) == 0) {
      const auto victim = std::next(under_way.begin(), static_cast<int64_t>(rng.below(under_way.size())));
      EXPECT_TRUE(decoding.remove(victim->first));
      EXPECT_FALSE(decoding.remove(victim->first));
      under_way.erase(victim);
      ++removed;
    }
    for (const FinishedEvent& event : decoding.step().finished) {
      ASSERT_TRUE(under_way.contains(event.request));
      ASSERT_FALSE(event.error);
      const size_t number = under_way[event.request];
      expect_same_results(event.results, alone(model, requests[number]), "request " + std::to_string(number));
      under_way.erase(event.request);
      ++finished;
    }
    EXPECT_EQ(decoding.requests(), static_cast<int64_t>(under_way.size()));
  }
  EXPECT_EQ(finished + removed, requests.size());
  EXPECT_GT(finished, 12u);
  EXPECT_GT(removed, 0u);
  EXPECT_EQ(decoding.rows(), 0);
}

TEST(Decoding, ResultsAreThoseOfEachRequestAlone) {
  for (uint64_t seed : {1, 2, 3, 4}) expect_each_as_alone(TrigramModel(11, 9), 0, seed);
}

TEST(Decoding, ResultsOfTransformersAreThoseOfEachRequestAlone) {
  for (const TestModel& tested : test_models()) {
    SCOPED_TRACE(tested.name);
    const TransformerModel model(tested.config, Rng(3));
    const bool reads = tested.config.shape == TransformerShape::encoder_decoder;
    expect_each_as_alone(model, reads ? tested.config.size_of_source_vocabulary() : 0, 5);
  }
}

TEST(Decoding, ResultsOfRecurrentModelsAreThoseOfEachRequestAlone) {
  for (const RecurrentForm form : {RecurrentForm::decoder, RecurrentForm::encoder_decoder}) {
    for (const RecurrentCell cell : {RecurrentCell::lstm, RecurrentCell::gru}) {
      SCOPED_TRACE(name_of(form));
      RecurrentModel model(RecurrentConfig{
          .cell = cell, .form = form, .vocabulary = 53, .width = 20, .layers = 2, .max_length = 60});
      model.initialise(Rng(4), [](const std::string&) { return true; });
      expect_each_as_alone(model, form == RecurrentForm::decoder ? 0 : 53, 6);
    }
  }
}

TEST(Decoding, EachChosenTokenIsTold) {
  const TrigramModel model(11, 9);

  Decoding decoding(model, plain());
  const int64_t greedy = decoding.add({prompt({2, 3}), {.max_new_tokens = 7}});
  const int64_t sampled =
      decoding.add({prompt({4}), {.max_new_tokens = 9, .num_return_sequences = 3, .do_sample = true}});
  const int64_t beams = decoding.add({prompt({4}), {.max_new_tokens = 5, .num_beams = 2}});
  std::map<std::pair<int64_t, int64_t>, std::vector<int64_t>> told;
  std::map<int64_t, Hypotheses> results;
  while (!decoding.empty()) {
    for (const DecodeEvents& events = decoding.step(); const TokenEvent& event : events.tokens)
      told[{event.request, event.sequence}].push_back(event.token);
  }
  EXPECT_EQ((told[{greedy, 0}]), alone(model, {prompt({2, 3}), {.max_new_tokens = 7}})[0].tokens);
  const auto three =
      alone(model, {prompt({4}), {.max_new_tokens = 9, .num_return_sequences = 3, .do_sample = true}});
  for (int64_t i = 0; i < 3; ++i) EXPECT_EQ((told[{sampled, i}]), three[static_cast<size_t>(i)].tokens);
  EXPECT_FALSE(told.contains({beams, 0}));
}

TEST(Decoding, ARequestThatFailsDisturbsNoOther) {
  const TrigramModel model(5);

  Decoding decoding(model, plain());
  const DecodeRequest good{prompt({1}), {.max_new_tokens = 9}};
  const int64_t first = decoding.add(good);
  std::set<int64_t> failing;
  failing.insert(decoding.add({prompt({1}), {.suppress_tokens = {0, 1, 2, 3, 4}}}));
  failing.insert(decoding.add({prompt({1}), {.num_beams = 2, .suppress_tokens = {0, 1, 2, 3, 4}}}));
  failing.insert(decoding.add({prompt({1}), {}, 0, [](std::span<const int64_t>, int64_t generated) -> bool {
                                 check(generated < 3, "the caller's own failure");
                                 return false;
                               }}));
  bool is_finished = false;
  while (!decoding.empty()) {
    for (const FinishedEvent& event : decoding.step().finished) {
      EXPECT_EQ(static_cast<bool>(event.error), failing.contains(event.request)) << event.request;
      if (event.request != first) continue;
      expect_same_results(event.results, alone(model, good), "the good one");
      is_finished = true;
    }
  }
  EXPECT_TRUE(is_finished);
}

TEST(Decoding, AnErrorOfTheModelEndsAllRequests) {
  class Failing : public TrigramModel {
   public:
    using TrigramModel::TrigramModel;
    mutable int steps = 0;
    Tensor step(State& state, std::span<const int64_t> tokens, Context& context) const override {
      check(++steps != 3, "the model has failed");
      return TrigramModel::step(state, tokens, context);
    }
  };
  const Failing model(5);

  Decoding decoding(model, plain());
  decoding.add({prompt({1}), {.max_new_tokens = 9}});
  decoding.step();
  decoding.step();
  EXPECT_THROW(decoding.step(), Error);
  EXPECT_TRUE(decoding.empty());
  EXPECT_EQ(decoding.rows(), 0);
  decoding.add({prompt({1}), {.max_new_tokens = 1}});
  EXPECT_EQ(decoding.step().finished.size(), 1u);
}

TEST(Decoding, RequestsThatWantNothingEndAtOnce) {
  const TrigramModel model(5);

  Decoding decoding(model, plain());
  EXPECT_TRUE(decoding.step().finished.empty());
  EXPECT_FALSE(decoding.remove(0));
  const int64_t none = decoding.add({prompt({1}), {.max_new_tokens = 0}});
  const int64_t gone = decoding.add({prompt({1}), {}});
  EXPECT_TRUE(decoding.remove(gone));
  const DecodeEvents events = decoding.step();
  ASSERT_EQ(events.finished.size(), 1u);
  EXPECT_EQ(events.finished[0].request, none);
  ASSERT_EQ(events.finished[0].results.size(), 1u);
  EXPECT_TRUE(events.finished[0].results[0].tokens.empty());
}

TEST(Decoding, WhatCannotBeginIsRefused) {
  const TrigramModel model(5);

  Decoding decoding(model, plain());
  const auto error_of = [&](const DecodeRequest& request) -> std::string {
    try {
      decoding.add(request);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(error_of({prompt({}), {}}), HasSubstr("the prompt is empty"));
  EXPECT_THAT(error_of({prompt({5}), {}}), HasSubstr("token 5 of the prompt"));
  EXPECT_THAT(error_of({prompt({1}), {.num_beams = 0}}), HasSubstr("num_beams"));
  EXPECT_TRUE(decoding.empty());
}

}  // namespace
}  // namespace hodhod
