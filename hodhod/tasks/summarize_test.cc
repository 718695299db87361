// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/summarize.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/decode/generation_config.h"
#include "hodhod/tasks/test_translator.h"

namespace hodhod {
namespace {

TEST(Summaries, AreReadFromJsonLinesWithTheirReferences) {
  const TemporaryDirectory directory;
  const std::string path = directory.put(
      "a.jsonl", R"({"document": "one two", "summary": "one", "references": ["two", "one", ""]})"
                 "\n"
                 R"({"document": "three", "summary": "third", "references": []})"
                 "\n");
  const SummarizedTexts found = read_summaries({path});
  ASSERT_EQ(found.all.size(), 2u);
  EXPECT_EQ(found.all[0].document, "one two");
  EXPECT_EQ(found.all[0].summaries, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(found.all[1].summaries, (std::vector<std::string>{"third"}));
}

// Whatever stands in the first line.
TEST(Summaries, SomeDocumentsMayHaveReferencesAndOthersNone) {
  const std::string with = R"({"document": "a", "summary": "b", "references": ["c", "b"]})",
                    without = R"({"document": "a", "summary": "d"})";
  const TemporaryDirectory directory;
  for (const std::string& lines : {with + "\n" + without + "\n", without + "\n" + with + "\n"}) {
    std::vector<std::vector<std::string>> summaries;
    for (const SummarizedText& one : read_summaries({directory.put("a.jsonl", lines)}).all)
      summaries.push_back(one.summaries);
    std::sort(summaries.begin(), summaries.end());
    EXPECT_EQ(summaries, (std::vector<std::vector<std::string>>{{"b", "c"}, {"d"}})) << lines;
  }
  // A key that is given is asked of every line.
  const std::string path = directory.put("b.jsonl", with + "\n" + without + "\n");
  expect_error([&] { read_summaries({path}, {.references = "references"}); }, "b.jsonl:2");
}

TEST(Summaries, AreReadFromTables) {
  const TemporaryDirectory directory;
  const std::string named = directory.put("a.tsv", "summary\tdocument\nshort\ta long text\n");
  EXPECT_EQ(read_summaries({named}).all[0].document, "a long text");
  const std::string bare = directory.put("b.tsv", "short\ta long text\n");
  const SummaryColumns numbers{.text = "2", .summary = "1", .header = CorpusHeader::no};
  EXPECT_EQ(read_summaries({bare}, numbers).all[0].summaries[0], "short");
}

TEST(Summaries, WhatIsBadIsNamedWithItsPlace) {
  const TemporaryDirectory directory;
  const auto says = [&](const std::string& name, const std::string& text, const std::string& expected,
                        const SummaryColumns& columns = {}) {
    const std::string path = directory.put(name, text);
    expect_error([&] { read_summaries({path}, columns); }, expected);
  };
  const std::string good = "{\"document\": \"a\", \"summary\": \"b\"}\n";
  says("a.jsonl", good + "{\"document\": \" \", \"summary\": \"b\"}\n", "a.jsonl:2: the document is empty");
  says("a.jsonl", good + "{\"document\": \"a\", \"summary\": \"\"}\n", "a.jsonl:2: the summary is empty");
  says("a.jsonl", good + "{\"document\": \"a\"}\n", "summary");
  says("a.jsonl", "{\"article\": \"a\"}\n", "if it has another name, give that with `text`, `summary`");
  says("a.txt", "a text\n", "are read from tsv, csv and jsonl");
  says("a.tsv", "document\tsummary\na\tb\n", "only jsonl can have lists", {.references = "all"});
  says("a.jsonl", "", "there is no document");
  const std::string path = directory.put("b.jsonl", good + "{\"document\": 3}\n" + good);
  const SummarizedTexts skipped = read_summaries({path}, {.skip_bad = true});
  EXPECT_EQ(skipped.all.size(), 2u);
  EXPECT_EQ(skipped.bad.count(), 1);
}

TEST(Summaries, WhatTheyAreComparedWith) {
  EXPECT_EQ(first_sentence("A cat sat. A dog ran."), "A cat sat.");
  EXPECT_EQ(first_sentence("گربه نشست. سگ دوید."), "گربه نشست.");
  EXPECT_EQ(first_sentence(""), "");
  EXPECT_EQ(first_words("  a cat  sat on", 2), "a cat");
  EXPECT_EQ(first_words("a cat", 5), "a cat");
  EXPECT_EQ(first_words(" ", 5), "");
}

Summarizer untrained() {
  Translator translator = test_translator(TokenizerKind::bpe);
  return {std::move(translator), {}};
}

// A document is read from its beginning: what stands behind changes nothing.
TEST(Summarizer, ReadsTheBeginningBehindThePrefix) {
  Summarizer summarizer = untrained();
  summarizer.reading = {.prefix = "a dog ", .max_source = 8};
  Context context;
  const std::string document = "the cat sat on the mat and dogs ran home and cats sat on the mat";
  const TranslateOptions options{.decode = {.max_new_tokens = 6}};
  const auto found =
      summarize(summarizer, {document, document + " a dog ran home", "", "  "}, options, context);
  EXPECT_EQ(found[0].best[0].tokens, found[1].best[0].tokens);
  EXPECT_GT(found[1].tokens, found[0].tokens);
  EXPECT_GT(found[0].tokens, 8);
  EXPECT_EQ(found[2].best[0].text, "");
  EXPECT_EQ(found[3].best[0].text, "");
  // The same as a translation of the first eight tokens, prefix included.
  TranslateOptions own = options;
  own.unit = TranslationUnit::beginning;
  own.max_source = 8;
  const auto translated = translate(summarizer, {"a dog " + document}, own, context);
  EXPECT_EQ(found[0].best[0].tokens, translated[0].best[0].tokens);
  EXPECT_EQ(found[0].best[0].score, translated[0].best[0].score);
}

TEST(Summarizer, IsSavedWithHowItReads) {
  const TemporaryDirectory directory;
  Summarizer summarizer = untrained();
  summarizer.reading = {.prefix = "summarize: ", .max_source = 20};
  const std::vector<SummarizedText> data = {{"the cat sat on the mat", {"the cat"}}};
  TranslationTrainee trainee = summary_trainee(summarizer, data, data, {});
  trainee.save(directory.path());
  const Summarizer loaded = Summarizer::load(directory.path());
  EXPECT_EQ(loaded.reading.prefix, "summarize: ");
  EXPECT_EQ(loaded.reading.max_source, 20);
}

// A source is cut in training too; what matters is that its summary fits.
TEST(Summarizer, TrainsOnTheBeginningOfLongDocuments) {
  Summarizer summarizer = untrained();
  summarizer.reading.max_source = 6;
  std::string document = "the cat sat";
  for (int i = 0; i < 50; ++i) document += " on the mat and dogs";
  const std::vector<SummarizedText> data = {{document, {"the cat"}}, {"a dog", {document}}};
  TranslationTrainee trainee = summary_trainee(summarizer, data, {data[0]}, {.max_summary = 12});
  EXPECT_EQ(trainee.pairs(), 1);
  EXPECT_EQ(trainee.left_out(), 1);
  EXPECT_EQ(trainee.dev_pairs(), 1);
  std::vector<std::string> names;
  for (const auto& [name, value] : trainee.validate().values) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"loss", "perplexity", "rouge1", "rouge2", "rougeL"}));
}

// As in a pipeline of Transformers, T5's config.json says how summaries are decoded.
TEST(Summarizer, SettingsOfTheTaskOverrideTheOthers) {
  const Json config = parse_json(
      R"({"num_beams": 2, "task_specific_params": {"summarization": {"num_beams": 4, "min_length": 30,
          "prefix": "summarize: "}}})",
      "config.json");
  EXPECT_EQ(generation_config_of(".", config, nullptr, {}, "summarization").options.num_beams, 4);
  EXPECT_EQ(generation_config_of(".", config, nullptr, {}, "summarization").options.min_length, 30);
  EXPECT_EQ(generation_config_of(".", config, nullptr, {}).options.num_beams, 2);
  EXPECT_EQ(generation_config_of(".", config, nullptr, {}, "translation").options.num_beams, 2);
  const Json generation = {{"num_beams", 3}, {"length_penalty", 2.0}};
  const GenerationConfig both = generation_config_of(".", config, generation, {}, "summarization");
  EXPECT_EQ(both.options.num_beams, 4);
  EXPECT_EQ(both.options.length_penalty, 2.0);
}

}  // namespace
}  // namespace hodhod
