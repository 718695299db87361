// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/corpus.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/data/tagged_reader.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Files = std::vector<std::string>;

// Records as "a|b|c", one after the other.
template <class Reader>
Files rest_of(Reader& reader) {
  Files records;
  while (const auto record = reader.next())
    records.push_back(fmt::format("{}", fmt::join(record->fields, "|")));
  return records;
}

Files read(const Files& files, CorpusOptions options = {}) {
  RecordReader reader(files, options);
  return rest_of(reader);
}

class CorpusTest : public testing::Test {
 protected:
  std::string put(const char* name, const std::string& text) { return directory_.put(name, text); }
  TemporaryDirectory directory_;
};

TEST_F(CorpusTest, FormatsGoByName) {
  EXPECT_EQ(format_of("a/b.tsv.gz"), CorpusFormat::tsv);
  EXPECT_EQ(format_of("b.csv"), CorpusFormat::csv);
  EXPECT_EQ(format_of("b.jsonl.zst"), CorpusFormat::jsonl);
  EXPECT_EQ(format_of("b.conll"), CorpusFormat::conll);
  EXPECT_EQ(format_of("b.conllu.gz"), CorpusFormat::conllu);
  EXPECT_EQ(format_of("b.txt"), CorpusFormat::text);
  EXPECT_EQ(format_of("-"), CorpusFormat::text);
}

TEST_F(CorpusTest, TextKeepsEmptyLinesAndFollowsFiles) {
  const Files files = {put("a.txt", "one\n\ntwo\t2\n"), put("b.txt", "three")};
  EXPECT_THAT(read(files), ElementsAre("one", "", "two\t2", "three"));
  EXPECT_THAT(error_of([&] { read(files, {.columns = {"label"}}); }), HasSubstr("plain text has no columns"));
}

TEST_F(CorpusTest, TsvTakesQuotesAsTheyAre) {
  const Files file = {put("a.tsv", "1\t\"good\t\n2\tsays \"so\"\t x \n\n")};
  EXPECT_THAT(read(file), ElementsAre("1|\"good|", "2|says \"so\"| x "));
  EXPECT_THAT(read(file, {.columns = {"2", "-3"}}), ElementsAre("\"good|1", "says \"so\"|2"));
}

TEST_F(CorpusTest, ColumnsByName) {
  const Files file = {put("a.tsv", "label\ttext\n1\tgood\n")};
  EXPECT_THAT(read(file, {.columns = {"text", "label"}}), ElementsAre("good|1"));
  EXPECT_THAT(read(file, {.columns = {"2"}, .header = CorpusHeader::no}), ElementsAre("text", "good"));
  EXPECT_THAT(read(file, {.columns = {"2"}, .header = CorpusHeader::yes}), ElementsAre("good"));
  EXPECT_THAT(error_of([&] { read(file, {.columns = {"txt"}}); }),
              AllOf(HasSubstr("a.tsv:1: there is no column \"txt\""), HasSubstr("; there are label, text")));
  const Files bare = {put("bare.tsv", "1\tIt is good\n2\tSo so\n")};
  EXPECT_THAT(error_of([&] { read(bare, {.columns = {"txt"}}); }),
              AllOf(HasSubstr("bare.tsv:1: there is no column \"txt\""),
                    HasSubstr("the file has no header; give the column's number")));
  EXPECT_THAT(error_of([&] { read(file, {.columns = {"3"}}); }),
              HasSubstr("expected a column 3, found 2 columns"));
  EXPECT_THAT(error_of([&] { read(file, {.columns = {"0"}}); }), HasSubstr("numbered from 1"));
  EXPECT_THAT(error_of([&] { read({put("e.tsv", "")}, {.columns = {"x"}}); }), HasSubstr("e.tsv: is empty"));
}

TEST_F(CorpusTest, CsvFollowsRfc4180) {
  const Files file = {put("a.csv",
                          "text,label\r\n"
                          "\"a, \"\"quoted\"\" word\",1\r\n"
                          "\"two\r\nlines\n\nand more\",2\r\n"
                          ",\"\"\r\n"
                          "plain,3")};
  EXPECT_THAT(read(file, {.columns = {"label", "text"}}),
              ElementsAre("1|a, \"quoted\" word", "2|two\nlines\n\nand more", "|", "3|plain"));
}

TEST_F(CorpusTest, BadCsvIsReportedByItsFirstLine) {
  const Files file = {put("a.csv",
                          "x,1\n"
                          "\"open,2\n"
                          "y,3\n"
                          "in \"side,4\n"
                          "\"after\" quote,5\n"
                          "z,6\n"
                          "a,b,c\n"
                          "\"never closed,7\n"
                          "last,8\n")};
  RecordReader reader(file, {.skip_bad = true});
  EXPECT_THAT(rest_of(reader), ElementsAre("x|1", "y|3", "z|6", "last|8"));
  EXPECT_EQ(reader.bad_lines().count(), 5);
  EXPECT_THAT(
      reader.bad_lines().examples(),
      ElementsAre(HasSubstr("a.csv:2: "), HasSubstr("a.csv:4: expected quotes around the whole of column 1"),
                  HasSubstr("a.csv:5: expected a comma after the quote that closes column 1"),
                  HasSubstr("a.csv:7: expected 2 columns as in the first line, found 3"),
                  HasSubstr("a.csv:8: expected a quote that closes column 1")));
  EXPECT_THAT(error_of([&] { read(file); }), AllOf(HasSubstr("a.csv:2: "), HasSubstr("`skip_bad`")));
}

TEST_F(CorpusTest, Jsonl) {
  const Files file = {put("a.jsonl",
                          "{\"text\": \"سلام\", \"label\": 2, \"x\": null}\n\n"
                          "{\"label\": true, \"text\": \"b\"}\n"
                          "{\"text\": \"c\"}\n"
                          "{\"text\": \"d\", \"label\": [1]}\n"
                          "{\"text\": \"e\", \n"
                          "7\n")};
  RecordReader reader(file, {.columns = {"text", "label"}, .skip_bad = true});
  EXPECT_THAT(rest_of(reader), ElementsAre("سلام|2", "b|true"));
  EXPECT_THAT(reader.bad_lines().examples(),
              ElementsAre(HasSubstr("a.jsonl:4: expected an object with the key \"label\""),
                          HasSubstr("a.jsonl:5: label: expected a string, a number"),
                          HasSubstr("a.jsonl:6: column:1:"), HasSubstr("a.jsonl:7: ")));
  EXPECT_THAT(error_of([&] { read(file); }), HasSubstr("`columns`"));
  EXPECT_THAT(error_of([&] { read(file, {.columns = {"body"}, .key_options = "`text`"}); }),
              HasSubstr("the key \"body\", found"));
  EXPECT_THAT(error_of([&] { read(file, {.columns = {"body"}, .key_options = "`text`"}); }),
              HasSubstr("give that with `text`"));
}

TEST_F(CorpusTest, ALineOfJsonlMayLackOptionalKeys) {
  const Files file = {put("a.jsonl", "{\"a\": 1, \"b\": 2}\n{\"a\": 3}\n{\"a\": 4, \"b\": null}\n")};
  RecordReader reader(file, {.columns = {"a", "b"}, .optional_columns = 1});
  EXPECT_THAT(rest_of(reader), ElementsAre("1|2", "3|", "4|"));
  EXPECT_THAT(error_of([&] {
                read(file, {.columns = {"b", "a"}, .optional_columns = 1});
              }),
              HasSubstr("the key \"b\""));
}

TEST_F(CorpusTest, TextThatIsNotUtf8IsBad) {
  const Files file = {put("a.txt",
                          "good\nb\xe9"
                          "d\ngood\n")};
  EXPECT_THAT(error_of([&] { read(file); }),
              HasSubstr("a.txt:2: expected UTF-8 text, found the byte 0xe9 as byte 2"));
  EXPECT_THAT(read(file, {.skip_bad = true}), ElementsAre("good", "good"));
}

TEST_F(CorpusTest, PlacesAndProgress) {
  RecordReader reader({put("a.tsv", "a\tb\n\nc\td\n"), put("b.tsv", "e\n")}, {});
  EXPECT_EQ(reader.next()->place(), directory_ / "a.tsv:1");
  EXPECT_EQ(reader.next()->place(), directory_ / "a.tsv:3");
  EXPECT_EQ(reader.next()->place(), directory_ / "b.tsv:1");
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.progress(), 1);
}

TEST_F(CorpusTest, ParallelTextStaysTogether) {
  const std::string en = put("a.en", "one\n\nthree\n"), fa = put("a.fa", "یک\nدو\nسه\n");
  ParallelReader reader({{en, en}, {fa, fa}});
  EXPECT_THAT(rest_of(reader), ElementsAre("one|یک", "|دو", "three|سه", "one|یک", "|دو", "three|سه"));
  ParallelReader uneven({{en}, {put("b.fa", "یک\n")}});
  EXPECT_THAT(error_of([&] { rest_of(uneven); }),
              AllOf(HasSubstr("b.fa ends after line 1"), HasSubstr("a.en goes on at line 2")));
  const std::string broken = put("c.fa", "یک\n\xff\nسه\n");
  ParallelReader stops({{en}, {broken}});
  EXPECT_THAT(error_of([&] { rest_of(stops); }), HasSubstr("c.fa:2: expected UTF-8"));
  ParallelReader skips({{en}, {broken}}, true);
  EXPECT_THAT(rest_of(skips), ElementsAre("one|یک", "three|سه"));
  EXPECT_EQ(skips.bad_lines().count(), 1);
}

Files tagged(TaggedReader& reader) {
  Files sentences;
  while (const auto s = reader.next()) {
    std::string text;
    for (size_t i = 0; i < s->columns[0].size(); ++i) {
      for (size_t c = 0; c < s->columns.size(); ++c)
        text += s->columns[c][i] + (c + 1 < s->columns.size() ? "/" : " ");
    }
    sentences.push_back(text);
  }
  return sentences;
}

Files tagged(const Files& files, CorpusOptions options = {}) {
  options.format = options.format == CorpusFormat::automatic ? CorpusFormat::conll : options.format;
  TaggedReader reader(files, options);
  return tagged(reader);
}

TEST_F(CorpusTest, ConllSentences) {
  const Files file = {put("a.txt",
                          "-DOCSTART- -X- O O\n\n"
                          "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\n\n\n"
                          "# NNP I-NP O\n# sent 2\n. . O O")};
  EXPECT_THAT(tagged(file), ElementsAre("EU/I-ORG rejects/O ", "#/O ./O "));
  EXPECT_THAT(tagged(file, {.columns = {"1", "2", "-1"}}),
              ElementsAre("EU/NNP/I-ORG rejects/VBZ/O ", "#/NNP/O ././O "));
  EXPECT_THAT(error_of([&] { tagged(file, {.columns = {"5"}}); }), HasSubstr("a.txt:3: expected a column 5"));
  EXPECT_THAT(error_of([&] { tagged(file, {.columns = {"word"}}); }),
              HasSubstr("there is no column \"word\""));
  const Files tabs = {put("b.conll", "# text = a b\nan apple\tNOUN\n \t\nb\tX\n")};
  EXPECT_THAT(tagged(tabs), ElementsAre("an apple/NOUN ", "b/X "));
}

TEST_F(CorpusTest, ABadLineMakesItsSentenceBad) {
  const Files file = {put("a.txt", "a O\nb\nc O\nd\n\ne O\n\nf O\n\xff O\n\ng O")};
  EXPECT_THAT(error_of([&] { tagged(file); }),
              HasSubstr("a.txt:2: expected 2 columns that are not empty, found \"b\""));
  TaggedReader reader(file, {.format = CorpusFormat::conll, .skip_bad = true});
  EXPECT_THAT(tagged(reader), ElementsAre("e/O ", "g/O "));
  EXPECT_EQ(reader.bad_lines().count(), 2);
  EXPECT_THAT(error_of([&] { tagged({put("b.txt", "word\nword\n")}); }), HasSubstr("a token and its tag"));
}

TEST_F(CorpusTest, ABadFirstLineDoesNotTellTheColumns) {
  TaggedReader tags({put("a.conll", "lost\n\na O\n")}, {.skip_bad = true});
  EXPECT_THAT(tagged(tags), ElementsAre("a/O "));
  RecordReader records({put("a.tsv", "lost\npos\tgood\n")}, {.skip_bad = true, .least_columns = 2});
  EXPECT_THAT(rest_of(records), ElementsAre("pos|good"));
  EXPECT_THAT(error_of([&] { read({put("b.tsv", "pos good\n")}, {.least_columns = 2}); }),
              HasSubstr("b.tsv:1: expected at least 2 columns with a tab between them, found \"pos good\""));
}

TEST_F(CorpusTest, BlanksAroundNamesWordsAndTagsDoNotCount) {
  EXPECT_THAT(tagged({put("a.conll", "New York \t B-LOC\nis\tO \n")}), ElementsAre("New York/B-LOC is/O "));
  EXPECT_THAT(read({put("a.csv", "label, text\npos,good\n")}, {.columns = {"text"}}), ElementsAre("good"));
}

TEST_F(CorpusTest, TaggedJsonl) {
  const Files file = {put("a.jsonl",
                          "{\"tokens\": [\"a\", \"b\"], \"tags\": [\"X\", \"Y\"]}\n"
                          "{\"tokens\": [\"a\", \"b\"], \"tags\": [\"X\"]}\n"
                          "{\"tokens\": [], \"tags\": []}\n"
                          "{\"tokens\": [1], \"tags\": [\"X\"]}\n")};
  TaggedReader reader(file, {.columns = {"tokens", "tags"}, .skip_bad = true});
  EXPECT_THAT(tagged(reader), ElementsAre("a/X b/Y "));
  EXPECT_EQ(reader.bad_lines().count(), 3);
}

TEST_F(CorpusTest, AFirstLineThatReadsLikeNamesIsNoRecord) {
  const std::string file = put("a.csv", "label,text\npos,good\n");
  RecordReader reader({file}, {});
  EXPECT_THAT(rest_of(reader), ElementsAre("pos|good"));
  EXPECT_THAT(reader.notes(),
              ElementsAre(AllOf(HasSubstr("a.csv:1 is read as the names"), HasSubstr("`header no`"))));
  EXPECT_THAT(read({file}, {.header = CorpusHeader::no}), ElementsAre("label|text", "pos|good"));
  EXPECT_THAT(read({put("b.csv", "\xEF\xBB\xBF\"label\",\"text\"\r\npos,good\r\n")}),
              ElementsAre("pos|good"));
  EXPECT_THAT(read({put("c.tsv", "good\ttext\n")}), ElementsAre("good|text"));
  EXPECT_THAT(read({put("g.tsv", "pos\tgood text\nneg\tbad label\n")}),
              ElementsAre("pos|good text", "neg|bad label"));
  EXPECT_THAT(read({put("d.tsv", "label\tthe text of a review that goes on\n")}),
              ElementsAre("label|the text of a review that goes on"));
  EXPECT_THAT(read({put("e.csv", "\"text\nlabel\",label\n")}), ElementsAre("text\nlabel|label"));
  EXPECT_THAT(read({put("f.tsv", "")}), testing::IsEmpty());
}

const char* const kConllu =
    "# sent_id = 1\n"
    "# text = I don't sleep.\n"
    "1\tI\tI\tPRON\tPRP\t_\t4\tnsubj\t_\t_\n"
    "2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\t_\n"
    "3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_\n"
    "4\tsleep\tsleep\tVERB\tVB\t_\t0\troot\t_\tSpaceAfter=No\n"
    "4.1\tsleep\tsleep\tVERB\tVB\t_\t_\t_\t_\t_\n"
    "5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_\n\n"
    "#text = #\n"
    "1\t#\t#\tSYM\t#\t_\t0\troot\t_\t_\n\n";

TEST_F(CorpusTest, ConlluAsItIsDefined) {
  // By its name, by --format, and by what stands in it.
  const std::vector<std::pair<Files, CorpusFormat>> all = {
      {{put("a.conllu", kConllu)}, CorpusFormat::automatic},
      {{put("a.txt", kConllu)}, CorpusFormat::conllu},
      {{put("a.conll", kConllu)}, CorpusFormat::automatic}};
  for (const auto& [files, format] : all) {
    TaggedReader reader(files, {.format = format});
    EXPECT_THAT(tagged(reader), ElementsAre("I/PRON do/AUX n't/PART sleep/VERB ./PUNCT ", "#/SYM "));
    TaggedReader words(files, {.format = format}, TaggedColumns::words);
    EXPECT_EQ(words.next()->columns.size(), 1u);
    TaggedReader named(files, {.format = format, .columns = {"form", "XPOS"}});
    if (format_of(files[0]) == CorpusFormat::conllu) {
      EXPECT_EQ(tagged(named)[0], "I/PRP do/VBP n't/RB sleep/VB ./. ");
    }
    TaggedReader numbers(files, {.format = format, .columns = {"3", "8"}});
    const auto sentence = numbers.next();
    EXPECT_EQ(sentence->columns[1][1], "aux");
    EXPECT_EQ(sentence->place(1), files[0] + ":5");
  }
  const auto error = [&](const char* text) {
    return error_of([&] { TaggedReader({put("b.conllu", text)}, {}).next(); });
  };
  EXPECT_THAT(error("a NOUN\n"), HasSubstr("b.conllu:1: expected the ten columns of CoNLL-U"));
  EXPECT_THAT(error("x\ta\ta\tX\t_\t_\t_\t_\t_\t_\n"), HasSubstr("b.conllu:1: expected a token's number"));
}

TEST_F(CorpusTest, TaggedHeaders) {
  const Files file = {put("a.tsv", "word\ttag\nAli\tB-PER\nx\tO\n")};
  TaggedReader reader(file, {});
  EXPECT_THAT(tagged(reader), ElementsAre("Ali/B-PER x/O "));
  EXPECT_THAT(reader.notes(), ElementsAre(HasSubstr("a.tsv:1 is read as the names")));
  EXPECT_THAT(tagged(file, {.header = CorpusHeader::no}), ElementsAre("word/tag Ali/B-PER x/O "));
  EXPECT_THAT(tagged(file, {.columns = {"tag", "word"}}), ElementsAre("B-PER/Ali O/x "));
  const Files plain = {put("b.tsv", "first\tsecond\nAli\tB-PER\n")};
  EXPECT_THAT(tagged(plain, {.header = CorpusHeader::yes}), ElementsAre("Ali/B-PER "));
  EXPECT_THAT(tagged(plain), ElementsAre("first/second Ali/B-PER "));
  // A name of the header that the lines have no column for, and one that is empty.
  const Files wide = {put("d.tsv", "word\ttag\tmore\nAli\tB-PER\n")};
  EXPECT_THAT(error_of([&] {
                tagged(wide, {.columns = {"word", "more"}});
              }),
              HasSubstr("d.tsv:2: the column \"more\" is number 3 of the header, and here are 2 columns"));
  const Files unnamed = {put("e.tsv", "word\ttag\t\nAli\tB-PER\n")};
  EXPECT_THAT(tagged(unnamed, {.header = CorpusHeader::yes}), ElementsAre("Ali/B-PER "));
  EXPECT_THAT(error_of([&] { TaggedReader({put("c.csv", "word,tag\n")}, {}).next(); }),
              HasSubstr("not from csv"));
}

TEST(CorpusData, RealCorporaAreReadWhole) {
  const std::string data = data_directory();
  if (!is_directory(data + "/trec")) GTEST_SKIP() << data << " is absent";
  const auto records = [&](const Files& names, CorpusOptions options = {}) {
    Files files;
    for (const std::string& name : names) files.push_back(join_path(data, name));
    return read(files, options).size();
  };
  EXPECT_EQ(records({"trec/train.tsv", "trec/test.tsv"}), 5952u);
  EXPECT_EQ(records({"nli-fa-farstail/val.tsv"}, {.columns = {"2", "3", "1"}}), 1537u);
  EXPECT_EQ(records({"timeseries/airline-passengers.csv"}, {.columns = {"Passengers"}}), 144u);
  const auto sentences = [&](const std::string& name) {
    TaggedReader reader({join_path(data, name)}, {.format = CorpusFormat::conll});
    size_t tokens = 0, count = 0;
    for (; const auto s = reader.next(); ++count) tokens += s->columns[0].size();
    return std::pair(count, tokens);
  };
  // The tokens and sentences that the data's own description gives.
  EXPECT_EQ(sentences("ner-en-conll2003/dev.txt.gz"), std::pair(size_t{3250}, size_t{51362}));
  EXPECT_EQ(sentences("ner-fa-arman/dev.txt.gz").first, 1280u);
  EXPECT_EQ(sentences("pos-fa-seraji/dev.txt"), std::pair(size_t{300}, size_t{8493}));
  ParallelReader pairs({{data + "/multi30k/val.en.gz"}, {data + "/multi30k/val.de.gz"}});
  EXPECT_EQ(rest_of(pairs).size(), 1014u);
}

}  // namespace
}  // namespace hodhod
