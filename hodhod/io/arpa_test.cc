// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/arpa.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

constexpr const char* kSmall =
    "made by hand\n\n\\data\\\nngram 1=4\nngram 2=2\n\n\\1-grams:\n-1\t<unk>\n-99 <s> -0.5\n-0.5\t</s>\n"
    "-0.3\ta\t-0.25\n\n\\2-grams:\n-0.1\t<s> a\n-0.2\ta </s>\n\n\\end\\\n";

struct PlainNgram {
  std::vector<std::string> words;
  float log10_probability, log10_backoff;
  friend bool operator==(const PlainNgram&, const PlainNgram&) = default;
};

std::vector<PlainNgram> ngrams_in(const std::string& path) {
  ArpaReader reader(path);
  std::vector<PlainNgram> all;
  while (const auto ngram = reader.next())
    all.push_back(
        {{ngram->words.begin(), ngram->words.end()}, ngram->log10_probability, ngram->log10_backoff});
  return all;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(Arpa, IsReadWithItsCommentsAndBackoffs) {
  const TemporaryDirectory directory;
  const std::string path = directory.put("a.arpa", kSmall);
  EXPECT_EQ(ArpaReader(path).counts(), (std::vector<uint64_t>{4, 2}));
  const std::vector<PlainNgram> expected = {{{"<unk>"}, -1, 0},       {{"<s>"}, -99, -0.5F},
                                            {{"</s>"}, -0.5F, 0},     {{"a"}, -0.3F, -0.25F},
                                            {{"<s>", "a"}, -0.1F, 0}, {{"a", "</s>"}, -0.2F, 0}};
  EXPECT_EQ(ngrams_in(path), expected);
  EXPECT_TRUE(is_arpa(path));
  EXPECT_FALSE(is_arpa(directory.put("b.txt", "some text\n")));
}

TEST(Arpa, FilesOfTheWildAreRead) {
  const TemporaryDirectory directory;
  const std::vector<PlainNgram> expected = ngrams_in(directory.put("plain", kSmall));
  std::string crlf;
  for (const char c : std::string(kSmall)) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(ngrams_in(directory.put("crlf", crlf)), expected);
  std::string no_end(kSmall);
  no_end.pop_back();
  EXPECT_EQ(ngrams_in(directory.put("no line end", no_end)), expected);
  EXPECT_EQ(ngrams_in(directory.put("zero backoff", replaced(kSmall, "<s> a", "<s> a\t0"))), expected);
  EXPECT_EQ(ngrams_in(directory.put("blanks", replaced(kSmall, "-0.1\t<s> a", " -0.1  <s>\ta "))), expected);
}

TEST(Arpa, OtherWhiteSpaceIsPartOfAWord) {
  const TemporaryDirectory directory;
  const std::string word = "x\xC2\xA0y\x0Bz\xE2\x80\x8C";
  const std::string path = directory.put("a", replaced(kSmall, "-0.3\ta", "-0.3\t" + word));
  EXPECT_EQ(ngrams_in(path)[3].words[0], word);
}

TEST(Arpa, PositiveLogProbabilitiesBecomeZeroWithAWarning) {
  const TemporaryDirectory directory;
  ArpaReader reader(directory.put("a", replaced(kSmall, "-0.3\ta", "0.001\ta")));
  float highest = -1;
  while (const auto ngram = reader.next()) highest = std::max(highest, ngram->log10_probability);
  EXPECT_EQ(highest, 0);
  ASSERT_EQ(reader.warnings().size(), 1U);
  EXPECT_THAT(reader.warnings()[0], testing::HasSubstr("a:11: 1 log probabilities are above 0"));
}

TEST(Arpa, MalformedFilesAreRefusedWithTheLine) {
  const TemporaryDirectory directory;
  const auto refuses = [&](const std::string& what, const std::string& with, const std::string& says) {
    const std::string path = directory.put("a", replaced(kSmall, what, with));
    expect_error([&] { ngrams_in(path); }, says);
  };
  refuses("\\data\\", "", "no line \\data\\");
  refuses("ngram 2=2", "ngram 3=2", ":5: the count of order 3 stands where that of order 2 should");
  refuses("ngram 2=2", "ngram 2=", ":5: 'ngram 2=' is not");
  refuses("ngram 2=2", "ngram 2=-2", ":5: 'ngram 2=-2' is not");
  refuses("ngram 2=2", "ngram 2=3", "stands after 2 n-grams of order 2, and \\data\\ promised 3");
  refuses("ngram 2=2", "ngram 2=1", ":15: '-0.2\ta </s>' stands where \\end\\ should");
  refuses("ngram 1=4", "ngram 1=5", ":13: '\\2-grams:' stands after 4 n-grams of order 1");
  refuses("\\1-grams:", "\\2-grams:", ":7: '\\2-grams:' stands where \\1-grams: should");
  refuses("-0.3\ta\t-0.25", "-0.3", ":11: the line has 1 fields");
  refuses("-0.3\ta\t", "-0.3\ta b\t", ":11: the line has 4 fields");
  refuses("-0.3\ta", "nan\ta", ":11: the log probability is nan, which is not finite");
  refuses("-0.3\ta", "-inf\ta", ":11: the log probability is -inf");
  refuses("-0.3\ta", "-1e999\ta", ":11: the log probability '-1e999' is not a number");
  refuses("-0.3\ta", "x\ta", ":11: the log probability 'x' is not a number");
  refuses("<s> a", "<s> a\t-1", ":14: an n-gram of the highest order has the backoff -1");
  refuses("\\end\\\n", "", "the file ends where");
  refuses("\\end\\\n", "\\end\\\nmore\n", ":18: there is more after \\end\\");
}

TEST(Arpa, WhatIsWrittenIsReadAgainWithTheSameBits) {
  const std::string golden = data_directory() + "/ladder-golden/kenlm/prose3.arpa.gz";
  if (!file_exists(golden)) GTEST_SKIP() << golden << " is not there";
  const TemporaryDirectory directory;
  ArpaReader reader(golden);
  ArpaWriter writer(directory / "copy.arpa.gz", reader.counts());
  while (const auto ngram = reader.next()) writer.add(*ngram);
  writer.finish();
  EXPECT_EQ(read_all(directory / "copy.arpa.gz"), read_all(golden));
}

TEST(Arpa, TheWriterKeepsToItsCounts) {
  const TemporaryDirectory directory;
  const std::vector<std::string_view> words = {"a", "b"};
  ArpaWriter writer(directory / "a", {1, 1});
  expect_error([&] { writer.add({.words = words}); }, "order 2 among those of order 1");
  expect_error([&] { writer.finish(); }, "0 n-grams of order 1 instead of 1");
  EXPECT_TRUE(list_directory(directory.path()).size() <= 1);
}

}  // namespace
}  // namespace hodhod
