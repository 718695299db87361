// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/word_vectors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "hodhod/base/file.h"
#include "hodhod/base/names.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

class WordVectorFiles : public testing::Test {
 protected:
  WordVectorFile read(const std::string& bytes, bool lenient = false) {
    return read_word_vectors(directory_.put("v", bytes), lenient);
  }
  std::string why_not(const std::string& bytes) {
    return error_of([&] { read(bytes); });
  }
  TemporaryDirectory directory_;
};

std::string floats_as_bytes(std::initializer_list<float> values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

TEST_F(WordVectorFiles, EachFormatIsToldByItsContents) {
  const std::vector<std::string> words = {"شیر", "می‌رود"};
  const std::vector<float> values = {0.5f, -1, 2e-3f, 3};
  const auto expect = [&](const std::string& bytes, WordVectorFormat format) {
    const WordVectorFile file = read(bytes);
    EXPECT_EQ(file.format, format);
    EXPECT_EQ(file.words, words);
    EXPECT_EQ(file.width, 2);
    for (size_t i = 0; i < values.size(); ++i) EXPECT_FLOAT_EQ(file.vectors[i], values[i]);
  };
  expect("2 2\nشیر 0.5 -1\nمی‌رود 0.002 3\n", WordVectorFormat::word2vec);
  expect("2 2\r\nشیر 0.5 -1\r\nمی‌رود 2e-3 +3", WordVectorFormat::word2vec);
  expect("2 2\nشیر 0.5 -1 \nمی‌رود 0.002 3 \n", WordVectorFormat::fasttext_vec);
  expect("شیر 0.5 -1\nمی‌رود 0.002 3\n", WordVectorFormat::glove);
  expect("\xEF\xBB\xBFشیر\t0.5\t-1\n\nمی‌رود\t0.002\t3\n", WordVectorFormat::glove);
  const std::string first = "شیر " + floats_as_bytes({0.5f, -1.0f}),
                    second = "می‌رود " + floats_as_bytes({2e-3f, 3.0f});
  expect("2 2\n" + first + "\n" + second + "\n", WordVectorFormat::word2vec_bin);  // as the C tool writes it
  expect("2 2\n" + first + second, WordVectorFormat::word2vec_bin);                // as gensim does
}

TEST_F(WordVectorFiles, AWordMayHoldBlanksOfAnyKind) {
  EXPECT_EQ(read("1 2\na 1 b\x1D 3 4\n").words[0], "a 1 b\x1D");
  const auto file = read(". . . 0.5 1\nthe 1 2\nnew\u00A0york 2 3\nat name@a.com 3 4\n");
  EXPECT_EQ(file.words, (std::vector<std::string>{". . .", "the", "new\u00A0york", "at name@a.com"}));
  EXPECT_EQ(file.vectors, (std::vector<float>{0.5, 1, 1, 2, 2, 3, 3, 4}));
}

TEST_F(WordVectorFiles, ABadRecordIsNamedWithItsLine) {
  expect_error([&] { read("2 2\na 1 2\nb 1 x\n"); }, "v:3: x is not a finite number", "`lenient`");
  expect_error([&] { read("2 2\na 1 2\nb 1\n"); }, "v:3: expected a word and 2 numbers, found 2 fields");
  expect_error([&] { read("2 2\na 1 2\nb 1 2 3\n"); }, "v:3: expected a word and 2 numbers, found 4 fields");
  expect_error([&] { read("2 2\na 1 2\nb 1 nan\n"); }, "v:3: nan is not a finite number");
  expect_error([&] { read("2 2\na 1 2\nb 1 1e99\n"); }, "v:3: 1e99 is not a finite number");
  expect_error([&] { read("2 2\na 1 2\na 3 4\n"); }, "v:3: the word a comes twice");
  expect_error([&] { read("2 2\na 1 2\n\xFF 3 4\n"); }, "v:3: the word ⟨FF⟩ is not UTF-8");
  expect_error([&] { read(std::string("2 2\na 1 2\nb\0 3 4\n", 16)); }, "v:3: the word holds a NUL byte");
  expect_error([&] { read("3 2\na 1 2\nb 3 4\n"); }, "says 3 words, and the file has 2");
  expect_error([&] { read("1 2\na 1 2\nb 3 4\n"); }, "says 1 words, and the file has 2");
  expect_error(
      [&] {
        read("2 2\na " + floats_as_bytes({1, 2}) + "b " + floats_as_bytes({1}));
      },
      "record 2", "cut off");
  expect_error(
      [&] {
        read("1 2\na " + floats_as_bytes({1, 2}) + "\nb");
      },
      "more bytes follow the 1 records, at byte 15");
  expect_error([&] { read("1 1\na " + floats_as_bytes({std::numeric_limits<float>::infinity()})); },
               "not finite");
  for (const char* none : {"", "\n\n", "a\nb\n", "a b c\n"}) EXPECT_NE(why_not(none), "no error") << none;
}

TEST_F(WordVectorFiles, LenientReadingLeavesBadRecordsOutAndCountsThem) {
  const auto file = read("9 2\na 1 2\nb 1 x\na 3 4\nc 5 6\n", true);
  EXPECT_EQ(file.words, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(file.bad, 2);
  EXPECT_EQ(file.vectors, (std::vector<float>{1, 2, 5, 6}));
  EXPECT_THAT(file.bad_examples, testing::ElementsAre(testing::HasSubstr("v:3"), testing::HasSubstr("v:4"),
                                                      testing::HasSubstr("says 9 words")));
}

TEST_F(WordVectorFiles, WhatIsWrittenIsReadBackToTheBit) {
  Rng rng(3);
  std::vector<float> values;
  for (int i = 0; i < 60; ++i)
    values.push_back(static_cast<float>(rng.normal() * std::pow(10, rng.uniform() * 20 - 10)));
  values[7] = 1e-44f;
  values[8] = -0.0f;
  const std::vector<std::string> words = {"کتاب‌ها", "12", "a"};
  for (const auto format : {WordVectorFormat::word2vec, WordVectorFormat::word2vec_bin,
                            WordVectorFormat::glove, WordVectorFormat::fasttext_vec}) {
    const std::string path = directory_ / "out";
    write_word_vectors(path, format, words, values);
    const auto file = read_word_vectors(path);
    EXPECT_EQ(file.format, format);
    EXPECT_EQ(file.words, words);
    EXPECT_EQ(file.vectors, values) << name_of(format);
  }
  expect_error(
      [&] {
        write_word_vectors(directory_ / "out", WordVectorFormat::word2vec_bin, {"a b"},
                           std::vector<float>{1, 2});
      },
      "'a b' cannot be written as word2vec-bin");
}

TEST_F(WordVectorFiles, TheFilesOfOthersAreRead) {
  const std::string data = data_directory();
  const std::string vec = data + "/ladder-golden/fasttext/skipgram-fa.vec.gz";
  if (!file_exists(vec)) GTEST_SKIP() << vec << " is not there";
  const auto fasttext = read_word_vectors(vec);
  EXPECT_EQ(fasttext.format, WordVectorFormat::fasttext_vec);
  EXPECT_EQ(fasttext.words.size(), 1825U);
  EXPECT_EQ(fasttext.width, 8);
  EXPECT_EQ(fasttext.words[0], "و");
  EXPECT_NEAR(fasttext.vectors[7], -0.44554, 1e-7);
  const auto glove = read_word_vectors(data + "/embeddings-eval/glove.6B.300d.sample.txt.gz");
  EXPECT_EQ(glove.format, WordVectorFormat::glove);
  EXPECT_EQ(glove.words.size(), 100U);
  EXPECT_EQ(glove.width, 300);
}

// Each is refused with a sentence, without much memory, however it is cut or changed.
TEST_F(WordVectorFiles, DamagedFilesAreRefusedOrRead) {
  const std::string whole =
      "2 3\nab " + floats_as_bytes({1, 2, 3}) + "\nc " + floats_as_bytes({4, 5, 6}) + "\n";
  const std::string text = "2 3\nab 1 2 3\nc 4 5 6\n";
  Rng rng(5);
  for (int i = 0; i < 400; ++i) {
    std::string bytes = i % 2 == 0 ? whole : text;
    for (int change = 0; change < 3; ++change)
      bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
    if (i % 3 == 0) bytes.resize(rng.below(bytes.size()));
    for (const bool lenient : {false, true}) EXPECT_FALSE(error_of([&] { read(bytes, lenient); }).empty());
  }
  expect_error([&] { read("999999999999 200000\na 1 2\n"); }, "v:2", "expected a word and 200000 numbers");
  expect_error([&] { read("1 99999999999\na 1 2\n"); }, "at most");
}

}  // namespace
}  // namespace hodhod
