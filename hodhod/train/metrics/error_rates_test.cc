// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/error_rates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/train/metrics/text_scores.h"

namespace hodhod::metrics {
namespace {

using Texts = std::vector<std::string>;

int64_t letters(std::string_view a, std::string_view b) { return edits_of(a, b, EditUnit::character).edits; }

// The examples of the literature.
TEST(ErrorRates, EditsOfKnownPairs) {
  EXPECT_EQ(letters("kitten", "sitting"), 3);
  EXPECT_EQ(letters("intention", "execution"), 5);
  EXPECT_EQ(letters("", "abc"), 3);
  EXPECT_EQ(letters("abc", ""), 3);
  EXPECT_EQ(letters("کتاب", "کباب"), 1);  // characters, not bytes
  EXPECT_EQ(edits_of("the cat sat", "the cat sat on the mat", EditUnit::word).edits, 3);
  EXPECT_EQ(edits_of("  the\tcat ", "the cat", EditUnit::word).edits, 0);
  EXPECT_EQ(edits_of("می\u200cروم", "می روم", EditUnit::word).edits, 2);
}

// The definition, by trying all last steps.
TEST(ErrorRates, EditsAreTheFewest) {
  std::mt19937 random(1);
  const auto draw = [&] {
    std::string text;
    for (auto left = random() % 7; left > 0; --left) text += static_cast<char>('a' + random() % 3);
    return text;
  };
  const std::function<int64_t(std::string_view, std::string_view)> tried =
      [&](std::string_view a, std::string_view b) -> int64_t {
    if (a.empty() || b.empty()) return static_cast<int64_t>(a.size() + b.size());
    const std::string_view shorter_a = a.substr(1), shorter_b = b.substr(1);
    return std::min({tried(shorter_a, shorter_b) + (a[0] == b[0] ? 0 : 1), tried(shorter_a, b) + 1,
                     tried(a, shorter_b) + 1});
  };
  for (int trial = 0; trial < 100; ++trial) {
    const std::string a = draw(), b = draw();
    EXPECT_EQ(letters(a, b), tried(a, b)) << a << " " << b;
    EXPECT_EQ(letters(a, b), letters(b, a)) << a << " " << b;
  }
}

TEST(ErrorRates, SumsOverSegmentsAndTheNearestReference) {
  ErrorRate rate(EditUnit::word);
  rate.add("a b c d", Texts{"a b c d"});
  rate.add("a x", Texts{"p q r s t", "a b"});
  EXPECT_DOUBLE_EQ(rate.score(), 100 * 1.0 / 6);
  EXPECT_EQ(rate.total().length, 6);
  ErrorRate long_one(EditUnit::word);
  long_one.add("a b c d e f", Texts{"x"});
  EXPECT_DOUBLE_EQ(long_one.score(), 600);
  ErrorRate nothing(EditUnit::word);
  EXPECT_EQ(nothing.score(), 0);
  nothing.add("a", Texts{" "});
  EXPECT_EQ(nothing.score(), 100);
}

TEST(ErrorRates, ExactMatchIgnoresOuterBlanksAlone) {
  ExactMatch exact;
  exact.add(" s a l A m\u00a0", Texts{"s a l A m"});
  exact.add("s alAm", Texts{"s a l A m"});
  exact.add("b", Texts{"a", "b"});
  exact.add("B", Texts{"b"});
  EXPECT_EQ(exact.matches(), 2);
  EXPECT_DOUBLE_EQ(exact.score(), 50);
}

TEST(ErrorRates, AmongTheTextScores) {
  const auto scores = [](bool lowercase) {
    TextScores all({"exact", "wer", "cer"}, {.lowercase = lowercase, .version = "x.1"});
    all.add("The cat", Texts{"the cat"});
    all.add("a dog", Texts{"a dog ran"});
    return all.scores();
  };
  const std::vector<TextScore> mixed = scores(false), lower = scores(true);
  ASSERT_EQ(mixed.size(), 3U);
  EXPECT_EQ(to_string(mixed[0]), "exact match|nrefs:1|case:mixed|version:x.1 = 0.00 (0 of 2)");
  EXPECT_EQ(to_string(mixed[1]), "WER|nrefs:1|case:mixed|version:x.1 = 40.00 (2 edits, ref_len = 5)");
  EXPECT_EQ(to_string(mixed[2]), "CER|nrefs:1|case:mixed|version:x.1 = 31.25 (5 edits, ref_len = 16)");
  EXPECT_EQ(to_string(lower[0]), "exact match|nrefs:1|case:lc|version:x.1 = 50.00 (1 of 2)");
  EXPECT_EQ(lower[1].value, 20);
  EXPECT_EQ(lower[2].value, 25);
}

}  // namespace
}  // namespace hodhod::metrics
