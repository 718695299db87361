// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/description.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/ngram_trie_writer.h"

namespace hodhod {
namespace {

constexpr int64_t kWordCount = 6;  // 0 padding, 1 the end of a line, 2 … 5 words

NgramModelConfig small_config(NgramUnit unit = NgramUnit::line) {
  NgramConfig config;
  config.order = 3;
  config.unit = unit;
  config.vocabulary = kWordCount;
  config.special = {.pad = 0, .bos = 1, .eos = 1};
  return NgramModelConfig(config);
}

// A model whose numbers follow from nothing, in `directory`: p(w) = 0.2 without padding, and some longer
// n-grams.
void write_small(const std::string& directory) {
  make_directories(directory);
  NgramTrieWriter writer(join_path(directory, kNgramFile), {kWordCount, 5, 3});
  const float backoffs[] = {0, -0.1F, -0.2F, -0.3F, 0, 0};
  const uint64_t children[] = {0, 0, 2, 4, 5, 5};
  for (uint32_t word = 0; word < kWordCount; ++word)
    writer.add(word, word == 0 ? -99 : std::log10(0.2F), backoffs[word], children[word]);
  // 1 2, 1 3, 2 5, 2 3, 3 4, in the order of scattered words
  writer.add(2, -0.4F, -0.15F, 0);
  writer.add(3, -0.5F, -0.25F, 2);
  writer.add(5, -0.7F, 0, 2);
  writer.add(3, -0.6F, -0.35F, 2);
  writer.add(4, -0.8F, 0, 3);
  // 1 2 5, 1 2 3, 2 3 4
  writer.add(5, -1.5F, 0, 0);
  writer.add(3, -0.05F, 0, 0);
  writer.add(4, -0.07F, 0, 0);
  writer.finish();
}

std::unique_ptr<NgramModel> small_model(const std::string& directory, NgramUnit unit = NgramUnit::line) {
  write_small(directory);
  auto model = std::make_unique<NgramModel>(small_config(unit));
  model->load_files(directory);
  return model;
}

Context& plain_context() {
  static Context context;
  return context;
}

Tensor row_of(const std::vector<int64_t>& ids) { return Tensor::from(ids, {1, std::ssize(ids)}); }

double p_of(const Tensor& logits, int64_t position, int64_t word) {
  return logits.data<float>()[position * kWordCount + word] / std::log(10.0F);
}

TEST(NgramModel, PredictsByTheLongestNgram) {
  const TemporaryDirectory directory;
  const auto model = small_model(directory.path());
  const Tensor logits = model->logits({.target = {.ids = row_of({1, 2, 3, 4, 1})}}, plain_context());
  EXPECT_NEAR(p_of(logits, 0, 2), -0.4, 1e-6);                           // <s> 2
  EXPECT_NEAR(p_of(logits, 0, 4), -0.1 + std::log10(0.2), 1e-6);         // backoff of <s>
  EXPECT_NEAR(p_of(logits, 1, 3), -0.05, 1e-6);                          // <s> 2 3
  EXPECT_NEAR(p_of(logits, 1, 4), -0.15 - 0.2 + std::log10(0.2), 1e-6);  // of <s> 2, then of 2
  EXPECT_NEAR(p_of(logits, 2, 4), -0.07, 1e-6);                          // 2 3 4
  EXPECT_NEAR(p_of(logits, 2, 5), -0.35 - 0.3 + std::log10(0.2), 1e-6);  // of 2 3, then of 3
  EXPECT_NEAR(p_of(logits, 3, 2), std::log10(0.2), 1e-6);                // nothing continues 4
  for (int64_t word = 0; word < kWordCount; ++word)  // the token of a line's end begins one
    EXPECT_EQ(p_of(logits, 4, word), p_of(logits, 0, word));
}

TEST(NgramModel, ALineBeginsWithoutATokenForIt) {
  const TemporaryDirectory directory;
  const auto lines = small_model(directory / "a"), stream = small_model(directory / "b", NgramUnit::stream);
  const auto after_2 = [](const NgramModel& model) {
    return model.logits({.target = {.ids = row_of({2})}}, plain_context());
  };
  EXPECT_NEAR(p_of(after_2(*lines), 0, 3), -0.05, 1e-6);  // <s> 2 3
  EXPECT_NEAR(p_of(after_2(*stream), 0, 3), -0.6, 1e-6);  // 2 3
}

TEST(NgramModel, StepsGiveTheBitsOfTheWholeSequence) {
  const TemporaryDirectory directory;
  const auto model = small_model(directory.path());
  const std::vector<std::vector<int64_t>> rows = {{2, 3, 4, 1, 2, 5}, {1, 1, 3, 3, 4, 4}, {5, 2, 3, 4, 2, 3}};
  const std::vector<Prompt> prompts = {{.target = {2}}, {.target = {1}}, {.target = {5}}};
  const auto state = model->start(prompts, plain_context());
  for (size_t t = 0; t < 6; ++t) {
    const Tensor step =
        model->step(*state, std::vector<int64_t>{rows[0][t], rows[1][t], rows[2][t]}, plain_context());
    for (size_t r = 0; r < rows.size(); ++r) {
      const Tensor whole = model->logits({.target = {.ids = row_of(rows[r])}}, plain_context());
      for (size_t v = 0; v < kWordCount; ++v)
        EXPECT_EQ(step.data<float>()[r * kWordCount + v], whole.data<float>()[t * kWordCount + v]);
    }
  }
}

TEST(NgramModel, RowsAreChosenAndJoined) {
  const TemporaryDirectory directory;
  const auto model = small_model(directory.path());
  const std::vector<Prompt> one = {{.target = {2, 3}}, {.target = {3, 3}}}, other = {{.target = {1, 2, 3}}};
  const auto state = model->start(one, plain_context());
  state->append(std::move(*model->start(other, plain_context())));
  state->select(std::vector<int64_t>{2, 0, 2});
  const Tensor logits = model->step(*state, std::vector<int64_t>{3, 3, 3}, plain_context());
  const Tensor expected = model->logits({.target = {.ids = row_of({1, 2, 3})}}, plain_context());
  for (const size_t row : {0U, 1U, 2U}) {
    for (size_t v = 0; v < kWordCount; ++v)
      EXPECT_EQ(logits.data<float>()[row * kWordCount + v], expected.data<float>()[2 * kWordCount + v]);
  }
}

TEST(NgramModel, TheLossIsWhatTheLogitsSay) {
  const TemporaryDirectory directory;
  const auto model = small_model(directory.path());
  const std::vector<int64_t> ids = {1, 2, 3, 4, 1, 2, 5, 1}, labels = {2, 3, 4, 1, 2, kIgnoreIndex, 3, 0};
  const Tensor logits = model->logits({.target = {.ids = row_of(ids)}}, plain_context());
  const auto losses = model
                          ->loss({.target = {.ids = row_of(ids)}}, row_of(labels),
                                 {.reduction = Reduction::none}, plain_context())
                          .values();
  const auto scores = model->score(ids, labels, plain_context());
  double sum = 0;
  for (size_t t = 0; t < ids.size(); ++t) {
    if (labels[t] == kIgnoreIndex) {
      EXPECT_EQ(losses[t], 0);
      continue;
    }
    const float expected = logits.data<float>()[t * kWordCount + static_cast<size_t>(labels[t])];
    EXPECT_FLOAT_EQ(static_cast<float>(losses[t]), -expected);
    EXPECT_FLOAT_EQ(static_cast<float>(scores[t].log_probability), expected);
    sum += losses[t];
  }
  EXPECT_EQ(scores[1].length, 3);
  EXPECT_EQ(scores[3].length, 1);
  EXPECT_NEAR(model->loss({.target = {.ids = row_of(ids)}}, row_of(labels), {}, plain_context()).item(),
              sum / 7, 1e-5);
}

TEST(NgramModel, ATextInPiecesHasTheLossOfTheWhole) {
  const TemporaryDirectory directory;
  const auto model = small_model(directory.path());
  Rng rng(4);
  std::vector<int64_t> text = {1};
  for (int i = 0; i < 200; ++i) text.push_back(static_cast<int64_t>(1 + rng.below(kWordCount - 1)));
  const auto state = model->start(std::vector<Prompt>{{.target = {1}}}, plain_context());
  double stepped = 0;
  for (size_t t = 0; t + 1 < text.size(); ++t) {
    const Tensor logits = model->step(*state, std::vector<int64_t>{text[t]}, plain_context());
    stepped -= logits.data<float>()[text[t + 1]];
  }
  const std::vector<int64_t> input(text.begin(), text.end() - 1), labels(text.begin() + 1, text.end());
  EXPECT_NEAR(model
                  ->loss({.target = {.ids = row_of(input)}}, row_of(labels), {.reduction = Reduction::sum},
                         plain_context())
                  .item(),
              stepped, 1e-2);
}

TEST(NgramModel, ALongTextHasTheScoresOfItsBeginning) {
  const TemporaryDirectory directory;
  for (const NgramUnit unit : {NgramUnit::line, NgramUnit::stream}) {
    const auto model = small_model(directory.path(), unit);
    Rng rng(9);
    std::vector<int64_t> text;
    for (int i = 0; i < 40000; ++i) text.push_back(static_cast<int64_t>(1 + rng.below(kWordCount - 1)));
    const std::span<const int64_t> input(text.data(), text.size() - 1),
        labels(text.data() + 1, text.size() - 1);
    const auto scores = model->score(input, labels, plain_context());
    const auto state = model->start(std::vector<Prompt>{{.target = {text[0]}}}, plain_context());
    for (size_t t = 0; t < input.size(); ++t) {
      const Tensor logits = model->step(*state, std::vector<int64_t>{input[t]}, plain_context());
      ASSERT_FLOAT_EQ(static_cast<float>(scores[t].log_probability), logits.data<float>()[labels[t]]) << t;
    }
  }
}

TEST(NgramModel, ScoresDependNeitherOnWhereTheTextIsPartedNorOnThreads) {
  const TemporaryDirectory directory;
  const int threads = thread_count();
  for (const NgramUnit unit : {NgramUnit::line, NgramUnit::stream}) {
    const auto model = small_model(directory.path(), unit);
    Rng rng(11);
    std::vector<int64_t> text;
    for (int i = 0; i < 50000; ++i) text.push_back(static_cast<int64_t>(1 + rng.below(kWordCount - 1)));
    std::vector<int64_t> labels(text.begin() + 1, text.end());
    text.pop_back();
    for (size_t t = 0; t < labels.size(); t += 1 + rng.below(9))
      labels[t] = t % 2 == 0 ? kIgnoreIndex : static_cast<int64_t>(1 + rng.below(kWordCount - 1));
    // One after the other.
    const NgramReader reader(model->ngrams(), model->config().body);
    std::vector<TokenScore> plain(labels.size());
    NgramContext context = reader.beginning();
    for (size_t t = 0; t < labels.size(); ++t) {
      reader.read(context, text[t]);
      if (labels[t] == kIgnoreIndex) continue;
      NgramContext copy = context;
      const NgramScore one = model->ngrams().extend(copy, static_cast<uint32_t>(labels[t]));
      plain[t] = {std::log(10.0) * static_cast<double>(one.log10_probability), one.length};
    }
    for (const int count : {1, 3}) {
      set_thread_count(count);
      for (const size_t length : {size_t{1}, size_t{700}, size_t{1025}, size_t{20000}, labels.size()}) {
        const auto scores =
            model->score(std::span(text).first(length), std::span(labels).first(length), plain_context());
        for (size_t t = 0; t < length; ++t) {
          ASSERT_EQ(scores[t].log_probability, plain[t].log_probability) << t;
          ASSERT_EQ(scores[t].length, plain[t].length) << t;
        }
      }
    }
  }
  set_thread_count(threads);
}

TEST(NgramModel, ADirectoryGivesItBack) {
  const TemporaryDirectory directory;
  auto model = small_model(directory / "made");
  model->set_counts({6, 5, 3}, {{0.5, 1, 1.5}, {}, {}});
  save_model_files(*model, directory / "saved");
  EXPECT_FALSE(file_exists(directory / "saved/model.safetensors"));
  EXPECT_EQ(read_file(directory / "saved/ngrams.bin"), read_file(directory / "made/ngrams.bin"));
  const LoadedModel loaded = load_model(directory / "saved");
  EXPECT_TRUE(loaded.warnings.empty());
  const auto& config = dynamic_cast<const NgramModelConfig&>(loaded.model->config());
  EXPECT_EQ(config.counts, (std::vector<int64_t>{6, 5, 3}));
  EXPECT_EQ(config.discounts.size(), 3U);
  EXPECT_EQ(format_json(config_json(config, Json::object(), Json::object())),
            format_json(config_json(model->config(), Json::object(), Json::object())));
}

TEST(NgramModel, WhatDoesNotFitIsRefused) {
  const TemporaryDirectory directory;
  write_small(directory.path());
  NgramModelConfig config = small_config();
  NgramModel empty(config);
  expect_error([&] { empty.start({}, plain_context()); }, "has not been counted yet");
  config.body.order = 4;
  expect_error([&] { NgramModel(config).load_files(directory.path()); }, "holds 3-grams of 6 words");
  config = small_config();
  expect_error([&] { config.change("added=1"); }, "it is for smoothing=add_k");
  config.change("pruning=0,2,1");
  expect_error([&] { config.validate(); }, "pruning 0,2,1: the numbers must not decrease");
  config = small_config();
  config.change("bits=16");
  expect_error([&] { config.validate(); }, "give 8 or 32");
  const auto model = small_model(directory / "m");
  expect_error([&] { model->logits({.target = {.ids = row_of({6})}}, plain_context()); },
               "token 6 of a vocabulary of 6");
}

TEST(NgramModel, IsDescribedWithoutItsFile) {
  const Description description = describe(small_config(), {.length = 5});
  EXPECT_EQ(description.parameters, 0);
  EXPECT_TRUE(description.writes);
}

}  // namespace
}  // namespace hodhod
