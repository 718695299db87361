// SPDX-License-Identifier: Apache-2.0
// The expected figures are printed by sacreBLEU 2, conlleval (the Perl program in its Python port and its
// IOBES variant), scipy 1.10 and scikit-learn 1.2 for the same input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/train/metrics/bleu.h"
#include "hodhod/train/metrics/chrf.h"
#include "hodhod/train/metrics/classification.h"
#include "hodhod/train/metrics/correlation.h"
#include "hodhod/train/metrics/entities.h"
#include "hodhod/train/metrics/multi_label.h"
#include "hodhod/train/metrics/perplexity.h"

namespace hodhod::metrics {
namespace {

using Lines = std::vector<std::string>;

const Lines kHypotheses = {"the cat sat on the mat",
                           "It costs $3.50, i.e. 1,000-2,000 &amp; more.",
                           "مدل‌ها از داده‌ها یاد می‌گیرند.",
                           "a b",
                           "",
                           "completely different words here"};
const Lines kFirst = {"the cat is on the mat",
                      "It costs $3.50, that is 1,000-2,500 & more!",
                      "مدل‌ها از متن یاد می‌گیرند.",
                      "a b",
                      "something",
                      "nothing shared at all now"};
const Lines kSecond = {"there is a cat on the mat",
                       "The price: $3.50 (1,000–2,000 & more).",
                       "مدل از داده‌ها یاد می‌گیرد.",
                       "a b c d e",
                       "",
                       ""};

template <class Metric, class Options>
Metric over(const Options& options, bool two_references) {
  Metric metric(options);
  for (size_t i = 0; i < kHypotheses.size(); ++i) {
    Lines references = {kFirst[i]};
    if (two_references) references.push_back(kSecond[i]);
    metric.add(kHypotheses[i], references);
  }
  return metric;
}

TEST(Bleu, TokenizersSplitAsTheReferenceDoes) {
  const auto t13a = [](const char* line) { return bleu_tokenize(line, BleuTokenizer::v13a); };
  const auto intl = [](const char* line) { return bleu_tokenize(line, BleuTokenizer::intl); };
  EXPECT_EQ(t13a("Hello, world! (yes)"), "Hello , world ! ( yes )");
  EXPECT_EQ(t13a("1,000.5 a.b,c ..., 5-3 x-y -4"), "1,000.5 a . b , c . . . , 5 - 3 x-y -4");
  EXPECT_EQ(intl("1,000.5 a.b,c ..., 5-3 x-y -4"), "1,000.5 a . b , c . . . , 5-3 x - y - 4");
  const char* odd = "&quot;A&quot; &lt;b&gt; <skipped> it's 'ok' C++ #1 @x_y a/b 10%";
  EXPECT_EQ(t13a(odd), "\" A \" < b > it's 'ok' C + + # 1 @ x _ y a / b 10 %");
  EXPECT_EQ(intl(odd),
            "& quot ; A & quot ; & lt ; b & gt ; < skipped > it ' s ' ok ' C + + # 1 @ x _ y a / b 10%");
  EXPECT_EQ(t13a("«سلام»، دنیا! ۱۲٫۵٪ می‌رود؟"),
            "«سلام»، دنیا ! ۱۲٫۵٪ می‌رود؟");
  EXPECT_EQ(intl("«سلام»، دنیا! ۱۲٫۵٪ می‌رود؟"),
            "« سلام » ، دنیا ! ۱۲٫۵ ٪ می‌رود ؟");
  EXPECT_EQ(t13a("end in 2020."), "end in 2020 .");
  EXPECT_EQ(intl("end in 2020."), "end in 2020.");
  EXPECT_EQ(t13a("a\u00a0b\u200bc — d… e€ £5"), "a b\u200bc — d… e€ £5");
  EXPECT_EQ(intl("a\u00a0b\u200bc — d… e€ £5"), "a b\u200bc — d … e € £ 5");
  EXPECT_EQ(t13a("..,,. ."), ". . , , . .");
  EXPECT_EQ(t13a("x{~}[\\]^_`|"), "x { ~ } [ \\ ] ^ _ ` |");
  EXPECT_EQ(bleu_tokenize("ab ج\n", BleuTokenizer::character), "a b ج");
  EXPECT_EQ(bleu_tokenize(" 我爱Beijing，3.5元（ok）。", BleuTokenizer::zh),
            "我 爱 Beijing ， 3.5 元 （ ok ） 。");
  EXPECT_EQ(bleu_tokenize("  \n", BleuTokenizer::zh), "");
}

TEST(Bleu, CorpusScores) {
  const auto score = [](BleuOptions options, bool two = false) {
    return over<Bleu>(options, two).score().score;
  };
  EXPECT_NEAR(score({}), 28.674926257546172, 1e-10);
  EXPECT_NEAR(score({}, true), 31.82084684007776, 1e-10);
  EXPECT_NEAR(score({.tokenizer = BleuTokenizer::intl}), 26.82243610927599, 1e-10);
  EXPECT_NEAR(score({.tokenizer = BleuTokenizer::intl}, true), 30.01218544062519, 1e-10);
  EXPECT_NEAR(score({.tokenizer = BleuTokenizer::character}), 50.94696456951811, 1e-10);
  EXPECT_NEAR(score({.tokenizer = BleuTokenizer::character}, true), 62.6882512446102, 1e-10);
  EXPECT_NEAR(score({.tokenizer = BleuTokenizer::none}), 18.061111587332903, 1e-10);
  EXPECT_NEAR(score({.smoothing = BleuSmoothing::add_k}), 32.76171779837795, 1e-10);
  EXPECT_NEAR(score({.smoothing = BleuSmoothing::add_k, .smoothing_value = 2}, true), 39.38973503505497,
              1e-10);
  EXPECT_NEAR(score({.max_order = 2}), 54.355730650460906, 1e-10);
  EXPECT_EQ(details_of(over<Bleu>(BleuOptions{}, true).score()),
            "69.7/53.6/26.1/10.5 (BP = 1.000 ratio = 1.031 hyp_len = 33 ref_len = 32)");
}

TEST(Bleu, SentenceScoresWithEverySmoothing) {
  const auto scores = [](BleuOptions options) {
    std::vector<double> all;
    for (size_t i = 0; i < kHypotheses.size(); ++i) {
      all.push_back(sentence_bleu(kHypotheses[i], std::span(&kFirst[i], 1), options).score);
    }
    return all;
  };
  const auto near = [](std::vector<double> expected) {
    return testing::Pointwise(testing::DoubleNear(1e-10), expected);
  };
  EXPECT_THAT(scores({}), near({37.99178428257963, 31.53554052490131, 37.99178428257963, 100, 0, 0}));
  EXPECT_THAT(scores({.tokenizer = BleuTokenizer::character}),
              near({70.85876411943929, 60.05257748142283, 66.14782048885628, 100, 0, 5.166045454134253}));
  EXPECT_THAT(scores({.smoothing = BleuSmoothing::none}), near({0, 31.53554052490131, 0, 100, 0, 0}));
  EXPECT_THAT(scores({.smoothing = BleuSmoothing::floor}),
              near({25.40663740773073, 31.53554052490131, 25.40663740773073, 100, 0, 0}));
  EXPECT_THAT(scores({.smoothing = BleuSmoothing::floor, .smoothing_value = 0.5}),
              near({37.99178428257963, 31.53554052490131, 37.99178428257963, 100, 0, 0}));
  EXPECT_THAT(scores({.smoothing = BleuSmoothing::add_k}),
              near({48.54917717073236, 36.8609880629035, 48.54917717073236, 100, 0, 0}));
}

TEST(Bleu, AValueThatTheSmoothingDoesNotTakeIsRefused) {
  EXPECT_THROW(Bleu({.smoothing_value = 0.5}), Error);
  EXPECT_THROW(Bleu({.smoothing = BleuSmoothing::none, .smoothing_value = 0.5}), Error);
}

TEST(Bleu, NothingAndNonsense) {
  EXPECT_EQ(Bleu().score().score, 0);
  Bleu empty;
  empty.add("", "a reference");
  EXPECT_EQ(empty.score().score, 0);
  EXPECT_EQ(empty.score().brevity_penalty, 0);
  EXPECT_THROW(empty.add("x", std::span<const std::string>()), Error);
  EXPECT_THROW(Bleu({.max_order = 0}), Error);
  Bleu broken;
  broken.add("\xff\xfe a b c d", "\xff\xfe a b c d");
  EXPECT_NEAR(broken.score().score, 100, 1e-10);
}

TEST(Chrf, CorpusAndSentenceScores) {
  const auto score = [](ChrfOptions options, bool two = false) { return over<Chrf>(options, two).score(); };
  EXPECT_NEAR(score({}), 47.70083070714135, 1e-10);
  EXPECT_NEAR(score({}, true), 49.838904837249665, 1e-10);
  EXPECT_NEAR(score({.word_order = 2}), 48.128177039737245, 1e-10);
  EXPECT_NEAR(score({.word_order = 2}, true), 48.79101531987236, 1e-10);
  EXPECT_NEAR(score({.char_order = 4, .beta = 1}), 53.979471470442384, 1e-10);
  EXPECT_NEAR(score({.whitespace = true}), 53.064400031960865, 1e-10);
  EXPECT_NEAR(score({.eps_smoothing = true}), 47.696273867058274, 1e-10);
  EXPECT_NEAR(score({.eps_smoothing = true}, true), 52.83350494422314, 1e-10);
  const std::vector<double> expected = {66.36067072084818, 51.63269098417107, 70.17575894757306, 100, 0,
                                        8.98075372833535};
  for (size_t i = 0; i < kHypotheses.size(); ++i) {
    Chrf one({.word_order = 2});
    one.add(kHypotheses[i], kFirst[i]);
    EXPECT_NEAR(one.score(), expected[i], 1e-10) << i;
  }
}

Lines read_lines(const std::string& path) {
  LineReader reader(path);
  Lines lines;
  while (const auto line = reader.next()) lines.emplace_back(*line);
  return lines;
}

TEST(Bleu, RealSystemsGetTheirPublishedScores) {
  const std::string data = data_directory();
  if (!is_directory(data + "/bleu-reference")) GTEST_SKIP() << data << "/bleu-reference is absent";
  struct Figures {
    const char* system;
    double bleu, intl, character, chrf, chrf_plus_plus;
  };
  // Nearer than the published decimal: what sacreBLEU prints for these files.
  const std::vector<Figures> all = {{"en-fa.bergamot-tiny", 22.92769755186032, 24.583449915831963,
                                     59.20797404261206, 52.623173234582524, 50.608002225320725},
                                    {"en-fa.google", 27.17277239083973, 28.66193879580264, 61.590017327675206,
                                     55.37978205308504, 53.350683034462676},
                                    {"fa-en.bergamot-tiny", 32.766933517936764, 32.76161862071543,
                                     66.57921258824021, 60.55140882613473, 58.60439801427516},
                                    {"fa-en.google", 41.95838984260875, 41.37823883964697, 71.96737650548293,
                                     67.05830569758486, 65.25731792247073}};
  for (const Figures& figures : all) {
    const std::string target = std::string(figures.system).substr(3, 2);
    const std::string stem = data + "/bleu-reference/flores-dev." + figures.system;
    const Lines hypotheses = read_lines(stem + ".hyp." + target);
    const Lines references = read_lines(data + "/en-fa/flores-dev." + target);
    ASSERT_EQ(hypotheses.size(), references.size());
    const auto score = [&](auto metric) {
      for (size_t i = 0; i < hypotheses.size(); ++i) metric.add(hypotheses[i], references[i]);
      return metric.score();
    };
    const BleuScore bleu = score(Bleu({.smoothing = BleuSmoothing::none}));
    EXPECT_EQ(fmt::format("{:.1f}", bleu.score), read_lines(stem + ".bleu")[0]) << figures.system;
    EXPECT_EQ(bleu.brevity_penalty, 1.0);
    EXPECT_NEAR(bleu.score, figures.bleu, 1e-9) << figures.system;
    EXPECT_NEAR(score(Bleu({.tokenizer = BleuTokenizer::intl})).score, figures.intl, 1e-9) << figures.system;
    EXPECT_NEAR(score(Bleu({.tokenizer = BleuTokenizer::character})).score, figures.character, 1e-9)
        << figures.system;
    EXPECT_NEAR(score(Chrf()), figures.chrf, 1e-9) << figures.system;
    EXPECT_NEAR(score(Chrf({.word_order = 2})), figures.chrf_plus_plus, 1e-9) << figures.system;
  }
}

TEST(Entities, AreFoundInEveryScheme) {
  const auto found = [](Lines tags) {
    std::string text;
    for (const Entity& e : entities_of(tags)) text += fmt::format("{}:{}-{} ", e.type, e.begin, e.end);
    return text;
  };
  EXPECT_EQ(found({"B-PER", "I-PER", "O", "B-LOC"}), "PER:0-2 LOC:3-4 ");
  EXPECT_EQ(found({"I-PER", "I-PER", "I-LOC", "B-LOC"}), "PER:0-2 LOC:2-3 LOC:3-4 ");
  EXPECT_EQ(found({"B-PER", "B-PER", "E-PER", "S-LOC", "S-LOC"}), "PER:0-1 PER:1-3 LOC:3-4 LOC:4-5 ");
  EXPECT_EQ(found({"U-A", "B-B", "L-B", "L-B"}), "A:0-1 B:1-3 B:3-4 ");
  EXPECT_EQ(found({"B", "I", "O", "I"}), ":0-2 :3-4 ");
  EXPECT_EQ(found({}), "");
  EXPECT_EQ(found({"X-PER"}), "");
  EXPECT_EQ(found({"BPER"}), "");
}

TEST(Entities, TagsAreRepaired) {
  const Lines tags = {"I-PER", "I-PER", "I-LOC", "B-LOC", "O", "E-ORG"};
  EXPECT_THAT(to_iob2(tags), testing::ElementsAre("B-PER", "I-PER", "B-LOC", "B-LOC", "O", "B-ORG"));
  EXPECT_THAT(to_iob1(tags), testing::ElementsAre("I-PER", "I-PER", "I-LOC", "B-LOC", "O", "I-ORG"));
  EXPECT_EQ(entities_of(to_iob1(tags)), entities_of(tags));
  EXPECT_EQ(entities_of(to_iob2(tags)), entities_of(tags));
}

// 200 sentences of random tags, a third of them changed.
EntityScorer scored_random_tags(const Lines& alphabet) {
  uint32_t state = 12345;
  const auto random = [&state](size_t n) {
    state = (state * 1103515245u + 12345u) & 0x7fffffff;
    return (state >> 16) % n;
  };
  EntityScorer scorer;
  for (int s = 0; s < 200; ++s) {
    Lines gold(1 + random(12)), predicted;
    for (std::string& tag : gold) tag = alphabet[random(alphabet.size())];
    for (const std::string& tag : gold)
      predicted.push_back(random(3) != 0 ? tag : alphabet[random(alphabet.size())]);
    scorer.add(gold, predicted);
  }
  return scorer;
}

TEST(Entities, ScoresAreThoseOfConlleval) {
  const auto counts = [](const EntityScorer& scorer) {
    std::string text;
    for (const auto& [type, c] : scorer.by_type())
      text += fmt::format("{} {} {} {}, ", type, c.correct, c.gold, c.predicted);
    return text;
  };
  const EntityScorer iob = scored_random_tags({"O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "I-ORG"});
  EXPECT_EQ(counts(iob), "LOC 200 309 289, ORG 102 155 156, PER 214 314 310, ");
  EXPECT_NEAR(iob.accuracy(), 895.0 / 1231, 1e-12);
  EXPECT_NEAR(iob.overall().f1(), 2.0 * 516 / (778 + 755), 1e-12);
  const EntityScorer iobes =
      scored_random_tags({"O", "O", "B-PER", "I-PER", "E-PER", "S-PER", "B-LOC", "I-LOC", "E-LOC", "S-LOC"});
  EXPECT_EQ(counts(iobes), "LOC 320 456 458, PER 339 469 451, ");
  EXPECT_THROW(EntityScorer().add(Lines{"O"}, Lines{}), Error);
  EXPECT_EQ(EntityScorer().overall().f1(), 0);
}

TEST(Classification, ScoresAreThoseOfScikitLearn) {
  ClassificationScorer scorer;
  const std::string gold = "aababbcaacd", predicted = "aabbbacaaee";
  for (size_t i = 0; i < gold.size(); ++i) scorer.add({gold[i]}, {predicted[i]});
  const ClassificationScore score = scorer.score();
  EXPECT_NEAR(score.accuracy, 0.6363636363636364, 1e-12);
  EXPECT_NEAR(score.micro.f1(), score.accuracy, 1e-12);
  EXPECT_NEAR(score.macro_precision, 0.4933333333, 1e-9);
  EXPECT_NEAR(score.macro_recall, 0.3933333333, 1e-9);
  EXPECT_NEAR(score.macro_f1, 0.4266666667, 1e-9);
  EXPECT_NEAR(score.weighted_f1, 0.6666666667, 1e-9);
  EXPECT_NEAR(score.by_label.at("b").f1(), 0.6666666667, 1e-9);
  EXPECT_EQ(score.confusion.at({"d", "e"}), 1);
  EXPECT_EQ(ClassificationScorer().score().accuracy, 0);
}

// precision_recall_fscore_support(…, average="weighted").
TEST(Classification, WeightedMeansGoByHowOftenALabelIsGold) {
  ClassificationScorer scorer;
  const std::string gold = "aababbcaacd", predicted = "aabbbacaaee";
  for (size_t i = 0; i < gold.size(); ++i) scorer.add({gold[i]}, {predicted[i]});
  const ClassificationScore score = scorer.score();
  double precision = 0, recall = 0;
  for (const auto& [label, counts] : score.by_label) {
    precision += counts.precision() * static_cast<double>(counts.gold) / 11;
    recall += counts.recall() * static_cast<double>(counts.gold) / 11;
  }
  EXPECT_NEAR(score.weighted_precision, precision, 1e-12);
  EXPECT_NEAR(score.weighted_recall, recall, 1e-12);
  EXPECT_NEAR(score.weighted_recall, score.accuracy, 1e-12);
}

TEST(MultiLabel, CountsByHand) {
  MultiLabelScorer scorer;
  scorer.add({"a", "b"}, {"a", "b"});
  scorer.add({"a"}, {"a", "b"});
  scorer.add({}, {});
  scorer.add({"c"}, {});
  const MultiLabelScore score = scorer.score();
  EXPECT_EQ(score.examples, 4);
  EXPECT_EQ(score.subset_accuracy, 0.5);
  EXPECT_NEAR(score.micro.precision(), 3.0 / 4, 1e-12);
  EXPECT_NEAR(score.micro.recall(), 3.0 / 4, 1e-12);
  EXPECT_NEAR(score.macro_f1, (1 + 2.0 / 3 + 0) / 3, 1e-12);
  EXPECT_NEAR(score.weighted_f1, (2 * 1 + 1 * 2.0 / 3 + 0) / 4, 1e-12);
  EXPECT_EQ(MultiLabelScorer().score().subset_accuracy, 0);
}

// The example of scikit-learn's average_precision_score: 0.83.
TEST(MultiLabel, AveragePrecision) {
  EXPECT_NEAR(average_precision(std::vector<double>{0.1, 0.4, 0.35, 0.8}, {false, false, true, true}),
              0.8333333333, 1e-9);
  // Equal scores are one threshold: 2 of 4 are gold there.
  EXPECT_NEAR(average_precision(std::vector<double>{1, 1, 1, 1}, {true, false, false, true}), 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(average_precision(std::vector<double>{1}, {false})));
}

TEST(Entities, TagsThatMarkNoneAreOutside) {
  const Lines tags = {"B-PER", "X", "I-PER", "B-", "O"};
  EXPECT_EQ(entities_of(tags), (std::vector<Entity>{{0, 1, "PER"}, {2, 3, "PER"}}));
  EXPECT_EQ(to_iob2(tags), (Lines{"B-PER", "X", "B-PER", "B-", "O"}));
  EXPECT_EQ(entities_of(Lines{"B", "I", "O", "I"}), (std::vector<Entity>{{0, 2, ""}, {3, 4, ""}}));
}

TEST(Correlation, CoefficientsAreThoseOfScipy) {
  const std::vector<double> x = {1.0, 2.5, 2.5, -3, 7, 0.25, 2.5, 9}, y = {0.5, 2, 3.5, -1, 7, 7, 1, 8};
  EXPECT_NEAR(pearson(x, y), 0.7319378835869546, 1e-12);
  EXPECT_NEAR(spearman(x, y), 0.674960953801497, 1e-12);
  EXPECT_NEAR(pearson(x, x), 1, 1e-12);
  EXPECT_TRUE(std::isnan(pearson(std::vector<double>{1, 1}, std::vector<double>{1, 2})));
  EXPECT_TRUE(std::isnan(pearson({}, {})));
  EXPECT_THROW(pearson(x, std::vector<double>{1}), Error);
  EXPECT_NEAR(mean_squared_error(std::vector<double>{1, 2}, std::vector<double>{2, 4}), 2.5, 1e-12);
  EXPECT_NEAR(mean_absolute_error(std::vector<double>{1, 2}, std::vector<double>{2, 4}), 1.5, 1e-12);
}

TEST(Perplexity, UniformGuessing) {
  LanguageScore score;
  // 100 tokens, each one of eight: three bits a token, and 200 characters of two bytes.
  score += {.negative_log_likelihood = 100 * std::log(8.0), .tokens = 100, .characters = 200, .bytes = 400};
  EXPECT_NEAR(score.perplexity(), 8, 1e-12);
  EXPECT_NEAR(score.bits_per_character(), 1.5, 1e-12);
  EXPECT_NEAR(score.bits_per_byte(), 0.75, 1e-12);
  EXPECT_EQ(LanguageScore().perplexity(), 0);
}

TEST(Perplexity, OfKnownWordsIsFiniteWhereUnknownOnesAreRuledOut) {
  LanguageScore score;
  score.add(std::log(4.0), true);
  score.add(std::numeric_limits<double>::infinity(), false);
  EXPECT_TRUE(std::isinf(score.perplexity()));
  EXPECT_NEAR(score.perplexity_without_unknown(), 4, 1e-12);
  EXPECT_EQ(score.unknown, 1);
  score.add(std::numeric_limits<double>::infinity(), true);
  EXPECT_TRUE(std::isinf(score.perplexity_without_unknown()));
}

}  // namespace
}  // namespace hodhod::metrics
