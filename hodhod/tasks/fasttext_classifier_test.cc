// SPDX-License-Identifier: Apache-2.0
// Against a classifier that fastText trained, and what it printed of it.
#include "hodhod/tasks/fasttext_classifier.h"

#include <gtest/gtest.h>

#include <sstream>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tasks/embed.h"
#include "hodhod/tasks/fasttext_record.h"

namespace hodhod {
namespace {

std::string trec_golden(const std::string& name) {
  return join_path(join_path(data_directory(), "ladder-golden/fasttext"), name);
}

std::vector<std::string> trec_lines(const std::string& name) {
  std::istringstream text(read_all(trec_golden(name)));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

TEST(FastTextClassifier, GivesTheSameProbabilities) {
  const std::string path = trec_golden("supervised-trec.bin");
  if (!file_exists(path)) GTEST_SKIP() << path << " is absent";
  const Classifier read = classifier_from_fasttext(read_fasttext_bin(path), path);
  const TemporaryDirectory directory;
  read.save(directory.path());
  const Classifier classifier = Classifier::load(directory.path());
  EXPECT_TRUE(classifier.encoder.warnings.empty());
  EXPECT_TRUE(reads_words_of_fasttext(classifier));
  std::vector<Texts> texts;
  for (const std::string& line : trec_lines("trec-query.txt")) texts.push_back({line});
  const auto found = classify(classifier, texts, plain());
  const auto printed = trec_lines("supervised-trec.predict.txt");
  ASSERT_EQ(found.size(), printed.size());
  for (size_t i = 0; i < found.size(); ++i) {
    std::istringstream fields(printed[i]);
    std::string label;
    for (double probability = 0; fields >> label >> probability;) {
      const int64_t id = classifier.labels.find(label.substr(kFastTextLabelPrefix.size()));
      ASSERT_GE(id, 0) << label;
      EXPECT_NEAR(found[i].score[static_cast<size_t>(id)] + 1e-5, probability, 1e-4) << label;
    }
  }
  // What `fasttext print-sentence-vectors` printed of the first query.
  const TextModel embedder = load_embedder(directory.path());
  const std::vector<std::string> first = {texts[0][0]};
  const auto vector = embed(embedder, first, {.normalize = false}, plain())[0].vector;
  const std::vector<float> expected = {-0.28847f, 0.22153f,  0.11526f,  -0.25451f,
                                       0.17696f,  -0.14001f, -0.22908f, 0.38165f};
  ASSERT_EQ(vector.size(), expected.size());
  for (size_t c = 0; c < expected.size(); ++c) EXPECT_NEAR(vector[c], expected[c], 1e-4);
  // And back: the same matrices and words.
  const FastTextModel model = read_fasttext_bin(path), again = fasttext_from_classifier(classifier, "a.bin");
  EXPECT_EQ(again.words, model.words);
  EXPECT_EQ(again.input.values(), model.input.values());
  EXPECT_EQ(again.output.values(), model.output.values());
}

// With its record a file comes back from a directory as it was, to the byte.
TEST(FastTextClassifier, ComesBackWithItsRecord) {
  FastTextModel model;
  model.options = {.width = 2,
                   .window = 7,
                   .epochs = 25,
                   .min_count = 3,
                   .negatives = 9,
                   .word_ngrams = 2,
                   .loss = FastTextLoss::negative_sampling,
                   .kind = FastTextKind::supervised,
                   .buckets = 4,
                   .min_n = 0,
                   .max_n = 0,
                   .rate_every = 50,
                   .sampling = 0.001};
  model.words = {{"</s>", 12}, {"boat", 5}, {"کتاب", 4}};
  model.labels = {{"__label__x", 7}, {"__label__y", 5}};
  model.tokens = 99;  // with words that were too rare to be kept
  model.input = Tensor::full({7, 2}, 0.5);
  model.output = Tensor::full({2, 2}, -0.25);
  const TemporaryDirectory directory;
  write_fasttext_bin(directory / "a.bin", model);
  classifier_from_fasttext(read_fasttext_bin(directory / "a.bin"), "a.bin").save(directory / "m");
  FastTextModel plain_copy = fasttext_from_classifier(Classifier::load(directory / "m"), "m");
  EXPECT_EQ(plain_copy.options.epochs, 5);
  save_fasttext_record(model, directory / "m");
  FastTextModel again = fasttext_from_classifier(Classifier::load(directory / "m"), "m");
  take_fasttext_record(again, directory / "m");
  EXPECT_EQ(again.options, model.options);
  EXPECT_EQ(again.labels, model.labels);
  write_fasttext_bin(directory / "b.bin", again);
  EXPECT_EQ(read_file(directory / "b.bin"), read_file(directory / "a.bin"));
  // A record of another model says nothing of this one.
  again.labels.pop_back();
  again.options.epochs = 2;
  take_fasttext_record(again, directory / "m");
  EXPECT_EQ(again.options.epochs, 2);
}

TEST(FastTextClassifier, WhoseWordsEndWhereFastTextsDo) {
  const std::vector<LabelledText> examples = {{{"a boat"}, "x", ""}, {{"a garden"}, "y", ""}};
  const auto reads_them = [&](TaskTokenizerOptions tokenizer) {
    tokenizer.kind = TokenizerKind::word;
    return reads_words_of_fasttext(
        Classifier::make("fasttext", examples, {.model = {"buckets=10"}, .tokenizer = tokenizer}));
  };
  EXPECT_TRUE(reads_them({.word_ends = WordEnds::blanks}));
  EXPECT_FALSE(reads_them({}));
  EXPECT_FALSE(reads_them({.persian = PersianFolding::yes, .word_ends = WordEnds::blanks}));
  EXPECT_FALSE(reads_them({.lowercase = true, .word_ends = WordEnds::blanks}));
}

TEST(FastTextClassifier, WhatDoesNotFitIsRefused) {
  FastTextModel model;
  model.options = {.width = 1, .kind = FastTextKind::skipgram, .buckets = 1};
  expect_error([&] { classifier_from_fasttext(model, "a.bin"); }, "a.bin", "word vectors");
  model.options.kind = FastTextKind::supervised;
  model.options.loss = FastTextLoss::hierarchical_softmax;
  expect_error([&] { classifier_from_fasttext(model, "a.bin"); }, "a.bin", "hs");
}

}  // namespace
}  // namespace hodhod
