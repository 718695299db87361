// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/test_classifiers.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// "yes" if the text mentions the hoopoe.
std::vector<LabelledText> hoopoes(uint64_t seed, int count) {
  std::vector<LabelledText> examples;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    std::string text = test_text(rng, 2 + rng.below(5));
    if (rng.below(3) == 0) text += " hoopoe";
    const bool yes = text.find("hoopoe") != std::string::npos;
    examples.push_back({{std::move(text)}, yes ? "yes" : "no", "made:" + std::to_string(i + 1)});
  }
  return examples;
}

// The number of boats in the second of two texts.
std::vector<LabelledText> boats(uint64_t seed, int count) {
  std::vector<LabelledText> examples;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    const uint64_t boats = rng.below(5);
    std::string second = "river";
    for (uint64_t b = 0; b < 4; ++b) second += b < boats ? " boat" : " winter";
    examples.push_back({{test_text(rng, 3), second}, std::to_string(boats), "made:" + std::to_string(i + 1)});
  }
  return examples;
}

// Owns the classifier that it trains.
struct ClassifierRun {
  Classifier classifier = small_classifier(yes_no());
  ClassifierTrainee trainee{
      classifier,
      hoopoes(1, 60),
      hoopoes(2, 20),
      {.batches = {.max_tokens = 90, .max_examples = 8, .seed = 1}, .word_dropout = 0.1}};
};

std::vector<Texts> texts_of(const std::vector<LabelledText>& examples) {
  std::vector<Texts> texts;
  for (const LabelledText& example : examples) texts.push_back(example.texts);
  return texts;
}

std::vector<std::vector<double>> scores_of(const Classifier& classifier, const std::vector<Texts>& texts,
                                           int64_t batch_tokens = 8192) {
  std::vector<std::vector<double>> scores;
  for (Classification& found : classify(classifier, texts, plain(), batch_tokens)) {
    scores.push_back(std::move(found.score));
  }
  return scores;
}

TEST(Classify, LearnsARule) {
  Classifier classifier = small_classifier(yes_no());
  ClassifierTrainee trainee(classifier, hoopoes(1, 300), hoopoes(2, 60),
                            {.batches = {.max_examples = 16, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(250);
  options.validate_every = 50;
  train(trainee, options, directory.path());
  const auto scores = evaluate(Classifier::load(directory.path()), hoopoes(3, 100), plain());
  EXPECT_EQ(scores.classes.accuracy, 1);
  EXPECT_EQ(scores.classes.macro_f1, 1);
  EXPECT_LT(scores.loss, 0.1);
}

TEST(Classify, LearnsNumbersFromPairs) {
  Classifier classifier = small_classifier({}, ProblemKind::regression);
  ClassifierTrainee trainee(classifier, boats(1, 200), boats(2, 50),
                            {.batches = {.max_examples = 16, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(200);
  options.validate_every = 50;
  train(trainee, options, directory.path());
  const Classifier again = Classifier::load(directory.path());
  EXPECT_TRUE(again.is_regression());
  EXPECT_EQ(again.texts, 2);
  const auto scores = evaluate(again, boats(3, 50), plain());
  EXPECT_GT(scores.numbers.pearson, 0.95);
  EXPECT_GT(scores.numbers.spearman, 0.9);
  EXPECT_LT(scores.loss, 0.3);
}

TEST(Classify, LabelsThatAreAllTheSameHaveNoCorrelation) {
  const Classifier classifier = small_classifier({}, ProblemKind::regression);
  std::vector<LabelledText> same = boats(3, 10);
  EXPECT_TRUE(evaluate(classifier, same, plain()).numbers.correlated);
  for (LabelledText& one : same) one.label = "2.5";
  const auto scores = evaluate(classifier, same, plain());
  EXPECT_FALSE(scores.numbers.correlated);
  EXPECT_EQ(scores.numbers.pearson, 0);
}

TEST(Classify, ARunInPiecesIsTheRunInOne) {
  const auto make = [] {
    auto training = std::make_shared<ClassifierRun>();
    return std::shared_ptr<Trainee>(training, &training->trainee);
  };
  expect_same_in_pieces(make, 5, 12);
}

TEST(Classify, AloneAsAmongOthersOnAnyThreads) {
  const Classifier classifier = small_classifier(yes_no());
  const auto texts = texts_of(hoopoes(4, 30));
  const auto together = scores_of(classifier, texts);
  EXPECT_EQ(scores_of(classifier, texts, 1), together);
  EXPECT_EQ(scores_of(classifier, texts, 50), together);
  const int threads = thread_count();
  set_thread_count(1);
  EXPECT_EQ(scores_of(classifier, texts), together);
  set_thread_count(3);
  EXPECT_EQ(scores_of(classifier, texts), together);
  set_thread_count(threads);
  for (const auto& row : together) EXPECT_NEAR(row[0] + row[1], 1, 1e-12);
}

TEST(Classify, SavedAndLoadedIsTheSame) {
  ClassifierRun training;
  const TemporaryDirectory directory;
  training.trainee.save(directory.path());
  const Classifier again = Classifier::load(directory.path());
  EXPECT_THAT(again.labels.names(), ElementsAre("no", "yes"));
  const auto texts = texts_of(hoopoes(4, 10));
  EXPECT_EQ(scores_of(again, texts), scores_of(training.classifier, texts));
}

TEST(Classify, LongTextsAreCut) {
  Classifier classifier = small_classifier(yes_no());
  const std::vector<LabelledText> train = hoopoes(1, 4);
  const ClassifierTrainee trainee(classifier, train, {}, {.max_length = 6});
  const std::string start = "the the the the";
  EXPECT_EQ(scores_of(classifier, {{start + " hoopoe sings"}}), scores_of(classifier, {{start}}));
  Classifier other = small_classifier(yes_no());
  const ClassifierTrainee from_end(other, train, {}, {.max_length = 6, .cut_off = CutOff::beginning});
  EXPECT_EQ(scores_of(other, {{"hoopoe sings " + start}}), scores_of(other, {{start}}));
  EXPECT_NE(scores_of(other, {{start + " hoopoe sings"}}), scores_of(other, {{start}}));
}

// A classifier with other labels keeps only the encoder and its pooler.
TEST(Classify, FineTunesWithTheHeadThatIsNeeded) {
  const Classifier before = small_classifier(Labels({"a", "b", "c"}));
  const TemporaryDirectory directory;
  before.save(directory.path());
  const Classifier other =
      Classifier::from(directory.path(), Labels({"yes", "no"}), ProblemKind::single_label, {.seed = 7});
  EXPECT_THAT(other.encoder.missing, ElementsAre("classifier.weight", "classifier.bias"));
  EXPECT_THAT(other.labels.names(), ElementsAre("yes", "no"));
  const Classifier same =
      Classifier::from(directory.path(), Labels({"c", "a"}), ProblemKind::single_label, {.seed = 7});
  EXPECT_TRUE(same.encoder.missing.empty());
  EXPECT_THAT(same.labels.names(), ElementsAre("a", "b", "c"));
  const auto wanted = parameters_of(*before.encoder.model);
  for (const Classifier* classifier : {&other, &same}) {
    const auto found = parameters_of(*classifier->encoder.model);
    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < found.size(); ++i) {
      if (classifier == &other && found[i].first.starts_with("classifier.")) continue;
      EXPECT_EQ(found[i].second.values(), wanted[i].second.values()) << found[i].first;
    }
  }
}

TEST(Classify, FineTunesWithFreshLayers) {
  const TemporaryDirectory directory;
  auto tokenizer = test_tokenizer();
  auto config = test_encoder(*tokenizer);
  config.body.encoder_layers = 2;
  Classifier whole = Classifier::make(config, std::move(tokenizer), yes_no(), ProblemKind::single_label, 1);
  whole.save(directory.path());
  const auto weights = [](Classifier classifier) {
    std::map<std::string, std::vector<float>> values;
    for (const auto& [name, tensor] : parameters_of(*classifier.encoder.model)) {
      if (tensor.rank() == 2) values[name] = tensor.values<float>();
    }
    return values;
  };
  const auto before = weights(std::move(whole));
  const auto after = weights(Classifier::from(directory.path(), yes_no(), ProblemKind::single_label,
                                              {.seed = 7, .fresh_layers = 1}));
  for (const auto& [name, values] : before) {
    EXPECT_EQ(values == after.at(name), !name.starts_with("encoder.layer.1.")) << name;
  }
  EXPECT_THAT(error_of([&] {
                Classifier::from(directory.path(), yes_no(), ProblemKind::single_label, {.fresh_layers = 3});
              }),
              HasSubstr("3 new layers for a model that has 2; give a number from 0 to 2"));
}

// The head of GPT2ForSequenceClassification: on the state of the last token, without a bias.
TEST(Classify, FineTunesADecoder) {
  const auto tokenizer = test_tokenizer();
  TransformerConfig config = transformer_preset("gpt-tiny");
  config.vocabulary = tokenizer->vocab_size();
  config.width = 32;
  config.heads = 2;
  config.decoder_layers = 1;
  TransformerModel writer(config, Rng(3));
  const TemporaryDirectory directory, tuned;
  save_model_files(writer, directory.path());
  tokenizer->save(directory.path());
  Classifier classifier = Classifier::from(directory.path(), yes_no(), ProblemKind::single_label);
  EXPECT_THAT(classifier.encoder.missing, ElementsAre("classifier.weight"));
  ClassifierTrainee trainee(classifier, hoopoes(1, 200), hoopoes(2, 40),
                            {.batches = {.max_examples = 16, .seed = 1}});
  TrainerOptions options = test_training(150);
  options.validate_every = 50;
  train(trainee, options, tuned.path());
  const Classifier again = Classifier::load(tuned.path());
  EXPECT_GT(evaluate(again, hoopoes(3, 50), plain()).classes.accuracy, 0.95);
  auto texts = texts_of(hoopoes(4, 10));
  texts.push_back({""});
  EXPECT_EQ(scores_of(again, texts, 1), scores_of(again, texts));
}

TEST(Classify, SaysWhatIsWrong) {
  const Classifier classifier = small_classifier(yes_no());
  EXPECT_THAT(error_of([&] {
                evaluate(classifier, std::vector<LabelledText>{{{"boat"}, "si", "f:3"}}, plain());
              }),
              HasSubstr("f:3: the label \"si\" is not one that the model knows (no, yes)"));
  EXPECT_THAT(error_of([] { Labels({"1"}).get("2", "f:1"); }), HasSubstr("(1)"));
  const Classifier numbers = small_classifier({}, ProblemKind::regression);
  EXPECT_THAT(error_of([&] {
                evaluate(numbers, std::vector<LabelledText>{{{"boat"}, "much", "f:9"}}, plain());
              }),
              HasSubstr("f:9: \"much\" is not a number"));
  EXPECT_THAT(error_of([&] {
                classify(classifier, std::vector<Texts>{{"a", "b", "c"}}, plain());
              }),
              HasSubstr("an example of 3 texts"));
  EXPECT_THAT(error_of([] {
                auto tokenizer = test_tokenizer();
                Classifier::make(*model_preset("tiny"), std::move(tokenizer), yes_no(),
                                 ProblemKind::single_label, 1);
              }),
              HasSubstr("this is a sequence-to-sequence model, which cannot carry the head classifier"));
}

TEST(Classify, SeveralNumbersAreScoredOneByOne) {
  Classifier classifier = small_classifier(yes_no(), ProblemKind::regression);
  const auto scored = [&](const std::string& label) {
    return evaluate(classifier, std::vector<LabelledText>{{{"boat"}, label, "f:1"}, {{"boat"}, "1;1", "f:2"}},
                    plain());
  };
  EXPECT_THAT(error_of([&] { scored("1;1"); }), HasSubstr("gives 2 numbers"));
  classifier.columns.label_separator = ";";
  EXPECT_THAT(error_of([&] { scored("1"); }), HasSubstr("f:1: expected 2 numbers, found \"1\""));
  EXPECT_THAT(error_of([&] { scored("1;x"); }), HasSubstr("f:1: \"x\" is not a number"));
  const auto numbers = classify(classifier, std::vector<Texts>{{"boat"}}, plain())[0].score;
  const ClassifierScores scores = scored("1; 1");
  ASSERT_EQ(scores.each_number.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(scores.each_number[i].mean_absolute_error, std::abs(numbers[i] - 1), 1e-6);
  }
  EXPECT_NEAR(scores.loss,
              (scores.each_number[0].mean_squared_error + scores.each_number[1].mean_squared_error) / 2,
              1e-9);
}

TEST(Classify, UnknownGoldLabelsCountAsMissed) {
  const Classifier classifier = small_classifier(yes_no());
  const ClassifierScores scores = evaluate(
      classifier, std::vector<LabelledText>{{{"boat"}, "no", "f:1"}, {{"boat"}, "si", "f:2"}}, plain());
  EXPECT_EQ(scores.classes.by_label.at("si").gold, 1);
  EXPECT_LE(scores.classes.accuracy, 0.5);
  EXPECT_LT(scores.loss, 20);
  EXPECT_THAT(scores.notes, ElementsAre(HasSubstr("1 of 2 labels is unknown to the model")));
}

TEST(Classify, PairsAndSingleTextsAreNotMixedUp) {
  Classifier pairs = small_classifier(yes_no());
  pairs.texts = 2;
  pairs.columns = {.texts = {"2", "3"}, .label = "1"};
  EXPECT_THAT(error_of([&] { classify(pairs, std::vector<Texts>{{"a boat"}}, plain()); }),
              HasSubstr("\"a boat\": the model takes pairs of texts"));
  EXPECT_THAT(error_of([&] {
                evaluate(pairs, std::vector<LabelledText>{{{"boat"}, "no", "f:4"}}, plain());
              }),
              HasSubstr("f:4: the model takes pairs"));
  const TemporaryDirectory directory;
  pairs.save(directory.path());
  Classifier again = Classifier::load(directory.path());
  EXPECT_EQ(again.texts, 2);
  EXPECT_THAT(again.with_columns_of_training({}).texts, ElementsAre("2", "3"));
  EXPECT_THAT(again.with_columns_of_training({.texts = {"5"}}).texts, ElementsAre("5"));
  again.texts = 1;
  EXPECT_THAT(error_of([&] {
                classify(again, std::vector<Texts>{{"a", "b"}}, plain());
              }),
              HasSubstr("takes single texts"));
  again.texts = 0;  // made elsewhere
  EXPECT_EQ(classify(again, std::vector<Texts>{{"a", "b"}, {"a"}}, plain()).size(), 2u);
}

// BART reads the text in the encoder and again in the decoder.
TEST(Classify, AClassifierThatReadsASourceIsTrainedFurther) {
  auto tokenizer = test_tokenizer();
  const auto config = model_preset("bart-base");
  for (const char* option :
       {"width=16", "heads=2", "encoder_layers=1", "decoder_layers=1", "feed_forward=32", "max_length=32"})
    config->change(option);
  config->set_vocabulary(tokenizer->vocab_size());
  const int64_t end = tokenizer->role("sep_token").value();
  config->set_special({.pad = tokenizer->role("pad_token").value(), .eos = end, .decoder_start = end});
  config->head = {.kind = HeadKind::classifier, .labels = 3};
  Classifier base;
  base.encoder = TextModel::make(*config, std::move(tokenizer), 1);
  base.labels = Labels({"a", "b", "c"});
  const TemporaryDirectory directory, trained;
  base.save(directory.path());
  Classifier next = Classifier::from(directory.path(), yes_no(), ProblemKind::single_label, {});
  EXPECT_FALSE(next.encoder.missing.empty());
  ClassifierTrainee trainee(next, hoopoes(1, 60), hoopoes(2, 20),
                            {.batches = {.max_examples = 8, .seed = 1}});
  train(trainee, test_training(250), trained.path());
  EXPECT_GT(evaluate(Classifier::load(trained.path()), hoopoes(3, 60), plain()).classes.accuracy, 0.9);
  // Without such a head it is no encoder.
  EXPECT_THAT(error_of([&] { Tagger::from(directory.path(), yes_no(), {}); }),
              HasSubstr("cannot carry the head tagger"));
}

// A base may have been trained on a table with other columns.
TEST(Classify, ColumnsOfTheBaseAreNotThoseOfTheNextModel) {
  Classifier base = small_classifier(yes_no());
  base.columns = {.texts = {"body"}, .label = "kind"};
  base.columns.label_separator = ",";
  const TemporaryDirectory first, second;
  base.save(first.path());
  EXPECT_THAT(Classifier::load(first.path()).columns.texts, ElementsAre("body"));
  Classifier next = Classifier::from(first.path(), yes_no(), ProblemKind::single_label, {});
  next.columns = {};
  next.save(second.path());
  const LabelledColumns columns = Classifier::load(second.path()).columns;
  EXPECT_THAT(columns.texts, testing::IsEmpty());
  EXPECT_EQ(columns.label, "");
  EXPECT_EQ(columns.label_separator, "");
}

TEST(Classify, NumbersInSeveralColumns) {
  Classifier classifier = small_classifier(Labels({"a", "b", "c"}), ProblemKind::regression);
  EXPECT_EQ(classify(classifier, std::vector<Texts>{{"boat"}}, plain())[0].score.size(), 3u);
  EXPECT_THAT(error_of([&] {
                evaluate(classifier, std::vector<LabelledText>{{{"boat"}, "1", "f:1"}}, plain());
              }),
              HasSubstr("gives 3 numbers for a text"));
}

}  // namespace
}  // namespace hodhod
