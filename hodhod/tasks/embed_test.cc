// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/embed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

TextModel embedder_of(TransformerShape shape) {
  auto tokenizer = test_tokenizer();
  TransformerModelConfig config = test_encoder(*tokenizer);
  if (shape != TransformerShape::encoder) {
    TransformerConfig body = transformer_preset(shape == TransformerShape::decoder ? "gpt-tiny" : "tiny");
    body.vocabulary = tokenizer->vocab_size();
    body.width = 32;
    body.heads = 2;
    body.encoder_layers = std::min<int64_t>(body.encoder_layers, 1);
    body.decoder_layers = 1;
    body.special.eos = 3;
    config = body;
  }
  return TextModel::make(config, std::move(tokenizer), 1);
}

std::vector<std::string> texts_of(uint64_t seed, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    texts.push_back(test_text(rng, rng.below(8)));
  }
  return texts;
}

TEST(Embed, AloneAsAmongOthersOnAnyThreads) {
  const auto texts = texts_of(1, 12);
  for (const auto shape :
       {TransformerShape::encoder, TransformerShape::decoder, TransformerShape::encoder_decoder}) {
    const TextModel embedder = embedder_of(shape);
    const auto together = embed(embedder, texts, {}, plain());
    EXPECT_EQ(embed(embedder, texts, {.batch_tokens = 1}, plain()), together);
    const int threads = thread_count();
    set_thread_count(3);
    EXPECT_EQ(embed(embedder, texts, {}, plain()), together);
    set_thread_count(threads);
    for (const TextEmbedding& embedding : together) EXPECT_EQ(embedding.vector.size(), 32u);
  }
}

// The reference: states taken from the model one by one.
TEST(Embed, PoolsTheTrueTokens) {
  const TextModel embedder = embedder_of(TransformerShape::encoder);
  const std::vector<std::string> texts = {"the boat sings", "hoopoe", "slowly the hoopoe walks slowly"};
  const auto mean = embed(embedder, texts, {}, plain()),
             cls = embed(embedder, texts, {.pooling = Pooling::cls}, plain()),
             last = embed(embedder, texts, {.pooling = Pooling::last}, plain());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto ids = embedder.tokenizer->encode(texts[i]).ids;
    const std::vector<std::vector<int64_t>> row = {{ids.begin(), ids.end()}};
    Context context;
    const auto states = embedder.model->encoder()->encode(TokenBatch::of(row, 0), context).states.values();
    for (size_t c = 0; c < 32; ++c) {
      double sum = 0;
      for (size_t t = 0; t < ids.size(); ++t) sum += states[t * 32 + c];
      EXPECT_NEAR(mean[i].vector[c], sum / static_cast<double>(ids.size()), 1e-6);
      EXPECT_EQ(cls[i].vector[c], static_cast<float>(states[c]));
      EXPECT_EQ(last[i].vector[c], static_cast<float>(states[(ids.size() - 1) * 32 + c]));
    }
  }
}

TEST(Embed, Normalizes) {
  const TextModel embedder = embedder_of(TransformerShape::decoder);
  for (const TextEmbedding& embedding : embed(embedder, texts_of(2, 5), {.normalize = true}, plain())) {
    double squares = 0;
    for (float value : embedding.vector) squares += static_cast<double>(value) * value;
    EXPECT_NEAR(squares, 1, 1e-5);
  }
}

// The files of sentence-transformers.
TEST(Embed, AsTheDirectorySays) {
  const TemporaryDirectory directory;
  const auto settings = [&](const std::string& pooling, const std::string& further) {
    directory.put("modules.json",
                  R"([{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
                      {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"})" +
                      further + "]");
    make_directories(directory / "1_Pooling");
    directory.put("1_Pooling/config.json", pooling);
    return sentence_settings_in(directory.path());
  };
  EXPECT_EQ(sentence_settings_in(directory.path()).options.pooling, Pooling::mean);
  const SentenceSettings cls = settings(R"({"word_embedding_dimension": 8, "pooling_mode_cls_token": true,
                                            "pooling_mode_mean_tokens": false})",
                                        R"(, {"type": "sentence_transformers.models.Normalize"})");
  EXPECT_EQ(cls.options.pooling, Pooling::cls);
  EXPECT_TRUE(cls.options.normalize);
  EXPECT_EQ(cls.max_length, 0);
  directory.put("sentence_bert_config.json", R"({"max_seq_length": 4, "do_lower_case": false})");
  directory.put("config_sentence_transformers.json", R"({"default_prompt_name": "query"})");
  const SentenceSettings mean = settings(R"({"pooling_mode_mean_tokens": true})", "");
  EXPECT_EQ(mean.options.pooling, Pooling::mean);
  EXPECT_FALSE(mean.options.normalize);
  EXPECT_EQ(mean.max_length, 4);
  EXPECT_THAT(mean.warnings, testing::ElementsAre(HasSubstr("default_prompt_name")));
  EXPECT_THAT(error_of([&] { settings(R"({"pooling_mode_max_tokens": true})", ""); }),
              HasSubstr("pooling_mode_max_tokens is not supported"));
  EXPECT_THAT(error_of([&] {
                settings(R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true})", "");
              }),
              HasSubstr("several ways of pooling"));
  EXPECT_THAT(error_of([&] {
                settings("{}", R"(, {"type": "sentence_transformers.models.Dense", "path": "2_Dense"})");
              }),
              HasSubstr("the module Dense is not supported"));
}

TEST(Embed, ScoresSimilarity) {
  const TextModel embedder = embedder_of(TransformerShape::encoder);
  std::vector<LabelledText> pairs = {{{"the boat sings", "the boat sings"}, "5", "f:1"},
                                     {{"the boat sings", "the boat walks"}, "3", "f:2"},
                                     {{"the boat sings", "winter garden Shiraz"}, "0", "f:3"}};
  EXPECT_GT(score_similarity(embedder, pairs, {}, plain()).spearman, 0.99);
  pairs[1].label = "much";
  try {
    score_similarity(embedder, pairs, {}, plain());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("f:2: \"much\" is no number"));
  }
}

TEST(Embed, SaysHowLongTextsAre) {
  TextModel embedder = embedder_of(TransformerShape::encoder);
  const std::string text = "the the the the";
  const auto whole = embed(embedder, std::vector{text}, {}, plain())[0];
  limit_length(embedder, 5, text::Side::right);
  const auto cut = embed(embedder, std::vector{text}, {}, plain())[0];
  EXPECT_EQ(whole.tokens, 6);
  EXPECT_EQ(cut.tokens, 6);
  EXPECT_NE(cut.vector, whole.vector);
  LongTexts long_texts(5);
  for (int64_t tokens : {5, 9, 7, 2}) long_texts.add(tokens);
  EXPECT_THAT(
      long_texts.notes("the rest is cut off"),
      testing::ElementsAre("2 of 4 texts are longer than the 5 tokens that the model takes (the longest has "
                           "9): the rest is cut off"));
  EXPECT_THAT(LongTexts(5).notes(""), testing::IsEmpty());
}

TEST(Embed, NoScoreWithoutDifferences) {
  const TextModel embedder = embedder_of(TransformerShape::encoder);
  const LabelledText pair = {{"the boat", "a boat"}, "5", "f:1"};
  for (const size_t count : {0, 1, 3}) {
    EXPECT_THROW(score_similarity(embedder, std::vector<LabelledText>(count, pair), {}, plain()), Error);
  }
}

}  // namespace
}  // namespace hodhod
