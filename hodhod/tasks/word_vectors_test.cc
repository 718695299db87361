// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_vectors.h"

#include <gtest/gtest.h>

#include <set>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/embed.h"
#include "hodhod/tasks/word_evaluation.h"
#include "hodhod/tasks/word_lookup.h"

namespace hodhod {
namespace {

text::LineSource source_of(const std::vector<std::string>& lines) {
  return [&lines, next = size_t{0}](std::string& line) mutable {
    if (next == lines.size()) return false;
    line = lines[next++];
    return true;
  };
}

text::Tokenizer word_tokenizer(const std::vector<std::string>& lines, TaskTokenizerOptions options) {
  return train_task_tokenizer(options, source_of(lines)).tokenizer;
}

// Sentences about lions and about milk.
std::vector<std::string> two_topics() {
  const std::vector<std::string> forest = {"شیر", "ببر", "جنگل", "می‌دود"},
                                 kitchen = {"نان", "پنیر", "می‌خورم", "صبحانه"};
  std::vector<std::string> lines;
  Rng rng(1);
  for (int i = 0; i < 300; ++i) {
    const auto& topic = i % 2 == 0 ? forest : kitchen;
    std::string line;
    for (int w = 0; w < 6; ++w) line += topic[rng.below(topic.size())] + " ";
    lines.push_back(line + "!");
  }
  return lines;
}

TEST(WordTokenizer, KeepsWordsWholeAndSplitsPunctuationOff) {
  const std::vector<std::string> lines = {"Don't stop, كتاب‌ها را 12 3.", "don't stop"};
  const auto split = word_tokenizer(lines, {.kind = TokenizerKind::word,
                                            .persian = PersianFolding::yes,
                                            .lowercase = true,
                                            .special = SpecialTokens::none,
                                            .blanks = Blanks::joined});
  std::vector<std::string> pieces;
  split.for_each_piece(lines[0], [&](std::string_view piece, bool) { pieces.emplace_back(piece); });
  EXPECT_EQ(pieces,
            (std::vector<std::string>{"don't", "stop", ",", "کتاب‌ها", "را", "12", "3", "."}));
  // The unknown token, then the commonest first, those of one count by their spelling.
  EXPECT_EQ(spelling_of(split),
            (std::vector<std::string>{"", "don't", "stop", ",", ".", "12", "3", "را", "کتاب‌ها"}));
  EXPECT_EQ(split.decode(split.encode_ids("Stop, don't")), "stop , don't");
  const auto blanks = word_tokenizer(lines, {.kind = TokenizerKind::word,
                                             .persian = PersianFolding::no,
                                             .word_ends = WordEnds::blanks,
                                             .min_count = 2,
                                             .special = SpecialTokens::none,
                                             .blanks = Blanks::joined});
  EXPECT_EQ(blanks.vocab_size(), 1);  // nothing occurs twice
}

TEST(WordCorpusReading, LeavesUnknownWordsOutAndCutsLongLines) {
  std::vector<std::string> lines = {"a b c a", "", "z", "b"};
  std::string longer;
  for (int i = 0; i < 1500; ++i) longer += "a ";
  lines.push_back(longer);
  const auto tokenizer =
      word_tokenizer({"a a b b"}, {.kind = TokenizerKind::word, .special = SpecialTokens::none});
  const WordCorpus corpus = read_word_corpus(tokenizer, source_of(lines));
  EXPECT_EQ(corpus.counts, (std::vector<int64_t>{0, 1502, 2}));
  EXPECT_EQ(corpus.sentences, (std::vector<int64_t>{0, 3, 4, 1004, 1504}));
}

// A model trained on two_topics() in the directory.
void train_in(const std::string& directory, const std::string& preset,
              const std::vector<std::string>& changes) {
  const auto lines = two_topics();
  TaskTokenizerOptions options = usual_word_tokenizer();
  auto tokenizer = std::make_unique<text::Tokenizer>(word_tokenizer(lines, options));
  const auto config = model_preset(preset);
  for (const auto& change : changes) config->change(change);
  config->set_vocabulary(tokenizer->vocab_size());
  choose_buckets(dynamic_cast<WordVectorsConfig&>(*config).body, *tokenizer);
  TextModel model = TextModel::make(*config, std::move(tokenizer), 1);
  VectorsTask task(model, source_of(lines), {.epochs = 8, .block = 64, .sample = 0}, 1);
  RunDirectory run(directory, RunRecord{});
  fit_model(task.fitted(), {}, run);
}

TEST(WordVectorsTask, TrainsStoresAndAnswers) {
  for (const auto& [preset, changes] :
       {std::pair<const char*, std::vector<std::string>>{"word2vec", {"width=12", "algorithm=cbow"}},
        {"fasttext-vectors", {"width=12", "min_n=2", "max_n=3"}}}) {
    const TemporaryDirectory directory;
    train_in(directory.path(), preset, changes);
    const WordLookup words = WordLookup::load(directory.path());
    EXPECT_TRUE(words.model().warnings.empty());
    EXPECT_EQ(words.words().size(), 9U);
    // Normalised as the text was: an Arabic kaf and yeh, and another kind of joiner.
    EXPECT_EQ(words.find("پنير"), words.find("پنیر"));
    const auto near =
        words.space().nearest(words.vector_or_fail("شیر"), 3, std::vector<int64_t>{*words.find("شیر")}, 100);
    std::set<std::string> names;
    for (const auto& one : near) names.insert(words.words()[one.word]);
    EXPECT_EQ(names, (std::set<std::string>{"ببر", "جنگل", "می‌دود"})) << preset;
    // The mean of several words.
    const auto both = *words.vector("شیر ببر"), one = *words.vector("شیر"), other = *words.vector("ببر");
    for (size_t c = 0; c < both.size(); ++c) EXPECT_NEAR(both[c], (one[c] + other[c]) / 2, 1e-6);
    // A word that is not known.
    const bool subwords = std::string(preset) == "fasttext-vectors";
    EXPECT_EQ(words.vector("شیرها").has_value(), subwords);
    EXPECT_FALSE(words.vector("شیرها", false).has_value());
    if (!subwords)
      expect_error([&] { words.vector_or_fail("شیرها"); }, "'شیرها' is not in the vocabulary of 9 words");
  }
}

TEST(WordVectorsTask, ATextIsTheMeanOfItsWords) {
  const TemporaryDirectory directory;
  train_in(directory.path(), "fasttext-vectors", {"width=12", "min_n=2", "max_n=3"});
  const TextModel model = load_embedder(directory.path());
  const WordLookup words = WordLookup::load(directory.path());
  Context context;
  const std::vector<std::string> texts = {"شیر نان", "شیرها", ""};
  const auto found = embed(model, texts, {}, context);
  for (size_t i = 0; i < 2; ++i) {
    const auto expected = *words.vector(texts[i]);
    for (size_t c = 0; c < expected.size(); ++c) EXPECT_NEAR(found[i].vector[c], expected[c], 1e-6);
  }
  EXPECT_EQ(found[2].vector, std::vector<float>(12));
}

TEST(WordVectorsTask, SubwordsGetAsManyRowsAsTheyNeed) {
  const auto tokenizer =
      word_tokenizer({"ab ab"}, {.kind = TokenizerKind::word, .special = SpecialTokens::none});
  WordVectorsOptions options{.min_n = 2, .max_n = 3};
  choose_buckets(options, tokenizer);
  EXPECT_EQ(options.buckets, 5);  // <a ab b> <ab ab>
  options = {.min_n = 2, .max_n = 3, .buckets = 7};
  choose_buckets(options, tokenizer);
  EXPECT_EQ(options.buckets, 7);
}

TEST(WordVectorsTask, OptionsWithoutUseAreRefused) {
  const auto lines = two_topics();
  auto tokenizer = std::make_unique<text::Tokenizer>(word_tokenizer(lines, usual_word_tokenizer()));
  const auto config = model_preset("word2vec");
  config->set_vocabulary(tokenizer->vocab_size());
  TextModel model = TextModel::make(*config, std::move(tokenizer), 1);
  expect_error([&] { VectorsTask(model, source_of(lines), {.x_max = 10}, 1); }, "`x_max`", "skipgram");
}

TEST(WordEvaluation, SaysHowMuchOfATestIsKnown) {
  const TemporaryDirectory directory;
  train_in(directory / "m", "word2vec", {"width=8"});
  const WordLookup words = WordLookup::load(directory / "m");
  const std::string questions = directory.put("q.txt",
                                              ": one\nشیر ببر نان پنیر\nشیر ببر نان خر\n\n: two\nشیر ببر "
                                              "جنگل می‌دود\n");
  const AnalogyScores all = evaluate_analogies(words, questions, 30'000);
  ASSERT_EQ(all.sections.size(), 2U);
  EXPECT_EQ(all.sections[0].questions, 2);
  EXPECT_EQ(all.sections[0].score.asked, 1);
  EXPECT_EQ(all.total().score.asked, 2);
  EXPECT_EQ(all.limit, 9);
  EXPECT_EQ(evaluate_analogies(words, questions, 1).total().score.asked, 0);
  expect_error([&] { evaluate_analogies(words, directory.put("bad.txt", ": a\na b c\n"), 10); }, "bad.txt:2",
               "this line has 3");

  const auto pair = [](const char* a, const char* b, const char* label) {
    return LabelledText{.texts = {a, b}, .label = label, .place = "p"};
  };
  const std::vector<LabelledText> pairs = {pair("شیر", "ببر", "4"), pair("شیر", "پنیر", "1"),
                                           pair("نان", "پنیر جنگل", "2.5"), pair("شیر", "هیچ", "0")};
  const WordPairScores scores = evaluate_pairs(words, pairs, true);
  EXPECT_EQ(scores.pairs, 4);
  EXPECT_EQ(scores.scored, 3);
  EXPECT_NEAR(scores.spearman, 1, 1e-9);

  const CategoryScores categories = evaluate_categories(
      words, directory.put("c.tsv", "حیوان\tشیر\nحیوان\tببر\nخوراکی\tنان\nخوراکی\tپنیر\nخوراکی\tبرنج\n"));
  EXPECT_EQ(categories.words, 5);
  EXPECT_EQ(categories.known, 4);
  EXPECT_EQ(categories.categories, 2);
  EXPECT_EQ(categories.purity, 1);
}

}  // namespace
}  // namespace hodhod
