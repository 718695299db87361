// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/word_vectors.h"

#include <gtest/gtest.h>

#include <sstream>

#include "hodhod/base/file.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"

namespace hodhod {
namespace {

WordVectorsOptions small_options() {
  return {.vocabulary = 6, .width = 4, .min_n = 2, .max_n = 3, .buckets = 50, .output = true, .counts = true};
}

std::unique_ptr<Model> small_vectors() { return make_model(WordVectorsConfig(small_options()), Rng(3)); }

TEST(WordVectors, AreStoredAndLoadedAsTheyAre) {
  const TemporaryDirectory directory;
  const auto model = small_vectors();
  save_model_files(*model, directory.path());
  const LoadedModel loaded = load_model(directory.path());
  EXPECT_TRUE(loaded.warnings.empty());
  EXPECT_EQ(to_json(dynamic_cast<const WordVectorsConfig&>(loaded.model->config()).body),
            to_json(small_options()));
  const auto before = parameters_of(*model), after = parameters_of(*loaded.model);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].first, after[i].first);
    EXPECT_EQ(before[i].second.values(), after[i].second.values());
  }
}

// A directory as model2vec writes it has no sizes in its config.json.
TEST(WordVectors, SizesComeFromTheTableWhereTheSettingsHaveNone) {
  const TemporaryDirectory directory;
  write_safetensors(directory / "model.safetensors", {{"embeddings", Tensor::full({3, 2}, 0.5)}});
  directory.put(
      "config.json",
      R"({"model_type": "model2vec", "architectures": ["StaticModel"], "apply_pca": 2, "normalize": true})");
  const LoadedModel loaded = load_model(directory.path());
  EXPECT_EQ(loaded.model->vectors()->matrix().shape(), (Shape{3, 2}));
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_THAT(loaded.warnings[0], testing::HasSubstr("normalize"));
}

TEST(WordVectors, EncodeEachTokenByItself) {
  const auto model = small_vectors();
  const TokenBatch batch = TokenBatch::of(std::vector<std::vector<int64_t>>{{3, 1}, {5}}, 0);
  const auto states = model->encoder()->encode(batch, plain()).states.values();
  const auto rows = model->embedding_table().values();
  for (size_t c = 0; c < 4; ++c) {
    EXPECT_EQ(states[c], rows[3 * 4 + c]);
    EXPECT_EQ(states[4 + c], rows[1 * 4 + c]);
    EXPECT_EQ(states[8 + c], rows[5 * 4 + c]);
  }
  expect_error(
      [&] { model->encoder()->encode(TokenBatch::of(std::vector<std::vector<int64_t>>{{6}}, 0), plain()); },
      "6");
}

TEST(WordVectors, OptionsThatDoNotFitAreNamed) {
  WordVectorsConfig config(small_options());
  config.body.min_n = 4;
  expect_error([&] { config.validate(); }, "min_n 4 is above max_n 3");
  const auto plain_vectors = model_preset("word2vec");
  expect_error([&] { plain_vectors->change("buckets=10"); }, "no subwords");
  plain_vectors->change("max_n=6");
  plain_vectors->change("buckets=10");
  expect_error([&] { model_preset("word2vec")->change("algorithm=sg"); }, "skipgram");
}

// fastText's own model and its own answers.
TEST(WordVectors, GiveWhatFastTextGives) {
  const std::string golden = data_directory() + "/ladder-golden/fasttext/";
  if (!file_exists(golden + "skipgram-fa.bin")) GTEST_SKIP() << golden << " is not there";
  const FastTextModel theirs = read_fasttext_bin(golden + "skipgram-fa.bin");
  WordVectorsOptions options{.vocabulary = std::ssize(theirs.words),
                             .width = theirs.options.width,
                             .min_n = theirs.options.min_n,
                             .max_n = theirs.options.max_n,
                             .buckets = theirs.options.buckets};
  WordVectors model{WordVectorsConfig(options)};
  std::vector<std::string> spelling;
  for (const auto& word : theirs.words) spelling.push_back(word.text == kFastTextLineEnd ? "" : word.text);
  const int64_t width = options.width;
  copy(theirs.input.with_layout({options.vocabulary, width}, {width, 1}), model.words());
  copy(theirs.input.with_layout({options.buckets, width}, {width, 1}, options.vocabulary * width),
       model.subwords());
  model.compose(spelling);

  int64_t unseen = 0, seen = 0;
  LineReader lines(golden + "skipgram-fa.words.txt");
  while (const auto line = lines.next()) {
    std::istringstream fields{std::string(*line)};
    std::string word;
    fields >> word;
    const auto known = std::find(spelling.begin(), spelling.end(), word);
    std::vector<float> ours;
    if (known != spelling.end()) {
      const float* row = model.matrix().data<float>() + (known - spelling.begin()) * width;
      ours.assign(row, row + width);
      ++seen;
    } else {
      ours = model.unseen(word).value_or(std::vector<float>(static_cast<size_t>(width)));
      ++unseen;
    }
    double printed = 0;
    for (const float value : ours) {
      ASSERT_TRUE(fields >> printed);
      EXPECT_NEAR(value, printed, 1e-4 * std::max(1.0, std::abs(printed))) << word;
    }
  }
  EXPECT_GT(seen, 0);
  EXPECT_GT(unseen, 0);

  // The rows of a word's n-grams, in their order.
  LineReader ngrams(golden + "skipgram-fa.ngrams.txt");
  std::vector<int32_t> rows;
  std::string of;
  size_t next = 0, checked = 0;
  while (const auto line = ngrams.next()) {
    if (line->empty()) continue;
    if (line->starts_with("# ")) {
      of = line->substr(2);
      rows = subword_rows(of, options);
      next = 0;
      continue;
    }
    std::istringstream fields{std::string(*line)};
    std::string ngram;
    fields >> ngram;
    if (ngram == of) continue;  // the word's own row
    ASSERT_LT(next, rows.size()) << ngram;
    const float* row = model.subwords().data<float>() + rows[next++] * width;
    double printed = 0;
    for (int64_t c = 0; c < width; ++c) {
      ASSERT_TRUE(fields >> printed);
      EXPECT_NEAR(row[c], printed, 1e-4 * std::max(1.0, std::abs(printed))) << ngram;
    }
    ++checked;
  }
  EXPECT_GT(checked, 10U);
}

}  // namespace
}  // namespace hodhod
