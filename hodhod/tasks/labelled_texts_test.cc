// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/labelled_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(LabelledTexts, ReadsTablesAndJsonLines) {
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
  EXPECT_THAT(error_of([&] { read_labelled({csv}, {.texts = {"first"}, .label = "kind"}); }),
              HasSubstr("kind"));
  write_file_atomically(table, "");
  EXPECT_THAT(error_of([&] { read_labelled({table}, {}); }), HasSubstr("there is no example in it"));
}

// GLUE's tables and those of natural language inference have two texts under usual names.
TEST(LabelledTexts, PairsGoByTheNamesInTheFirstLine) {
  const TemporaryDirectory directory;
  const auto read = [&](const std::string& text, const LabelledColumns& columns = {}) {
    return read_labelled({directory.put("a.tsv", text)}, columns);
  };
  const LabelledTexts pairs = read("hypothesis\tgold_label\tpremise\nb\tno\ta\n");
  EXPECT_THAT(pairs.examples[0].texts, ElementsAre("a", "b"));
  EXPECT_EQ(pairs.examples[0].label, "no");
  EXPECT_THAT(pairs.notes, testing::Contains(HasSubstr("premise and hypothesis are read as a pair")));
  EXPECT_THAT(read("label\tSentence1\tSentence2\n1\tx\ty\n").examples[0].texts, ElementsAre("x", "y"));
  EXPECT_THAT(read_unlabelled({directory.put("b.csv", "question1,question2\nx,y\n")}, {}).examples[0].texts,
              ElementsAre("x", "y"));
  // What is named counts, and so does a text beside them.
  EXPECT_THAT(read("premise\thypothesis\tlabel\na\tb\tno\n", {.texts = {"premise"}}).examples[0].texts,
              ElementsAre("a"));
  EXPECT_THAT(read("text\ttext1\ttext2\tlabel\nt\ta\tb\tno\n").examples[0].texts, ElementsAre("t"));
  EXPECT_THAT(read("no\ta\tb\n").examples[0].texts, ElementsAre("a"));
}

TEST(LabelledTexts, ColumnsGoByTheNamesInTheFirstLine) {
  const TemporaryDirectory directory;
  const auto first = [&](const char* name, const std::string& text, const LabelledColumns& columns = {}) {
    const LabelledTexts found = read_labelled({directory.put(name, text)}, columns);
    const LabelledText& example = found.examples[0];
    return example.label + "|" + example.texts[0] + "|" + std::to_string(found.notes.size());
  };
  EXPECT_EQ(first("a.csv", "label,text\npos,good\n"), "pos|good|1");
  EXPECT_EQ(first("b.csv", "review,sentiment\n\"good, very\",pos\n"), "pos|good, very|1");
  EXPECT_EQ(first("c.csv", "clean_text,airline_label\r\ngood,pos\r\n"), "pos|good|1");
  EXPECT_EQ(first("d.tsv", "Id\tPhrase\tSentiment\n7\tgood\tpos\n"), "pos|good|1");
  EXPECT_EQ(first("e.csv", ",text,label\n0,good,pos\n"), "pos|good|1");
  EXPECT_EQ(first("f.csv", "label,text\npos,good\n", {.header = CorpusHeader::no}), "label|text|0");
  EXPECT_EQ(first("g.csv", "a,b\npos,good\n"), "a|b|0");
  EXPECT_EQ(first("h.csv", "a,b\npos,good\n", {.header = CorpusHeader::yes}), "pos|good|0");
  EXPECT_EQ(first("i.tsv", "\n\npos\tgood text\n"), "pos|good text|0");
  EXPECT_EQ(first("j.csv", "\xEF\xBB\xBFtext,label\ngood,pos\n", {.texts = {"text"}, .label = "label"}),
            "pos|good|0");
  EXPECT_EQ(first("k.tsv", "text\tlabel\tsplit\ngood\tpos\ttrain\n", {.texts = {"1"}, .label = "2"}),
            "pos|good|1");
  EXPECT_THAT(error_of([&] { first("l.csv", "text,id,date\na,b,c\n"); }),
              HasSubstr("both the text and the label"));
  EXPECT_EQ(first("n.tsv", "yes\tone\ttwo\n"), "yes|one|1");
  EXPECT_EQ(read_unlabelled({directory.put("m.csv", "text\none\n\ntwo\n")}, {}).examples.size(), 2u);
}

TEST(LabelledTexts, NumbersBesideTheText) {
  const TemporaryDirectory directory;
  const auto read = [&](const char* name, const std::string& text, const LabelledColumns& columns) {
    return read_labelled({directory.put(name, text)}, columns);
  };
  const std::string table = "label,text,age,price\npos,good,3,\nneg,bad, -0.5 ,1e3\n";
  const LabelledTexts found = read("a.csv", table, {.numbers = {"price", "age"}});
  EXPECT_THAT(found.examples[0].texts, ElementsAre("good"));
  EXPECT_THAT(found.examples[0].numbers, ElementsAre(testing::IsNan(), 3));
  EXPECT_THAT(found.examples[1].numbers, ElementsAre(1000, -0.5));
  EXPECT_THAT(found.notes, testing::Contains(HasSubstr("price has no number in 1 of 2 lines")));
  EXPECT_THAT(read("b.jsonl", "{\"label\": \"pos\", \"text\": \"good\", \"age\": 4}\n", {.numbers = {"age"}})
                  .examples[0]
                  .numbers,
              ElementsAre(4));
  const auto bad = [&](const char* name, const std::string& text, const LabelledColumns& columns) {
    return error_of([&] { read(name, text, columns); });
  };
  EXPECT_THAT(bad("c.csv", "label,text,age\npos,good,3\npos,good,old\n", {.numbers = {"age"}}),
              HasSubstr("c.csv:3: age: expected a number, found \"old\""));
  EXPECT_THAT(bad("d.csv", table, {.texts = {"text"}, .numbers = {"text"}}),
              HasSubstr("column 2 is both the text and the number"));
  EXPECT_THAT(bad("e.csv", table, {.numbers = {"size"}}), HasSubstr("size"));
  EXPECT_THAT(bad("f.txt", "__label__a b\n", {.numbers = {"1"}, .format = CorpusFormat::fasttext}),
              HasSubstr("leave out `numbers`"));
  const LabelledTexts skipped =
      read("g.csv", "label,text,age\npos,good,3\npos,good,old\n", {.numbers = {"age"}, .skip_bad = true});
  EXPECT_EQ(skipped.examples.size(), 1u);
  EXPECT_EQ(skipped.bad.count(), 1);
}

TEST(LabelledTexts, NumbersWithoutAText) {
  const TemporaryDirectory directory;
  const std::string named = directory.put("a.csv", "id,age,price,label\n7,1,2,pos\n"),
                    plain = directory.put("b.tsv", "pos\t1\t2\n");
  for (const LabelledTexts& found : {read_labelled({named}, {.numbers = {"age", "price"}}),
                                     read_labelled({plain}, {.numbers = {"2", "3"}})}) {
    EXPECT_THAT(found.examples[0].texts, ElementsAre(""));
    EXPECT_THAT(found.examples[0].numbers, ElementsAre(1, 2));
    EXPECT_EQ(found.examples[0].label, "pos");
    EXPECT_THAT(found.notes, testing::Contains(HasSubstr("no column is read as text")));
  }
  EXPECT_THAT(read_labelled({plain}, {.numbers = {"3"}}).examples[0].texts, ElementsAre("1"));
}

TEST(LabelledTexts, ANameForATableWithoutNames) {
  const TemporaryDirectory directory;
  const std::string path = directory.put("a.tsv", "pos\tIt is good\nneg\tIt is bad\n");
  EXPECT_THAT(error_of([&] { read_labelled({path}, {.texts = {"foo"}}); }),
              AllOf(HasSubstr("a.tsv:1: there is no column \"foo\""),
                    HasSubstr("the file has no header; give the column's number")));
}

TEST(LabelledTexts, EmptyLabelsAreBadLines) {
  const TemporaryDirectory directory;
  const std::string path = directory.put("a.tsv", "pos\tgood\n\tnice\nneg\tx\n");
  EXPECT_THAT(error_of([&] { read_labelled({path}, {}); }),
              AllOf(HasSubstr("a.tsv:2: the label is empty"), HasSubstr("`skip_bad`")));
  const LabelledTexts found = read_labelled({path}, {.skip_bad = true});
  EXPECT_EQ(found.examples.size(), 2u);
  EXPECT_EQ(found.bad.count(), 1);
}

TEST(LabelledTexts, FilesOfDifferentFormatsAreRefused) {
  const TemporaryDirectory directory;
  const std::string table = directory.put("a.tsv", "pos\ta\n");
  EXPECT_EQ(read_labelled({table, directory.put("b.csv", "neg,b\n")}, {}).examples.size(), 2u);
  EXPECT_THAT(error_of([&] {
                read_labelled({table, directory.put("c.jsonl", "")}, {});
              }),
              HasSubstr("c.jsonl have different formats"));
}

TEST(LabelledTexts, BlanksAroundLabelsDoNotCount) {
  const TemporaryDirectory directory;
  const auto found = read_labelled({directory.put("a.tsv", "pos \ta\n pos\tb\n")}, {});
  EXPECT_EQ(found.examples[0].label, "pos");
  EXPECT_EQ(found.examples[1].label, "pos");
}

TEST(LabelledTexts, SplitsLabels) {
  EXPECT_THAT(split_labels("a, b ,,a", ","), ElementsAre("a", "b"));
  EXPECT_THAT(split_labels("", ","), testing::IsEmpty());
  EXPECT_THAT(split_labels("a, b", ""), ElementsAre("a, b"));
  EXPECT_THAT(split_labels("x y||z", "||"), ElementsAre("x y", "z"));
  const TemporaryDirectory directory;
  const std::string lines = directory.put("a.jsonl", "{\"text\": \"t\", \"label\": [\"x\", \"y\"]}\n");
  EXPECT_EQ(read_labelled({lines}, {.label_separator = "|"}).examples[0].label, "x|y");
  EXPECT_THAT(error_of([&] { read_labelled({lines}, {}); }), HasSubstr("expected a string"));
}

TEST(LabelledTexts, LinesOfFastText) {
  const TemporaryDirectory directory;
  const std::string path = directory.put(
      "a.txt", "__label__up the  boat __label__x rises\n\n__label__down it sinks\r\n__label__ no\n");
  LabelledColumns columns{.label_separator = ",", .format = CorpusFormat::fasttext};
  const auto examples = read_labelled({path}, columns).examples;
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_EQ(examples[0].label, "up,x");
  EXPECT_EQ(examples[0].texts[0], "the  boat rises");
  EXPECT_EQ(examples[1].label, "down");
  EXPECT_EQ(examples[1].texts[0], "it sinks");
  EXPECT_EQ(examples[2].label, "");
  columns.label_separator = "";
  expect_error([&] { read_labelled({path}, columns); }, "a.txt:1", "2 labels", "`label_separator`");
  columns.skip_bad = true;
  EXPECT_EQ(read_labelled({path}, columns).examples.size(), 1u);
  EXPECT_EQ(read_labelled({path}, columns).bad.count(), 2);
  columns.texts = {"2"};
  expect_error([&] { read_labelled({path}, columns); }, "no columns");
}

TEST(LabelledTexts, LinesOfLibsvm) {
  const TemporaryDirectory directory;
  LabelledColumns columns{.format = CorpusFormat::libsvm};
  const auto examples =
      read_labelled({directory.put("a.txt", "+1 0:0.5 7:-2e-1 # a comment\n# nothing\n-1\n")}, columns)
          .examples;
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_EQ(examples[0].label, "+1");
  EXPECT_EQ(examples[0].texts[0], "0:0.5 7:-2e-1");
  EXPECT_EQ(examples[1].texts[0], "");
  const auto refused = [&](const char* line, const char* what) {
    expect_error([&] { read_labelled({directory.put("b.txt", line)}, columns); }, "b.txt:1", what);
  };
  refused("1 3:1 3:2\n", "ascend");
  refused("1 3:x\n", "NUMBER:VALUE");
  refused("1 a:1\n", "NUMBER:VALUE");
  refused("1 3\n", "NUMBER:VALUE");
  refused("3:1 4:1\n", "label");
}

}  // namespace
}  // namespace hodhod
