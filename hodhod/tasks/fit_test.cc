// SPDX-License-Identifier: Apache-2.0
// One call for each thing: a model is made from files, trained, loaded and used.
#include "hodhod/tasks/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/adapters.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/saved_model.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Fit, ATextGeneratorRecitesItsText) {
  const TemporaryDirectory directory;
  const std::string text = directory.put("poem.txt", repeated("the hoopoe knows the way\n", 60));
  TextGenerator poet = TextGenerator::make("gru-tiny", lines_of(text), {.seed = 1, .model = {"width=48"}});
  fit(poet, text, {.steps = 150, .rate = 1e-2}, directory / "poet");
  const TextGenerator loaded = TextGenerator::load(directory / "poet");
  const GenerateOptions greedy{.max_new_tokens = 10, .do_sample = false};
  EXPECT_EQ(loaded.generate("the hoopoe kno", greedy), "ws the way");
  // What is not asked for is as generation_config.json says.
  EXPECT_TRUE(loaded.decoding.do_sample);
  EXPECT_EQ(loaded.decoding.temperature, 0.8);
}

TEST(Fit, TheSameCallGoesOnWithARun) {
  const TemporaryDirectory directory;
  const std::string text = directory.put("poem.txt", repeated("the hoopoe knows the way\n", 60));
  const auto trained = [&](const std::string& out, std::initializer_list<int64_t> stops) {
    for (const int64_t steps : stops) {
      TextGenerator poet = TextGenerator::make("gru-tiny", lines_of(text), {.model = {"width=16"}});
      const auto at_fixed_times = [](TrainerOptions& options) {
        options.validate_every = 5;
        options.schedule = {.kind = ScheduleKind::constant, .rate = 1e-2, .warmup = 2};
      };
      fit(poet, text, {.steps = steps, .change = at_fixed_times}, directory / out);
    }
    return read_file(directory / (out + "/model.safetensors"));
  };
  EXPECT_EQ(trained("pieces", {10, 20}), trained("whole", {20}));
}

// An adapter alone is trained and saved, the base keeps its bits, and what was learnt is read again.
TEST(Fit, AnAdapterLearnsBesideItsBase) {
  const TemporaryDirectory directory;
  const std::string text = directory.put("poem.txt", repeated("the hoopoe knows the way\n", 60));
  TextGenerator base = TextGenerator::make("gpt-tiny", lines_of(text),
                                           {.seed = 1, .model = {"width=32", "heads=2", "dropout=0"}});
  save_model({.model = *base.model, .tokenizer = *base.tokenizer, .origin = base.origin}, directory / "base");
  const std::string before = read_file(directory / "base/model.safetensors");
  TextGenerator tuned =
      TextGenerator::load(directory / "base", {.lora = {.rank = 8, .targets = {"all-linear"}}});
  const auto perplexity = [](const TextGenerator& generator) {
    Context context;
    return score_text(generator, "the hoopoe knows the way\n", context).perplexity();
  };
  const double untrained = perplexity(tuned);
  EXPECT_EQ(untrained, perplexity(base));
  fit(tuned, text, {.steps = 60, .rate = 1e-2}, directory / "adapter");
  EXPECT_EQ(read_file(directory / "base/model.safetensors"), before);
  EXPECT_FALSE(file_exists(directory / "adapter/model.safetensors"));
  const TextGenerator loaded = TextGenerator::load(directory / "adapter");
  std::map<std::string, std::vector<float>> weights;
  for (const auto& [name, parameter] : parameters_of(*base.model)) weights[name] = parameter.values<float>();
  for (const auto& [name, parameter] : parameters_of(*loaded.model)) {
    if (is_adapter_parameter(name)) continue;
    EXPECT_EQ(parameter.values<float>(), weights.at(name)) << name;
  }
  EXPECT_LT(perplexity(loaded), 0.8 * untrained);
  expect_error([&] { TextGenerator::load(directory / "adapter", {.lora = {.rank = 2}}); }, "is an adapter");
}

TEST(Fit, ATranslatorTranslates) {
  const TemporaryDirectory directory;
  const std::string source = directory.put("a.en", repeated("red boat\nblue bird\n", 60)),
                    target = directory.put("a.fa", repeated("قایق سرخ\nپرندهٔ آبی\n", 60));
  Translator translator = Translator::make(
      "lstm-tiny", lines_of({source, target}),
      {.model = {"width=32"},
       .tokenizer = TaskTokenizerOptions{
           .kind = TokenizerKind::character, .vocabulary = 60, .special = SpecialTokens::translation}});
  fit(translator, source, target, {.steps = 200, .rate = 1e-2}, directory / "model");
  const Translator loaded = Translator::load(directory / "model");
  EXPECT_EQ(loaded.decoding.num_beams, 5);
  EXPECT_EQ(loaded.translate("red boat"), "قایق سرخ");
  EXPECT_EQ(loaded.translate("blue bird", {.num_beams = 1}), "پرندهٔ آبی");
}

TEST(Fit, AClassifierAndATaggerLabel) {
  const TemporaryDirectory directory;
  const std::string table = directory.put("a.tsv", repeated("good\ta fine boat\nbad\ta broken boat\n", 40));
  Classifier critic =
      Classifier::make("gru-tiny", read_labelled({table}, {}).examples, {.model = {"width=16"}});
  fit(critic, table, {.steps = 60, .rate = 1e-2}, directory / "critic");
  const Classifier loaded = Classifier::load(directory / "critic");
  EXPECT_EQ(loaded.label_of("a fine boat"), "good");
  EXPECT_EQ(loaded.label_of("a broken boat"), "bad");

  const std::string words =
      directory.put("a.conll", repeated("Sara\tB-PER\nwalks\tO\n\nthe\tO\nboat\tO\n\n", 40));
  Tagger tagger = Tagger::make("gru-tiny", read_tagged({words}, {}).sentences, {.model = {"width=16"}});
  fit(tagger, words, {.steps = 60, .rate = 1e-2}, directory / "tagger");
  EXPECT_THAT(Tagger::load(directory / "tagger").tags_of({"Sara", "walks"}), ElementsAre("B-PER", "O"));
}

TEST(Fit, ASummarizerAndAnAnswererLearn) {
  const TemporaryDirectory directory;
  const std::string documents = directory.put(
      "a.tsv", "document\tsummary\n" +
                   repeated("the red boat sails home\tboat\nthe blue bird flies home\tbird\n", 40));
  const TaskTokenizerOptions words{.kind = TokenizerKind::word, .special = SpecialTokens::translation};
  NewModel writer = new_model("lstm-tiny", HeadKind::language_model, true, lines_of(documents), words,
                              {.model = {"width=32"}});
  Summarizer summarizer = Summarizer::make(*writer.config, std::move(writer.tokenizer), 1);
  fit(summarizer, documents, {.steps = 80, .rate = 1e-2}, directory / "summaries");
  EXPECT_EQ(Summarizer::load(directory / "summaries").summarize("the blue bird flies home"), "bird");

  const std::string questions = directory.put(
      "q.tsv", "question\tcontext\tanswer\n" + repeated("who sings\tthe bird sings at night\tbird\n"
                                                        "who sails\tthe boat sails at night\tboat\n",
                                                        40));
  NewModel reader =
      new_model("bert-tiny", HeadKind::span, false, lines_of(questions), usual_encoding().tokenizer,
                {.model = {"width=32", "heads=2", "encoder_layers=1"}});
  Answerer answerer = Answerer::make(*reader.config, std::move(reader.tokenizer), 1);
  fit(answerer, questions, {.steps = 60, .rate = 3e-3}, directory / "answers");
  EXPECT_EQ(Answerer::load(directory / "answers").answer("who sails", "the boat sails at night"), "boat");
}

TEST(Fit, AWriterOfLinesGoesOnWithLines) {
  const TemporaryDirectory directory;
  const std::string names = directory.put("names.txt", repeated("sara\nreza\n", 60));
  TextGenerator namer = TextGenerator::make("gru-tiny", lines_of(names), {.model = {"width=16"}});
  read_lines(namer);
  fit(namer, names, {.steps = 60, .rate = 1e-2}, directory / "names");
  const TextGenerator loaded = TextGenerator::load(directory / "names");
  EXPECT_TRUE(loaded.lines);
  EXPECT_THAT(loaded.generate("sa", {.max_new_tokens = 10, .do_sample = false}), "ra");
}

TEST(Fit, WhatIsWrongIsSaid) {
  const TemporaryDirectory directory;
  const std::string text = directory.put("a.txt", "one line\n");
  EXPECT_THAT(error_of([&] { TextGenerator::make("bert-tiny", lines_of(text)); }),
              HasSubstr("bert-tiny: this is a model that fills masks"));
  EXPECT_THAT(error_of([&] { TextGenerator::make("gpt-tinny", lines_of(text)); }),
              HasSubstr("did you mean gpt-tiny"));
  EXPECT_THAT(error_of([&] { TextGenerator::make("gpt-tiny", lines_of(directory / "none.txt")); }),
              HasSubstr("none.txt"));
  TextGenerator poet = TextGenerator::make("gru-tiny", lines_of(text), {.model = {"width=16"}});
  EXPECT_THAT(error_of([&] { fit(poet, directory.put("empty.txt", ""), {}, directory / "out"); }),
              HasSubstr("empty.txt is empty"));
  EXPECT_FALSE(file_exists(directory / "out/config.json"));
}

}  // namespace
}  // namespace hodhod
