// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/token_dropout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/tasks/test_tasks.h"
#include "hodhod/text/models/bpe.h"

namespace hodhod {
namespace {

TEST(TokenDropout, HidesWordsAsOftenAsAsked) {
  const auto tokenizer = test_tokenizer();
  EncodedText text;
  for (int i = 0; i < 20000; ++i) text.ids.push_back(i % 10 == 0 ? 3 : 20);
  EncodedText dropped = text;
  TokenDropout::of_words(0.3, 1, *tokenizer)(dropped.ids, 2, 7);
  const auto count = std::count(dropped.ids.begin(), dropped.ids.end(), 4);
  EXPECT_NEAR(static_cast<double>(count) / 18000, 0.3, 0.015);
  for (size_t i = 0; i < text.ids.size(); i += 10) ASSERT_EQ(dropped.ids[i], 3);  // special tokens stay
}

TEST(TokenDropout, MakesWordsUnknownAsOftenAsAsked) {
  const auto tokenizer = test_tokenizer();
  std::vector<int64_t> ids;
  for (int i = 0; i < 20000; ++i) ids.push_back(i % 10 == 0 ? 3 : 20);
  std::vector<int64_t> read = ids, again = ids;
  TokenDropout::to_unknown(0.05, 1, *tokenizer)(read, 0, 4);
  TokenDropout::to_unknown(0.05, 1, *tokenizer)(again, 0, 4);
  EXPECT_EQ(read, again);
  EXPECT_NEAR(static_cast<double>(std::count(read.begin(), read.end(), 1)) / 18000, 0.05, 0.008);
  for (size_t i = 0; i < ids.size(); i += 10) ASSERT_EQ(read[i], 3);
  TokenDropout::to_unknown(0.05, 1, *tokenizer)(again, 0, 5);
  EXPECT_NE(read, again);
}

TEST(TokenDropout, NeedsATokenToHideBehind) {
  text::TokenizerParts parts;
  parts.model = text::make_bpe(std::vector<std::string>{"a", "b", "ab"}, {{"a", "b"}});
  const text::Tokenizer pieces(std::move(parts));
  TokenDropout::of_words(0, 1, pieces);
  expect_error([&] { TokenDropout::of_words(0.1, 1, pieces); }, "neither a mask nor an unknown token");
  expect_error([&] { TokenDropout::to_unknown(0.1, 1, pieces); }, "no unknown token");
}

TEST(TokenDropout, HidesWhatOccursOnceInHalfOfTheEpochs) {
  const auto tokenizer = test_tokenizer();
  const EncodedText one{.ids = {2, 20, 21, 20, 3}, .types = {}}, other{.ids = {2, 22, 20, 3}, .types = {}};
  const std::vector<const EncodedText*> texts = {&one, &other};
  const auto hide = TokenDropout::of_singletons(0.5, 1, *tokenizer, texts);
  int hidden = 0;
  for (int64_t epoch = 0; epoch < 1000; ++epoch) {
    EncodedText text = one, again = one;
    hide(text.ids, epoch, 0);
    hide(again.ids, epoch, 0);
    EXPECT_EQ(text.ids, again.ids);
    hidden += text.ids[2] == 1 ? 1 : 0;
    text.ids[2] = 21;
    EXPECT_EQ(text.ids, one.ids);
  }
  EXPECT_NEAR(hidden, 500, 60);
  expect_error([&] { TokenDropout::of_singletons(1, 1, *tokenizer, texts); }, "singleton_dropout is 1");
}

}  // namespace
}  // namespace hodhod
