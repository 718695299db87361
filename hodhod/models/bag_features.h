// SPDX-License-Identifier: Apache-2.0
// A text as a bag of features: n-grams of its words, and n-grams of the characters of each word. A feature is
// a row of a table: known ones have a row of their own, others may share rows that a hash chooses.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/models/text_features.h"

namespace hodhod {

// The value of a feature that is n times in the text: 1; n; n · idf, where
//   idf = ln((1 + texts) / (1 + texts with the feature)) + 1
// as in scikit-learn; or 1, and the weights are found on 1 · r, where r is the feature's log ratio (NB-SVM).
enum class Weighting { binary, count, tf_idf, log_ratio };
constexpr std::array<std::string_view, 4> names_of(Weighting) {
  return {"binary", "count", "tf-idf", "log-ratio"};
}
// What the values of a text are divided by at last: nothing; √Σ v², for unit length; or Σ v, for a mean.
enum class BagNorm { none, unit, mean };
constexpr std::array<std::string_view, 3> names_of(BagNorm) { return {"none", "unit", "mean"}; }
// Which features share the rows of `buckets`: none; n-grams of words and of characters, as in fastText; or
// all, single words too.
enum class Hashing { none, ngrams, all };
constexpr std::array<std::string_view, 3> names_of(Hashing) { return {"none", "ngrams", "all"}; }

struct BagFeatureOptions {
  int64_t word_ngrams = 1;
  int64_t min_char_ngram = 0;
  int64_t max_char_ngram = 0;
  int64_t min_count = 1;
  int64_t max_features = 0;
  Hashing hashing = Hashing::none;
  int64_t buckets = 0;
  Weighting weighting = Weighting::count;
  bool sublinear = false;
  BagNorm norm = BagNorm::none;
  bool line_end = false;
  bool valued = false;

  bool has_buckets() const { return hashing != Hashing::none; }
  // Error when the options do not fit together. It names the option and the values. Buckets of 0 are chosen
  // when the features are learned.
  void validate() const;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("word_ngrams", word_ngrams, "Most words of a word n-gram; 0 for no words", in(0, 100));
    v("min_char_ngram", min_char_ngram, "Least characters of a character n-gram of a word", in(0, 100));
    v("max_char_ngram", max_char_ngram, "Most characters of a character n-gram of a word; 0 for none",
      in(0, 100));
    v("min_count", min_count, "How often a feature has to be in the training texts", in(1, 1 << 30));
    v("max_features", max_features, "Keep this number of the commonest features; 0 for all", in(0, 1 << 30));
    v("hashing", hashing, "Features that share rows by their hash: none, n-grams, or all");
    v("buckets", buckets,
      "Rows that hashed features share; 0 for as many as there are such features, up to 500,000",
      in(0, 1 << 30));
    v("weighting", weighting, "Value of a feature: 1, its count, its count times idf, or its log ratio");
    v("sublinear", sublinear, "With tf-idf: 1 + ln(count) rather than the count");
    v("norm", norm, "What the values of a text are divided by: nothing, their length, or their sum");
    v("line_end", line_end, "Add the word </s> at the end of each text, as fastText does");
    v("valued", valued, "Read a word NAME:NUMBER as NAME, which counts NUMBER times, as in libsvm's files");
  }
};

// A feature with a row of its own.
struct KnownFeature {
  std::string spelling;  // words with a blank between, or a tab and characters
  int64_t count = 0;     // in the training texts
  int64_t texts = 0;     // number of training texts with it
};

// Immutable. Rows 0 … known() − 1 are those of known features, then come the buckets.
class BagFeatures final : public TextFeatures {
 public:
  // Counts the features of these texts: the commonest first, those of one count by spelling. Buckets of 0
  // become as many as the texts have different hashed features, at most kMostBuckets.
  static BagFeatures learned(const BagFeatureOptions& options, const WordSource& texts);
  // Features that are given, in the order of their rows; `texts` is the number of training texts. Error,
  // beginning with `place`, if a feature is there twice.
  BagFeatures(const BagFeatureOptions& options, std::vector<KnownFeature> known, int64_t texts,
              const std::string& place = "features");
  BagFeatures(BagFeatures&&) noexcept;
  ~BagFeatures() override;

  static constexpr int64_t kMostBuckets = 500'000;

  const BagFeatureOptions& options() const { return options_; }
  int64_t rows() const;
  int64_t texts() const { return texts_; }
  const std::vector<KnownFeature>& known() const { return known_; }

  FeatureList read(WordSpan words) const override;
  std::vector<std::string> spellings(WordSpan words) const override;

 private:
  class Rows;

  BagFeatureOptions options_;
  std::vector<KnownFeature> known_;
  int64_t texts_;
  std::unique_ptr<const Rows> rows_;
  std::vector<float> idf_;  // by row; empty without tf-idf
};

// The file of a model's directory that lists the known features: a line "COUNT<TAB>TEXTS<TAB>SPELLING" for
// each, in which \t, \n, \r and \\ stand for a tab, line breaks and a backslash.
inline constexpr std::string_view kFeaturesFile = "features.txt";
std::string features_to_text(const std::vector<KnownFeature>& features);
// Error with `path` and the line for anything else.
std::vector<KnownFeature> features_from_text(std::string_view text, const std::string& path);

}  // namespace hodhod
