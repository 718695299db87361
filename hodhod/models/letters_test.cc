// SPDX-License-Identifier: Apache-2.0
// Letters as ids, and recurrent taggers that read them.
#include "hodhod/models/letters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/description.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/recurrent_model.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Letters, AreNumberedByTheirPlace) {
  const Alphabet alphabet("abش\u200c");
  EXPECT_EQ(alphabet.size(), 5);
  EXPECT_THAT(alphabet.spell("baش\u200c"), ElementsAre(2, 1, 3, 4));
  EXPECT_THAT(alphabet.spell("aA\xff"), ElementsAre(1, 0, 0));
  EXPECT_THAT(alphabet.spell(""), ElementsAre(0));
  expect_error([] { Alphabet("abca", "here"); }, "here", "\"a\" is there twice");
  expect_error([] { Alphabet("ab\xc3", "here"); }, "byte 2", "UTF-8");
}

TEST(Letters, OfALongWordAreThoseAtItsEnds) {
  const Alphabet alphabet("abc");
  const Spelling spelling =
      alphabet.spell(std::string(40, 'a') + std::string(500, 'b') + std::string(40, 'c'));
  Spelling expected(32, 1);
  expected.insert(expected.end(), 32, 3);
  EXPECT_EQ(spelling, expected);
}

TEST(Letters, ThatOccurOnceAreLeftOut) {
  const std::vector<std::vector<std::string_view>> texts = {{"bab", "x"}, {"ya", "z\xff"}, {"yش", "ش"}};
  size_t next = 0;
  EXPECT_EQ(letters_of([&](std::vector<std::string_view>& words) {
              if (next == texts.size()) return false;
              words = texts[next++];
              return true;
            }),
            "abyش");
}

TEST(Letters, OfABatchHoldEachSpellingOnce) {
  const std::vector<int64_t> places = {1, 3}, other = {0};
  const std::vector<Spelling> spellings = {{4, 5, 6}, {7}}, same = {{7}};
  const std::vector<SpelledRow> rows = {{places, spellings}, {other, same}};
  const WordLetters letters = letters_of_rows(rows, 4);
  EXPECT_THAT(letters.ids.values<int64_t>(), ElementsAre(4, 5, 6, 7, 0, 0));
  EXPECT_THAT(letters.lengths.values<int64_t>(), ElementsAre(3, 1));
  EXPECT_THAT(letters.of_tokens.values<int64_t>(), ElementsAre(0, 1, 0, 2, 2, 0, 0, 0));
}

RecurrentModelConfig letter_tagger(RecurrentCell cell = RecurrentCell::lstm) {
  RecurrentModelConfig config(RecurrentConfig{.cell = cell,
                                              .form = RecurrentForm::encoder,
                                              .vocabulary = 20,
                                              .width = 12,
                                              .characters = 5,
                                              .character_hidden = 3,
                                              .alphabet = "abcdefgh"});
  config.head = {.kind = HeadKind::tagger, .labels = 4, .crf = true};
  return config;
}

// Rows of words: [token, letters …] each.
using SpelledWords = std::vector<std::pair<int64_t, Spelling>>;
TokenBatch letter_batch(const std::vector<SpelledWords>& sentences) {
  std::vector<std::vector<int64_t>> ids, places;
  std::vector<std::vector<Spelling>> spellings;
  for (const SpelledWords& sentence : sentences) {
    ids.emplace_back(), places.emplace_back(), spellings.emplace_back();
    for (const auto& [token, letters] : sentence) {
      places.back().push_back(std::ssize(ids.back()));
      ids.back().push_back(token);
      spellings.back().push_back(letters);
    }
  }
  TokenBatch batch = TokenBatch::of(ids, 0);
  std::vector<SpelledRow> rows;
  for (size_t b = 0; b < ids.size(); ++b) rows.push_back({places[b], spellings[b]});
  batch.letters = letters_of_rows(rows, batch.ids.dim(1));
  return batch;
}

const std::vector<SpelledWords> kSpelledSentences = {
    {{3, {1, 2}}, {4, {5, 5, 5, 8, 1, 2, 3}}, {1, {2}}}, {{1, {6, 7, 1}}}, {{9, {4}}, {3, {1, 2}}}};

TEST(LetterTagger, ARowIsTheSameAloneAndAmongOthers) {
  const NoGrad off;
  for (const auto cell : {RecurrentCell::tanh, RecurrentCell::lstm, RecurrentCell::gru}) {
    const auto model = make_model(letter_tagger(cell), Rng(7));
    const Tensor all = tag(*model, letter_batch(kSpelledSentences), plain());
    for (size_t b = 0; b < kSpelledSentences.size(); ++b) {
      const auto row = static_cast<int64_t>(b), length = std::ssize(kSpelledSentences[b]);
      EXPECT_EQ(tag(*model, letter_batch({kSpelledSentences[b]}), plain()).values<float>(),
                slice(slice(all, 0, row, row + 1), 1, 0, length).values<float>());
    }
  }
}

TEST(LetterTagger, AnUnknownWordIsReadByItsLetters) {
  const NoGrad off;
  const auto model = make_model(letter_tagger(), Rng(7));
  const auto scores = [&](const Spelling& letters) {
    return tag(*model, letter_batch({{{1, letters}}}), plain()).values<float>();
  };
  EXPECT_NE(scores({1, 2, 3}), scores({1, 2, 4}));
  EXPECT_NE(scores({1, 2, 3}), scores({3, 2, 1}));
  expect_error(
      [&] {
        tag(*model, TokenBatch::of(std::vector<std::vector<int64_t>>{{1, 2}}, 0), plain());
      },
      "reads the letters of words");
}

TEST(LetterTagger, ADirectoryGivesItBack) {
  const NoGrad off;
  const auto model = make_model(letter_tagger(), Rng(7));
  std::vector<std::string> names;
  model->for_each_parameter([&](const std::string& name, Tensor&) { names.push_back(name); });
  EXPECT_THAT(names, testing::IsSupersetOf({"embedding.weight", "character.embedding.weight",
                                            "character.rnn.weight_ih_l0", "character.rnn.bias_hh_l0_reverse",
                                            "encoder.weight_ih_l0", "crf.transitions"}));
  const TemporaryDirectory directory;
  save_model_files(*model, directory.path());
  const LoadedModel loaded = load_model(directory.path());
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(*loaded.model->config().alphabet(), "abcdefgh");
  const TokenBatch batch = letter_batch(kSpelledSentences);
  EXPECT_EQ(tag(*loaded.model, batch, plain()).values<float>(), tag(*model, batch, plain()).values<float>());
}

TEST(LetterTagger, RefusesOptionsThatDoNotGoTogether) {
  RecurrentModelConfig config = letter_tagger();
  config.body.character_hidden = 0;
  expect_error([&] { config.validate(); }, "characters 5 and character_hidden 0");
  config = letter_tagger();
  config.head = {.kind = HeadKind::classifier, .labels = 2};
  expect_error([&] { config.validate(); }, "reads letters (characters 5) is a tagger", "classifier");
  expect_error([&] { config.change("characters=3"); }, "only a tagger reads letters");
  config = letter_tagger();
  config.body.alphabet = "abb";
  expect_error([&] { config.validate(); }, "\"b\" is there twice");
  expect_error([&] { config.change("alphabet=abc"); }, "the training text decides it");
}

// Five channels for each of 9 letters, and 2 directions of 4 gates: 4 · 3 · (5 + 3 + 2).
TEST(LetterTagger, DescriptionCountsItsLetters) {
  RecurrentModelConfig with = letter_tagger(), without = letter_tagger();
  without.body.characters = without.body.character_hidden = 0;
  without.body.alphabet.clear();
  const int64_t more_inputs = 2 * 4 * 6 * 6;  // two directions of 6 hidden units, 6 more channels
  EXPECT_EQ(describe(with, {.batch = 2, .length = 5}).parameters -
                describe(without, {.batch = 2, .length = 5}).parameters,
            9 * 5 + 2 * 4 * 3 * (5 + 3 + 2) + more_inputs);
}

}  // namespace
}  // namespace hodhod
