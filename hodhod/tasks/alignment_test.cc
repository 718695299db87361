// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/alignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/tasks/test_translator.h"

namespace hodhod {
namespace {

Translation translation_of(const Translator& translator, const std::string& text) {
  return {.text = text, .tokens = source_tokens(translator, text)};
}

TEST(Alignment, EveryWordOfTheTranslationHasOneOfTheSource) {
  for (TokenizerKind kind : {TokenizerKind::bpe, TokenizerKind::unigram, TokenizerKind::character}) {
    const Translator translator = test_translator(kind);
    const std::string source = "a cat ran on the mat", target = "می‌خواهم the dogs یاد";
    const Alignment alignment = align(translator, source, translation_of(translator, target));
    ASSERT_EQ(alignment.words.size(), 4) << pharaoh(alignment);
    std::vector<int64_t> targets;
    for (const auto& [from, to] : alignment.words) {
      EXPECT_TRUE(from >= 0 && from < 6);
      targets.push_back(to);
    }
    EXPECT_THAT(targets, testing::UnorderedElementsAre(0, 1, 2, 3));
    EXPECT_EQ(alignment.source_tokens.back(), "</s>");
    EXPECT_EQ(alignment.attention.shape(), (Shape{static_cast<int64_t>(alignment.target_tokens.size()),
                                                  static_cast<int64_t>(alignment.source_tokens.size())}));
  }
}

// The source word with the most attention, summed independently here.
TEST(Alignment, IsOfCharactersTheLargestSumOfTheirAttention) {
  const Translator translator = test_translator(TokenizerKind::character);
  const Alignment alignment = align(translator, "a dog", translation_of(translator, "cat on"), 0);
  const auto weights = alignment.attention.values<float>();
  const size_t columns = 6;  // a, blank, d, o, g, the end
  ASSERT_EQ(weights.size(), 7 * columns);
  for (const auto& [from, to] : alignment.words) {
    double a = 0, dog = 0;
    for (size_t t = to == 0 ? 0 : 4; t < (to == 0 ? 4u : 6u); ++t) {
      a += weights[t * columns] + weights[t * columns + 1];  // a blank belongs to the word before it
      dog += weights[t * columns + 2] + weights[t * columns + 3] + weights[t * columns + 4];
    }
    EXPECT_EQ(from, dog > a ? 1 : 0);
  }
}

TEST(Alignment, DoesNotDependOnTheBatch) {
  const Translator translator = test_translator(TokenizerKind::bpe);
  const std::vector<std::string> texts = {"a cat", "the dogs ran home on the mat and sat", "dogs",
                                          "یاد بگیرم"};
  const DecodeOptions options{.max_new_tokens = 12, .num_beams = 2};
  const auto together = translate(translator, texts, {.decode = options}, plain());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto alone = translate(translator, {texts[i]}, {.decode = options}, plain());
    const Alignment one = align(translator, texts[i], alone[0].best[0]),
                    other = align(translator, texts[i], together[i].best[0]);
    EXPECT_EQ(one.words, other.words);
    EXPECT_EQ(one.attention.values<float>(), other.attention.values<float>());
  }
}

TEST(Alignment, OfTheLastLayerInShallowDecodersAndOfTheLastButOneInDeepOnes) {
  std::vector<int64_t> layers;
  for (const int64_t depth : {1, 2, 3, 4, 6, 12}) layers.push_back(alignment_layer(depth));
  EXPECT_EQ(layers, (std::vector<int64_t>{0, 1, 2, 2, 4, 10}));
  const Translator translator = test_translator(TokenizerKind::bpe);
  const auto weights = [&](std::optional<int64_t> layer) {
    return align(translator, "a cat ran", translation_of(translator, "the dogs"), layer)
        .attention.values<float>();
  };
  EXPECT_EQ(weights(-1), weights(1)) << "-1 is the last";
  EXPECT_NE(weights(-1), weights(0));
  EXPECT_EQ(weights({}), weights(1));
  EXPECT_THAT(error_of([&] { weights(2); }), testing::HasSubstr("from 0 to 1, or -1 for the last"));
}

TEST(Alignment, EmptyTextsHaveNone) {
  const Translator translator = test_translator(TokenizerKind::bpe);
  EXPECT_EQ(pharaoh(align(translator, "", translation_of(translator, "cat"))), "");
  EXPECT_EQ(pharaoh(align(translator, "cat", translation_of(translator, ""))), "");
  EXPECT_EQ(pharaoh(align(translator, "cat", Translation{})), "");
}

TEST(Alignment, PartsAreAlignedEachWithItsOwn) {
  const Translator translator = test_translator(TokenizerKind::bpe);
  const std::string text = "the cat sat. a dog ran home.";
  const auto found = translate(translator, {text},
                               {.decode = {.max_new_tokens = 6}, .unit = TranslationUnit::sentence}, plain());
  const Translation& whole = found[0].best[0];
  ASSERT_EQ(whole.parts.size(), 2u);
  const Alignment together = align(translator, text, whole);
  const Alignment first = align(translator, "the cat sat.", whole.parts[0]),
                  second = align(translator, "a dog ran home.", whole.parts[1]);
  EXPECT_EQ(together.words.size(), first.words.size() + second.words.size());
  EXPECT_EQ(together.source_tokens.size(), first.source_tokens.size() + second.source_tokens.size());
  for (const auto& [source, target] : together.words) EXPECT_LT(source, 7);
  const int64_t columns = std::ssize(together.source_tokens), first_columns = std::ssize(first.source_tokens);
  const auto weights = together.attention.values<float>(), of_first = first.attention.values<float>();
  EXPECT_EQ(weights.size(), together.target_tokens.size() * together.source_tokens.size());
  for (int64_t c = 0; c < columns; ++c) {
    EXPECT_EQ(weights[static_cast<size_t>(c)], c < first_columns ? of_first[static_cast<size_t>(c)] : 0);
  }
}

}  // namespace
}  // namespace hodhod
