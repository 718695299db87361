// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/spelling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/fit.h"
#include "hodhod/tasks/fit_language.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/test_generator.h"

namespace hodhod {
namespace {

TaskTokenizerOptions words_with(int64_t min_count) {
  TaskTokenizerOptions options = usual_language_tokenizer(*model_preset("ngram"));
  options.persian = PersianFolding::no;
  options.min_count = min_count;
  return options;
}

// p(letter | context).
double probability(const SpellingModel& model, std::u32string_view context, int32_t letter) {
  std::vector<int32_t> letters(context.begin(), context.end());
  letters.push_back(letter);
  return model.probability(letters);
}

text::Tokenizer words_of_text(const std::string& text) {
  return train_task_tokenizer(words_with(1), text_in_memory(text)()).tokenizer;
}

TEST(Spelling, ProbabilitiesAfterAContextAddUpToOne) {
  const SpellingModel model(words_of_text("cab cabs bat کتاب\n"));
  for (const std::u32string context : {U"", U"a", U"ca", U"zz", U"\x110000\x110000", U"\x06a9\x062a"}) {
    double sum = probability(model, context, SpellingModel::kWordEnd);
    for (int32_t letter = 0; letter < 0x110000; ++letter) sum += probability(model, context, letter);
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

TEST(Spelling, IsTheEquationByHand) {
  // One word, "ab": each of a, b and the end has occurred once, and once after each of its contexts.
  const SpellingModel model(words_of_text("ab\n"));
  const double none = 1.0 / (0x110000 + 1);
  const double least = (1 + 3 * none) / 6, unseen = 3 * none / 6;
  EXPECT_NEAR(probability(model, U"", U'a'), least, 1e-15);
  EXPECT_NEAR(probability(model, U"", U'x'), unseen, 1e-15);
  EXPECT_NEAR(probability(model, U"a", U'b'), (1 + least) / 2, 1e-15);
  EXPECT_NEAR(probability(model, U"a", U'x'), unseen / 2, 1e-15);
  EXPECT_NEAR(probability(model, U"xa", U'b'), (1 + least) / 2, 1e-15) << "such a context never occurred";
  const double after = (1 + (1 + least) / 2) / 2;  // of what follows two letters
  EXPECT_NEAR(model.cost("ab"), -3 * std::log(after), 1e-12);
  EXPECT_GT(model.cost("xy"), 2 * std::log(1e6)) << "letters that were never seen";
}

// With few words known, nearly all of a text would be free: its letters are charged.
TEST(Spelling, UnknownWordsAreNotFree) {
  std::string train;
  for (int i = 0; i < 200; ++i) train += "the ship of word" + std::to_string(i) + " sails\n";
  const std::string dev = "the ship of word77 sails\nthe ship of zebra sails\n";
  const auto counted = [&](int64_t min_count) {
    const TemporaryDirectory directory;
    const std::string file = directory.put("train.txt", train);
    TextGenerator generator = TextGenerator::make(
        "ngram", lines_of(file),
        {.model = {"order=2", "discount_fallback=yes"}, .tokenizer = words_with(min_count)});
    fit(generator, file, {.dev_share = 0}, directory / "model");
    Context context;
    return std::pair(score_text(generator, dev, context), SpellingModel(*generator.tokenizer));
  };
  const auto [all, of_all] = counted(1);
  EXPECT_EQ(all.unknown, 1);
  EXPECT_NEAR(all.spelling, of_all.cost("zebra"), 1e-9);
  EXPECT_NEAR(all.bits_per_character(),
              (all.negative_log_likelihood + all.spelling) / std::log(2.0) / static_cast<double>(dev.size()),
              1e-12);
  const auto [few, of_few] = counted(10);
  EXPECT_EQ(few.unknown, 2);
  EXPECT_NEAR(few.spelling, of_few.cost("word77") + of_few.cost("zebra"), 1e-9);
  EXPECT_LT(few.negative_log_likelihood, all.negative_log_likelihood) << "unknown words are easy to predict";
  EXPECT_GT(few.bits_per_character(), all.bits_per_character()) << "and not easy to write";
}

// The first token of a text is not predicted if nothing stands before it; then its letters are free, too.
TEST(Spelling, WhatIsNotPredictedIsNotCharged) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  const double snowman = SpellingModel(*writer.tokenizer).cost("☃");
  Context context;
  const auto spelling = [&](const std::string& text) { return score_text(writer, text, context).spelling; };
  const auto charged = score_text(writer, "the ☃cat", context);
  const auto free = score_text(writer, "the ☃cat", context, {.letters = false});
  EXPECT_EQ(free.spelling, 0);
  EXPECT_EQ(free.negative_log_likelihood, charged.negative_log_likelihood);
  EXPECT_EQ(spelling("☃the cat"), 0);
  EXPECT_NEAR(spelling("the ☃cat"), snowman, 1e-9);
  EXPECT_NEAR(spelling("☃the ☃cat"), snowman, 1e-9);
  frame_texts(writer, /*closing=*/false);
  EXPECT_NEAR(spelling("☃the cat"), SpellingModel(*writer.tokenizer).cost("☃"), 1e-9);
}

}  // namespace
}  // namespace hodhod
