// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/text_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"

namespace hodhod::metrics {
namespace {

using Texts = std::vector<std::string>;

TextScores scores_of(const Texts& metrics, const BleuOptions& options, const std::vector<Texts>& references) {
  TextScores scores(metrics, {.bleu = options, .version = "x.1"});
  for (const Texts& one : references) scores.add("the cat sat on the mat", given_references(one));
  return scores;
}

// Signatures as sacreBLEU 2 writes them, but for its version.
TEST(TextScores, SignaturesSayHowToComputeThemAgain) {
  const auto signature = [](const Texts& metrics, const BleuOptions& options,
                            const std::vector<Texts>& references) {
    return scores_of(metrics, options, references).scores().at(0).signature;
  };
  const std::vector<Texts> one = {{"the cat sat"}}, varied = {{"a", "b"}, {"a", ""}};
  EXPECT_EQ(signature({"bleu"}, {}, one), "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:x.1");
  EXPECT_EQ(signature({"bleu"}, {}, varied), "nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:x.1");
  EXPECT_EQ(
      signature({"bleu"},
                {.tokenizer = BleuTokenizer::intl, .smoothing = BleuSmoothing::floor, .lowercase = true},
                one),
      "nrefs:1|case:lc|eff:no|tok:intl|smooth:floor[0.10]|version:x.1");
  EXPECT_EQ(
      signature({"bleu"},
                {.smoothing = BleuSmoothing::add_k, .smoothing_value = 2.0, .effective_order = true}, one),
      "nrefs:1|case:mixed|eff:yes|tok:13a|smooth:add-k[2.00]|version:x.1");
  EXPECT_EQ(signature({"chrf"}, {}, one), "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:x.1");
  EXPECT_EQ(signature({"chrf++"}, {}, one), "nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:x.1");
}

TEST(TextScores, AllAtOnce) {
  const TextScores scores = scores_of({"rouge", "bleu", "chrf", "chrf++"}, {}, {{"the cat sat on the mat"}});
  EXPECT_EQ(scores.segments(), 1);
  std::string keys;
  for (const TextScore& score : scores.scores()) {
    keys += score.key + " ";
    EXPECT_NEAR(score.value, 100, 1e-9) << score.key;
  }
  EXPECT_EQ(keys, "bleu chrf chrf++ rouge1 rouge2 rougeL ");
  EXPECT_EQ(to_string(scores.scores()[0]),
            "BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:x.1 = 100.00 100.0/100.0/100.0/100.0 "
            "(BP = 1.000 ratio = 1.000 hyp_len = 6 ref_len = 6)");
  EXPECT_EQ(to_string(scores.scores()[1]),
            "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:x.1 = 100.00");
}

TEST(TextScores, CaseOfWordsAndOfCharactersIsChosenApart) {
  TextScores scores({"bleu", "chrf", "chrf++"}, {.bleu = {.lowercase = true}});
  scores.add("THE CAT SAT ON THE MAT", Texts{"the cat sat on the mat"});
  EXPECT_NEAR(scores.scores()[0].value, 100, 1e-9);
  EXPECT_EQ(scores.scores()[1].value, 0);
  EXPECT_THAT(scores.scores()[2].signature, testing::HasSubstr("case:mixed"));
}

TEST(TextScores, AnEmptyReferenceThatIsAddedHasNoWords) {
  TextScores scores({"bleu"}, {});
  scores.add("the cat sat on", Texts{"the cat sat on"});
  scores.add("a b", Texts{""});
  EXPECT_THAT(scores.scores()[0].details, testing::HasSubstr("hyp_len = 6 ref_len = 4"));
}

TEST(TextScores, EmptyReferencesAreLeftOut) {
  const auto bleu = [](const std::vector<Texts>& references) {
    return scores_of({"bleu"}, {}, references).scores()[0].value;
  };
  EXPECT_EQ(bleu({{"", "the cat sat on a mat"}}), bleu({{"the cat sat on a mat"}}));
  expect_error([&] { bleu({{"", ""}}); }, "the reference is empty");
}

TEST(TextScores, UnknownMetricsAreNamed) {
  expect_error([] { scores_of({"blue"}, {}, {}); },
               "\"blue\" is unknown; choose from bleu, chrf, chrf++, rouge");
  expect_error([] { scores_of({}, {}, {}); }, "no metric");
}

}  // namespace
}  // namespace hodhod::metrics
