// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/begin_embedding.h"

#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/vector_files.h"
#include "hodhod/tasks/word_vectors.h"

namespace hodhod {
namespace {

TextModel small_encoder(TokenizerKind kind) {
  std::vector<std::string> lines = {"the cat sleeps", "THE CATS sleep", "the dog sleeps", "a dog"};
  size_t next = 0;
  TaskTokenizerOptions options{.kind = kind,
                               .vocabulary = kind == TokenizerKind::word ? 60 : 400,
                               .lowercase = true,
                               .special = SpecialTokens::encoder,
                               .blanks = Blanks::joined};
  auto tokenizer = std::make_unique<text::Tokenizer>(train_task_tokenizer(options, [&](std::string& line) {
                                                       if (next == lines.size()) return false;
                                                       line = lines[next++];
                                                       return true;
                                                     }).tokenizer);
  const auto config = model_preset("bert-tiny");
  for (const char* change : {"width=4", "heads=1", "encoder_layers=1", "feed_forward=8"})
    config->change(change);
  config->set_vocabulary(tokenizer->vocab_size());
  return TextModel::make(*config, std::move(tokenizer), 1);
}

std::vector<double> row_of(const TextModel& model, const std::string& token) {
  const auto id = model.tokenizer->token_to_id(token);
  EXPECT_TRUE(id.has_value()) << token;
  if (!id) return {};
  const auto all = model.model->embedding_table().values();
  return {all.begin() + *id * 4, all.begin() + *id * 4 + 4};
}

TEST(BeginEmbedding, FindsTheWordsOfEveryKindOfTokenizer) {
  const TemporaryDirectory directory;
  const std::string file = directory.put("v.txt", "The 1 2 3 4\nthe 9 9 9 9\nDog 5 6 7 8\nnowhere 0 0 0 0\n");
  const std::vector<double> the = {1, 2, 3, 4}, dog = {5, 6, 7, 8};
  for (const auto& [kind, mark] :
       {std::pair{TokenizerKind::word, ""}, {TokenizerKind::wordpiece, ""}, {TokenizerKind::bpe, "▁"}}) {
    TextModel model = small_encoder(kind);
    const auto before = model.model->embedding_table().values();
    const FoundEmbeddings found = begin_embedding(model, file);
    // In the form that the tokenizer gives words, of which the commoner comes first.
    EXPECT_EQ(row_of(model, std::string(mark) + "the"), the) << mark;
    EXPECT_GE(found.found, 1);
    if (kind != TokenizerKind::bpe) {
      EXPECT_EQ(row_of(model, "dog"), dog);
    }
    int64_t changed = 0;
    const auto after = model.model->embedding_table().values();
    for (size_t row = 0; row < after.size() / 4; ++row) changed += after[row * 4] != before[row * 4];
    EXPECT_EQ(changed, found.found);
  }
}

TEST(BeginEmbedding, SaysWhatDoesNotFit) {
  const TemporaryDirectory directory;
  TextModel model = small_encoder(TokenizerKind::word);
  expect_error([&] { begin_embedding(model, directory.put("w.txt", "the 1 2\ncat 3 4\n")); },
               "have 2 numbers", "width=2");
  expect_error([&] { begin_embedding(model, directory.put("x.txt", "شیر 1 2 3 4\nنان 1 2 3 4\n")); },
               "none of the tokenizer's");
}

TEST(BeginEmbedding, TakesADirectoryOfWordVectorsToo) {
  const TemporaryDirectory directory;
  ImportedVectors vectors = import_word_vectors(directory.put("v.txt", "cat 1 2 3 4\ndog 5 6 7 8\n"));
  save_word_vectors(vectors.model, directory / "m");
  TextModel model = small_encoder(TokenizerKind::word);
  EXPECT_EQ(begin_embedding(model, directory / "m").found, 2);
  EXPECT_EQ(row_of(model, "cat"), (std::vector<double>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace hodhod
