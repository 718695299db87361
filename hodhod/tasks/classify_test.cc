// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "yes" for a text that speaks of the hoopoe.
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

// How many boats there are in the second of two texts.
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

Classifier small_classifier(const Labels& labels) {
  auto tokenizer = test_tokenizer();
  const TransformerConfig config = test_encoder(*tokenizer);
  return Classifier::make(config, std::move(tokenizer), labels, 1);
}

const Labels& yes_no() {
  static const Labels kLabels({"no", "yes"});
  return kLabels;
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
  for (Classification& found : classify(classifier, texts, batch_tokens)) {
    scores.push_back(std::move(found.score));
  }
  return scores;
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Classify, LearnsARule) {
  Classifier classifier = small_classifier(yes_no());
  ClassifierTrainee trainee(classifier, hoopoes(1, 300), hoopoes(2, 60),
                            {.batches = {.max_examples = 16, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(250);
  options.validate_every = 50;
  train(trainee, options, directory.path());
  const auto scores = evaluate(Classifier::load(directory.path()), hoopoes(3, 100));
  EXPECT_EQ(scores.classes.accuracy, 1);
  EXPECT_EQ(scores.classes.macro_f1, 1);
  EXPECT_LT(scores.loss, 0.1);
}

TEST(Classify, LearnsNumbersFromPairs) {
  Classifier classifier = small_classifier({});
  ClassifierTrainee trainee(classifier, boats(1, 200), boats(2, 50),
                            {.batches = {.max_examples = 16, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(200);
  options.validate_every = 50;
  train(trainee, options, directory.path());
  const Classifier again = Classifier::load(directory.path());
  EXPECT_TRUE(again.is_regression());
  EXPECT_EQ(again.texts, 2);
  const auto scores = evaluate(again, boats(3, 50));
  EXPECT_GT(scores.pearson, 0.95);
  EXPECT_GT(scores.spearman, 0.9);
  EXPECT_LT(scores.loss, 0.3);
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

// What stays of a classifier of other labels is the encoder and its pooler.
TEST(Classify, FineTunesWithTheHeadThatIsNeeded) {
  const Classifier before = small_classifier(Labels({"a", "b", "c"}));
  const TemporaryDirectory directory;
  before.save(directory.path());
  const Classifier other = Classifier::from(directory.path(), Labels({"yes", "no"}), {.seed = 7});
  EXPECT_THAT(other.encoder.missing, ElementsAre("classifier.weight", "classifier.bias"));
  EXPECT_THAT(other.labels.names(), ElementsAre("yes", "no"));
  const Classifier same = Classifier::from(directory.path(), Labels({"c", "a"}), {.seed = 7});
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
  TransformerConfig config = test_encoder(*tokenizer);
  config.encoder_layers = 2;
  Classifier whole = Classifier::make(config, std::move(tokenizer), yes_no(), 1);
  whole.save(directory.path());
  const auto weights = [](Classifier classifier) {
    std::map<std::string, std::vector<float>> values;
    for (const auto& [name, tensor] : parameters_of(*classifier.encoder.model)) {
      if (tensor.rank() == 2) values[name] = tensor.values<float>();
    }
    return values;
  };
  const auto before = weights(std::move(whole));
  const auto after = weights(Classifier::from(directory.path(), yes_no(), {.seed = 7, .fresh_layers = 1}));
  for (const auto& [name, values] : before) {
    EXPECT_EQ(values == after.at(name), !name.starts_with("encoder.layer.1.")) << name;
  }
  EXPECT_THAT(message_of([&] { Classifier::from(directory.path(), yes_no(), {.fresh_layers = 3}); }),
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
  Transformer writer(config, Rng(3));
  const TemporaryDirectory directory, tuned;
  save_transformer(writer, directory.path(), Json::object());
  tokenizer->save(directory.path());
  Classifier classifier = Classifier::from(directory.path(), yes_no());
  EXPECT_THAT(classifier.encoder.missing, ElementsAre("classifier.weight"));
  ClassifierTrainee trainee(classifier, hoopoes(1, 200), hoopoes(2, 40),
                            {.batches = {.max_examples = 16, .seed = 1}});
  TrainerOptions options = test_training(150);
  options.validate_every = 50;
  train(trainee, options, tuned.path());
  const Classifier again = Classifier::load(tuned.path());
  EXPECT_GT(evaluate(again, hoopoes(3, 50)).classes.accuracy, 0.95);
  auto texts = texts_of(hoopoes(4, 10));
  texts.push_back({""});
  EXPECT_EQ(scores_of(again, texts, 1), scores_of(again, texts));
}

TEST(Classify, SaysWhatIsWrong) {
  const Classifier classifier = small_classifier(yes_no());
  EXPECT_THAT(message_of([&] {
                evaluate(classifier, std::vector<LabelledText>{{{"boat"}, "si", "f:3"}});
              }),
              HasSubstr("f:3: the label \"si\" is not one that the model knows (no, yes)"));
  EXPECT_THAT(message_of([] { Labels({"1"}).get("2", "f:1"); }), HasSubstr("(1)"));
  const Classifier numbers = small_classifier({});
  EXPECT_THAT(message_of([&] {
                evaluate(numbers, std::vector<LabelledText>{{{"boat"}, "much", "f:9"}});
              }),
              HasSubstr("f:9: \"much\" is no number"));
  EXPECT_THAT(message_of([&] {
                classify(classifier, std::vector<Texts>{{"a", "b", "c"}});
              }),
              HasSubstr("an example of 3 texts"));
  EXPECT_THAT(message_of([] {
                auto tokenizer = test_tokenizer();
                Classifier::make(transformer_preset("gpt-tiny"), std::move(tokenizer), yes_no(), 1);
              }),
              HasSubstr("the shape of the preset is decoder"));
}

TEST(Classify, ReadsTablesAndJsonLines) {
  const TemporaryDirectory directory;
  const std::string table = directory / "a.tsv", lines = directory / "b.jsonl", csv = directory / "c.csv";
  write_file_atomically(table, "good\ta nice day\tx\nbad\tanother\ty\n");
  write_file_atomically(lines, "{\"label\": 3, \"text\": \"a nice day\"}\n");
  write_file_atomically(csv, "first,second,class\n\"a, b\",c,good\n");
  const auto from_table = read_labelled({table}, {}).examples;
  ASSERT_EQ(from_table.size(), 2u);
  EXPECT_THAT(from_table[1].texts, ElementsAre("another"));
  EXPECT_EQ(from_table[1].label, "bad");
  EXPECT_EQ(from_table[1].place, table + ":2");
  EXPECT_EQ(read_labelled({lines}, {}).examples[0].label, "3");
  const auto pairs = read_labelled({csv}, {.texts = {"first", "second"}, .label = "class"}).examples;
  EXPECT_THAT(pairs[0].texts, ElementsAre("a, b", "c"));
  EXPECT_THAT(message_of([&] { read_labelled({csv}, {.texts = {"first"}, .label = "kind"}); }),
              HasSubstr("kind"));
  write_file_atomically(table, "");
  EXPECT_THAT(message_of([&] { read_labelled({table}, {}); }), HasSubstr("there is no example in it"));
}

TEST(Labels, AreNumbersByValueElseWordsBySpelling) {
  EXPECT_THAT(Labels::of({"10", "-2", "9", "-2"}).names(), ElementsAre("-2", "9", "10"));
  EXPECT_THAT(Labels::of({"10", "a", "9"}).names(), ElementsAre("10", "9", "a"));
}

TEST(EncodedTexts, WordsAreDroppedAsOftenAsAsked) {
  const auto tokenizer = test_tokenizer();
  EncodedText text;
  for (int i = 0; i < 20000; ++i) text.ids.push_back(i % 10 == 0 ? 3 : 20);
  EncodedText dropped = text;
  WordDropout(0.3, 1, *tokenizer)(dropped, 2, 7);
  const auto count = std::count(dropped.ids.begin(), dropped.ids.end(), 4);
  EXPECT_NEAR(static_cast<double>(count) / 18000, 0.3, 0.015);
  for (size_t i = 0; i < text.ids.size(); i += 10) ASSERT_EQ(dropped.ids[i], 3);  // special tokens stay
}

TEST(EncodedTexts, BatchesHoldEachExampleOnce) {
  const std::vector<int64_t> lengths = {5, 1, 30, 7, 7, 2, 0, 12};
  std::vector<int64_t> seen;
  for (const auto& rows : batches_by_length(lengths, 14)) {
    int64_t longest = 0;
    for (int64_t row : rows) {
      longest = std::max(longest, lengths[static_cast<size_t>(row)]);
      seen.push_back(row);
    }
    EXPECT_TRUE(rows.size() == 1 || longest * static_cast<int64_t>(rows.size()) <= 14);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

}  // namespace
}  // namespace hodhod
