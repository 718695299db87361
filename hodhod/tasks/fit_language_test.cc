// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fit_language.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/kenlm_golden.h"
#include "hodhod/models/ngram_config.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/arpa_directory.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/fit.h"
#include "hodhod/tasks/score_tokens.h"

namespace hodhod {
namespace {

using testing_kenlm::golden_kenlm;

std::string copies_of(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TextGenerator counted_generator(const std::string& file, const std::vector<std::string>& options,
                                const std::string& directory, double dev_share = 0) {
  TaskTokenizerOptions tokenizer = usual_language_tokenizer(*model_preset("ngram"));
  tokenizer.persian = PersianFolding::no;
  TextGenerator generator =
      TextGenerator::make("ngram", lines_of(file), {.model = options, .tokenizer = tokenizer});
  fit(generator, file, {.dev_share = dev_share}, directory);
  return generator;
}

TEST(FitLanguage, ScoresOfATextAreThoseOfKenlm) {
  HODHOD_SKIP_WITHOUT_KENLM();
  const TemporaryDirectory directory;
  for (const auto& [name, order] : {std::pair(0, 3), std::pair(4, 5)}) {
    const auto& golden = testing_kenlm::kGoldenModels[name];
    const std::string out = directory / golden.name;
    counted_generator(golden_kenlm(std::string(golden.text) + ".txt.gz"), {fmt::format("order={}", order)},
                      out);
    const TextGenerator loaded = TextGenerator::load(out);
    const auto query = testing_kenlm::read_golden_query(golden);
    const std::string text = read_file(golden_kenlm(std::string(golden.query) + ".txt"));
    Context context;
    const auto score = score_text(loaded, text, context);
    EXPECT_NEAR(score.perplexity() / query.perplexity, 1, 2e-6);
    EXPECT_NEAR(score.perplexity_without_unknown() / query.perplexity_without_unknown, 1, 2e-6);
    EXPECT_EQ(score.characters,
              std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    size_t line = 0;
    score_tokens(loaded, text, context, [&](const std::vector<ScoredToken>& tokens) {
      ASSERT_LT(line, query.lines.size());
      const auto& expected = query.lines[line++];
      ASSERT_EQ(tokens.size(), expected.size());
      for (size_t i = 0; i < tokens.size(); ++i) {
        EXPECT_EQ(tokens[i].text, expected[i].word);
        EXPECT_EQ(tokens[i].unknown, expected[i].unknown);
        EXPECT_EQ(tokens[i].score.length, expected[i].length);
        EXPECT_NEAR(tokens[i].score.log_probability / std::log(10), expected[i].log10_probability, 3e-6);
      }
    });
    EXPECT_EQ(line, query.lines.size());
  }
}

// A text that is longer than what is scored at once.
TEST(FitLanguage, PartsOfATextAreScoredAsTheWhole) {
  const TemporaryDirectory directory;
  Rng rng(3);
  std::string text;
  for (int i = 0; i < 290'000; ++i) {
    text += fmt::format("w{}{}", rng.below(1 + rng.below(30)), rng.below(9) == 0 ? '\n' : ' ');
  }
  const std::string file = directory.put("text", text.substr(0, 100'000));
  for (const std::string unit : {"line", "stream"}) {
    const TextGenerator generator =
        counted_generator(file, {"order=4", "discount_fallback=yes", "unit=" + unit}, directory / unit);
    Context context;
    double total = 0;
    int64_t count = 0;
    score_tokens(generator, text, context, [&](const std::vector<ScoredToken>& tokens) {
      for (const ScoredToken& token : tokens) total -= token.score.log_probability;
      count += std::ssize(tokens);
    });
    const auto score = score_text(generator, text, context);
    EXPECT_GT(count, 280'000);
    EXPECT_EQ(score.tokens, count);
    EXPECT_NEAR(score.negative_log_likelihood, total, 2e-3) << unit;
  }
}

TEST(FitLanguage, AnArpaFileGivesTheSameScores) {
  HODHOD_SKIP_WITHOUT_KENLM();
  const TemporaryDirectory directory;
  const TextGenerator counted =
      counted_generator(golden_kenlm("prose.txt.gz"), {"order=3"}, directory / "counted");
  write_arpa(*counted.model, *counted.tokenizer, directory / "a.arpa.gz");
  EXPECT_TRUE(arpa_to_directory(directory / "a.arpa.gz", directory / "back").empty());
  const TextGenerator back = TextGenerator::load(directory / "back");
  const std::string text = read_file(golden_kenlm("prose-query.txt"));
  Context context;
  EXPECT_NEAR(score_text(counted, text, context).loss(), score_text(back, text, context).loss(), 1e-6);
  EXPECT_EQ(continue_text(back, {"در"}, {.max_new_tokens = 5}, context)[0][0].text,
            continue_text(counted, {"در"}, {.max_new_tokens = 5}, context)[0][0].text);
}

TEST(FitLanguage, TextHeldOutChangesNothing) {
  const TemporaryDirectory directory;
  const std::string text = copies_of("the cat sat on the mat\na dog ran\nthe dog sat\n", 40);
  const std::string one = directory.put("one", text + "aaa bbb\n"),
                    other = directory.put("other", text + "ccc dd.\n");
  std::string bytes[2];
  for (const int which : {0, 1}) {
    const std::string out = directory / fmt::format("out{}", which);
    const HeldOutText held = hold_out_end(text_of_files({which == 0 ? one : other}), 0.1);
    EXPECT_THAT(held.dev, testing::HasSubstr(which == 0 ? "aaa" : "ccc"));
    TextGenerator generator =
        TextGenerator::make("ngram", held.train(), {.model = {"order=3", "discount_fallback=yes"}});
    fit(generator, which == 0 ? one : other, {.dev_share = 0.1}, out);
    bytes[which] = read_file(join_path(out, "ngrams.bin"));
  }
  EXPECT_EQ(bytes[0], bytes[1]);
}

TEST(FitLanguage, LettersInAStreamKeepTheirLineEnds) {
  const TemporaryDirectory directory;
  const std::string file = directory.put("text", copies_of("abc abd\nabc\n", 50));
  TextGenerator generator =
      TextGenerator::make("ngram",
                          [next = lines_of(file)](std::string& line) {
                            if (!next(line)) return false;
                            line += '\n';
                            return true;
                          },
                          {.model = {"order=6", "unit=stream"},
                           .tokenizer = TaskTokenizerOptions{.kind = TokenizerKind::character}});
  fit(generator, file, {.dev_share = 0}, directory / "out");
  Context context;
  EXPECT_EQ(generator.generate("abc a", {.max_new_tokens = 7, .do_sample = false}), "bd\nabc\n");
  EXPECT_LT(score_text(generator, "abc abd\nabc\nabc abd\n", context).bits_per_character(), 0.7);
}

// What add_k adds is what predicts the text for validation best: a little more or less predicts it worse.
TEST(FitLanguage, WhatIsAddedIsChosenOnTheTextForValidation) {
  std::string train, dev;
  for (int i = 0; i < 300; ++i) {
    Rng rng(3, static_cast<uint64_t>(i));
    std::string& text = i % 3 == 0 ? dev : train;
    // A word is mostly followed by the next one; in the text for validation by another one more often.
    const uint64_t surprise = i % 3 == 0 ? 4 : 2;
    uint64_t word = rng.below(12);
    for (int place = 0; place < 5; ++place) {
      text += fmt::format("w{} ", word);
      word = rng.below(10) < surprise ? rng.below(12) : (word + 1) % 12;
    }
    text += '\n';
  }
  for (const std::string unit : {"line", "stream"}) {
    const auto loss_with = [&](const std::string& added, const std::string& chosen_on) {
      const TemporaryDirectory directory;
      TaskTokenizerOptions tokenizer = usual_language_tokenizer(*model_preset("ngram"));
      TextGenerator generator =
          TextGenerator::make("ngram", text_in_memory(train)(),
                              {.model = {"order=2", "smoothing=add_k", "added=" + added, "unit=" + unit},
                               .tokenizer = tokenizer});
      LanguageFit fitted(generator, text_in_memory(train), chosen_on, {.directory = directory / "parts"});
      FittedTask task = fitted.task();
      while (!task.fitting.finished()) task.fitting.advance();
      const auto& config = dynamic_cast<const NgramModelConfig&>(generator.config());
      Context context;
      return std::pair(score_text(generator, dev, context).loss(), config.discounts.at(0).at(0));
    };
    const auto [loss, chosen] = loss_with("0", dev);
    for (const double factor : {0.8, 1.25})
      EXPECT_GT(loss_with(fmt::format("{}", factor * chosen), dev).first, loss) << unit << chosen;
    const auto [alone, left_out] = loss_with("0", "");
    EXPECT_GT(alone, loss) << "without a text for validation another number is chosen: " << left_out;
    EXPECT_LT(left_out, chosen) << "as the training text surprises less";
  }
}

// A model that takes special tokens in a text as blanks scores such a text as the one without them.
TEST(FitLanguage, SkippedSymbolsAreSkippedInScoring) {
  const TemporaryDirectory directory;
  const std::string file = directory.put("text", copies_of("the cat <unk> sat\na <s> dog ran\n", 50));
  const TextGenerator generator =
      counted_generator(file, {"order=3", "skip_symbols=yes", "discount_fallback=yes"}, directory / "out");
  const std::string plain = "the cat  sat\n a dog\n", symbols = "the cat <unk> sat\n<s> a dog\n";
  Context context;
  const auto of_plain = score_text(generator, plain, context);
  const auto of_symbols = score_text(generator, symbols, context);
  EXPECT_EQ(of_symbols.perplexity(), of_plain.perplexity());
  EXPECT_EQ(of_symbols.characters, of_plain.characters) << "they are no text that could be free";
  EXPECT_LT(of_symbols.perplexity(), 10);
  EXPECT_EQ(of_symbols.unknown, 0);
  std::vector<std::string> words;
  score_tokens(generator, symbols, context, [&](const std::vector<ScoredToken>& tokens) {
    for (const ScoredToken& token : tokens) words.push_back(token.text);
  });
  EXPECT_EQ(words, (std::vector<std::string>{"the", "cat", "sat", "</s>", "a", "dog", "</s>"}));
}

TEST(FitLanguage, LinesGenerateUpToTheirEnd) {
  const TemporaryDirectory directory;
  const std::string file = directory.put("text", copies_of("the cat sat\n", 50));
  const TextGenerator generator = counted_generator(file, {"order=3"}, directory / "out");
  EXPECT_EQ(generator.generate("the", {.max_new_tokens = 20, .do_sample = false}), " cat sat");
  EXPECT_EQ(generator.generate("", {.max_new_tokens = 20, .do_sample = false}), "the cat sat");
}

}  // namespace
}  // namespace hodhod
