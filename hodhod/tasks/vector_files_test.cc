// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/vector_files.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "hodhod/base/file.h"
#include "hodhod/base/names.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/models/word_vectors.h"
#include "hodhod/tasks/word_lookup.h"
#include "hodhod/tasks/word_vectors.h"

namespace hodhod {
namespace {

TEST(VectorFiles, ComeBackAsTheyWere) {
  const TemporaryDirectory directory;
  const std::string file = directory.put("v.txt", "کتاب‌ها 1 2\n<unk> 0.5 0.25\nنان -1 3\n");
  const ImportedVectors imported = import_word_vectors(file);
  EXPECT_EQ(spelling_of(*imported.model.tokenizer),
            (std::vector<std::string>{"", "کتاب‌ها", "<unk>", "نان"}));
  for (const auto format : {WordVectorFormat::word2vec, WordVectorFormat::word2vec_bin,
                            WordVectorFormat::glove, WordVectorFormat::fasttext_vec}) {
    const std::string copy = directory / "copy";
    export_word_vectors(imported.model, format, copy);
    const WordVectorFile again = read_word_vectors(copy);
    EXPECT_EQ(again.words, (std::vector<std::string>{"کتاب‌ها", "<unk>", "نان"})) << name_of(format);
    EXPECT_EQ(again.vectors, (std::vector<float>{1, 2, 0.5, 0.25, -1, 3}));
  }
  EXPECT_EQ(import_word_vectors(directory.put("bad.txt", "a 1 2\nb 1 x\nc 3 4\nd 5 6\n"), true).notes.size(),
            2U);
}

TEST(VectorFiles, AnImportedModelIsStoredAndAsked) {
  const TemporaryDirectory directory;
  ImportedVectors imported = import_word_vectors(directory.put("v.txt", "cat 1 0.1\ndog 1 0\nThe_sea 0 1\n"));
  save_word_vectors(imported.model, directory / "m");
  const WordLookup words = WordLookup::load(directory / "m");
  EXPECT_TRUE(words.model().warnings.empty());
  EXPECT_EQ(words.find("The_sea"), 2);
  EXPECT_EQ(words.space().nearest(words.vector_or_fail("cat"), 1, std::vector<int64_t>{0}, 10)[0].word, 1);
  EXPECT_EQ(words.vector("cat dog"), (std::vector<float>{1, 0.05f}));
}

class FastTextFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!file_exists(golden_ + "skipgram-fa.bin")) GTEST_SKIP() << golden_ << " is not there";
  }
  std::string golden_ = data_directory() + "/ladder-golden/fasttext/";
  TemporaryDirectory directory_;
};

TEST_F(FastTextFiles, KeepAllTablesToTheBit) {
  const FastTextModel theirs = read_fasttext_bin(golden_ + "skipgram-fa.bin");
  ImportedVectors imported = import_fasttext_vectors(golden_ + "skipgram-fa.bin");
  save_word_vectors(imported.model, directory_ / "m");
  write_fasttext_bin(directory_ / "copy.bin", fasttext_from_vectors(TextModel::load(directory_ / "m")));
  const FastTextModel ours = read_fasttext_bin(directory_ / "copy.bin");
  EXPECT_EQ(ours.words, theirs.words);
  EXPECT_EQ(ours.input.values(), theirs.input.values());
  EXPECT_EQ(ours.output.values(), theirs.output.values());
  expect_error([&] { import_fasttext_vectors(golden_ + "supervised-trec.bin"); },
               "is a classifier of fastText");
}

// fastText itself, where it is installed, gives for a file of ours what it gave for its own.
TEST_F(FastTextFiles, AreReadByFastText) {
  if (std::system("command -v fasttext > /dev/null") != 0) GTEST_SKIP() << "fasttext is not installed";
  const ImportedVectors imported = import_fasttext_vectors(golden_ + "skipgram-fa.bin");
  const std::string copy = directory_ / "copy.bin", printed = directory_ / "printed.txt";
  write_fasttext_bin(copy, fasttext_from_vectors(imported.model));
  const std::string command =
      "fasttext print-word-vectors " + copy + " < " + golden_ + "words.txt > " + printed + " 2> /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_file(printed), read_file(golden_ + "skipgram-fa.words.txt"));
}

}  // namespace
}  // namespace hodhod
