// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bag_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/fasttext_hash.h"
#include "hodhod/models/feature_counter.h"

namespace hodhod {
namespace {

using ::testing::ElementsAre;
using Sentence = std::vector<std::string_view>;

WordSource source_of(const std::vector<Sentence>& texts) {
  return [&texts, next = size_t{0}](Sentence& words) mutable {
    if (next == texts.size()) return false;
    words = texts[next++];
    return true;
  };
}

std::vector<std::string> spellings_of(const BagFeatures& features) {
  std::vector<std::string> all;
  for (const KnownFeature& feature : features.known()) all.push_back(feature.spelling);
  return all;
}

const std::vector<Sentence> kTexts = {{"a", "b", "a"}, {"b", "c"}, {"a"}};

TEST(BagFeatures, CountsTheCommonestFirst) {
  const BagFeatures features = BagFeatures::learned({.word_ngrams = 2}, source_of(kTexts));
  EXPECT_THAT(spellings_of(features), ElementsAre("a", "b", "a b", "b a", "b c", "c"));
  EXPECT_EQ(features.known()[0].count, 3);
  EXPECT_EQ(features.known()[0].texts, 2);
  EXPECT_EQ(features.known()[1].texts, 2);
  EXPECT_EQ(features.texts(), 3);
  const FeatureList list = features.read(Sentence{"b", "a", "b", "x"});
  EXPECT_THAT(list.ids, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(list.values, ElementsAre(1, 2, 1, 1));
  EXPECT_THAT(features.spellings(Sentence{"b", "a", "b", "x"}), ElementsAre("a", "b", "a b", "b a"));
  EXPECT_TRUE(features.read(Sentence{"x"}).ids.empty());
  const BagFeatures few = BagFeatures::learned({.min_count = 2, .max_features = 1}, source_of(kTexts));
  EXPECT_THAT(spellings_of(few), ElementsAre("a"));
}

// scikit-learn: idf = ln((1 + n) / (1 + df)) + 1, rows of unit length; sublinear: 1 + ln tf.
TEST(BagFeatures, TfIdf) {
  const double idf_a = std::log(4.0 / 3) + 1, idf_c = std::log(4.0 / 2) + 1;
  const Sentence text = {"a", "c", "a"};
  BagFeatureOptions options{.weighting = Weighting::tf_idf};
  const FeatureList plain = BagFeatures::learned(options, source_of(kTexts)).read(text);
  EXPECT_NEAR(double{plain.values[0]}, 2 * idf_a, 1e-6);
  EXPECT_NEAR(double{plain.values[1]}, idf_c, 1e-6);
  options.sublinear = true;
  options.norm = BagNorm::unit;
  const FeatureList list = BagFeatures::learned(options, source_of(kTexts)).read(text);
  const double a = (1 + std::log(2.0)) * idf_a, length = std::sqrt(a * a + idf_c * idf_c);
  EXPECT_NEAR(double{list.values[0]}, a / length, 1e-6);
  EXPECT_NEAR(double{list.values[1]}, idf_c / length, 1e-6);
}

TEST(BagFeatures, OtherValues) {
  const Sentence text = {"a", "b", "a", "a"};
  const auto values = [&](const BagFeatureOptions& options) {
    return BagFeatures::learned(options, source_of(kTexts)).read(text).values;
  };
  EXPECT_THAT(values({.weighting = Weighting::binary}), ElementsAre(1, 1));
  EXPECT_THAT(values({.norm = BagNorm::mean}), ElementsAre(0.75, 0.25));
  EXPECT_THAT(values({.weighting = Weighting::log_ratio}), ElementsAre(1, 1));
}

TEST(BagFeatures, WordsWithValues) {
  const BagFeatures features = BagFeatures::learned({.valued = true}, source_of({{"3:0.5", "9:1"}, {"3:2"}}));
  EXPECT_THAT(spellings_of(features), ElementsAre("3", "9"));
  const FeatureList list = features.read(Sentence{"3:0.25", "3:1", "9:-2e1", "4:7", "9:x"});
  EXPECT_THAT(list.ids, ElementsAre(0, 1));
  EXPECT_THAT(list.values, ElementsAre(1.25, -20));
}

TEST(BagFeatures, CharactersOfEachWord) {
  const BagFeatures features = BagFeatures::learned(
      {.word_ngrams = 0, .min_char_ngram = 3, .max_char_ngram = 3}, source_of({{"آب", "abc"}}));
  EXPECT_THAT(spellings_of(features), ElementsAre("\t<ab", "\t<آب", "\tabc", "\tbc>", "\tآب>"));
  EXPECT_THAT(features.spellings(Sentence{"ab"}), ElementsAre("[<ab]"));
  // The word "<ab" is another feature than the characters "<ab".
  EXPECT_TRUE(
      BagFeatures::learned({.max_char_ngram = 0}, source_of({{"<ab"}})).read(Sentence{"ab"}).ids.empty());
}

// Rows of n-grams are those of fastText (the known words first, then the buckets).
TEST(BagFeatures, HashedAsByFastText) {
  const BagFeatures features =
      BagFeatures::learned({.word_ngrams = 2, .hashing = Hashing::ngrams, .buckets = 1000, .line_end = true},
                           source_of({{"b", "c"}}));
  EXPECT_THAT(spellings_of(features), ElementsAre("</s>", "b", "c"));
  EXPECT_EQ(features.rows(), 1003);
  const std::vector<uint32_t> hashes = {fasttext_hash("c"), fasttext_hash("x"), fasttext_hash("</s>")};
  std::vector<int64_t> rows = {0, 2};
  for_each_word_ngram(hashes, 2, [&](size_t, size_t, uint64_t hash) {
    rows.push_back(3 + static_cast<int64_t>(hash % 1000));
  });
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(features.read(Sentence{"c", "x"}).ids, rows);
  const BagFeatures hashed =
      BagFeatures::learned({.hashing = Hashing::all, .buckets = 7}, source_of({{"b", "c"}}));
  EXPECT_EQ(hashed.rows(), 7);
  EXPECT_EQ(hashed.read(Sentence{"never seen"}).ids.size(), 1u);
}

TEST(BagFeatures, ListedInAFile) {
  const std::vector<KnownFeature> features = {
      {"می‌روم", 5, 4}, {"a\tb\\\n", 2, 1}, {"\t<ab", 1, 1}, {"", 1, 1}};
  const std::string text = features_to_text(features);
  const auto again = features_from_text(text, "features.txt");
  ASSERT_EQ(again.size(), features.size());
  for (size_t i = 0; i < features.size(); ++i) {
    EXPECT_EQ(again[i].spelling, features[i].spelling);
    EXPECT_EQ(again[i].count, features[i].count);
    EXPECT_EQ(again[i].texts, features[i].texts);
  }
  expect_error([] { features_from_text("1\t1\ta\n2 b\n", "features.txt"); }, "features.txt:2", "count");
  expect_error([] { features_from_text("1\t1\ta\\x\n", "features.txt"); }, "features.txt:1", "backslash");
  expect_error([] { features_from_text("-1\t1\ta\n", "features.txt"); }, "features.txt:1");
  expect_error(
      [] {
        BagFeatures({}, {{"a", 1, 1}, {"a", 1, 1}}, 1, "features.txt");
      },
      "feature 2", "feature 1");
}

// Without a number of buckets there are as many as different n-grams: "a b", "b </s>", "b a", "a </s>".
TEST(BagFeatures, BucketsAreAsManyAsNgrams) {
  const BagFeatureOptions options{.word_ngrams = 2, .hashing = Hashing::ngrams, .line_end = true};
  const BagFeatures features = BagFeatures::learned(options, source_of({{"a", "b"}, {"b", "a"}, {"a", "b"}}));
  EXPECT_EQ(features.options().buckets, 4);
  EXPECT_EQ(features.rows(), 3 + 4);
  std::vector<std::string> names;
  for (int i = 0; i < 540'000; ++i) names.push_back("w" + std::to_string(i));
  const std::vector<std::vector<std::string_view>> many = {{names.begin(), names.end()}};
  EXPECT_EQ(BagFeatures::learned(options, source_of(many)).options().buckets, BagFeatures::kMostBuckets);
}

TEST(BagFeatures, OptionsThatDoNotFit) {
  const auto refused = [](const BagFeatureOptions& options, const char* what) {
    expect_error([&] { options.validate(); }, what);
  };
  refused({.word_ngrams = 0}, "no feature");
  refused({.min_char_ngram = 4, .max_char_ngram = 2}, "above");
  refused({.buckets = 5}, "buckets");
  expect_error([] { BagFeatures({.hashing = Hashing::all}, {}, 1, "features.txt"); }, "features.txt",
               "buckets");
  refused({.hashing = Hashing::ngrams, .buckets = 5, .weighting = Weighting::tf_idf}, "not counted");
  refused({.sublinear = true}, "tf-idf");
}

TEST(SpellingTable, GrowsAndFinds) {
  SpellingTable table;
  for (uint32_t i = 0; i < 5000; ++i) EXPECT_EQ(table.insert(std::to_string(i), i), i);
  for (uint32_t i = 0; i < 5000; ++i) EXPECT_EQ(table.find(std::to_string(i)), i);
  EXPECT_EQ(table.insert("17", 9), 17u);
  EXPECT_EQ(table.find("none"), SpellingTable::kAbsent);
  EXPECT_EQ(table.size(), 5000u);
}

}  // namespace
}  // namespace hodhod
