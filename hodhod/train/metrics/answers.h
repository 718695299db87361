// SPDX-License-Identifier: Apache-2.0
// Scores of answers to questions as SQuAD 2.0 measures them (Rajpurkar et al. 2016, 2018): exact match and F1
// of tokens, both after a normalisation, the best over the accepted answers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::metrics {

// squad: the published script's: lower case, without ASCII punctuation and without the words a, an and the.
// persian: before that, one spelling of letters and digits, without vowel signs; a zero-width non-joiner is a
// blank, and so is every other punctuation mark.
enum class AnswerForm { squad, persian };
constexpr std::array<std::string_view, 2> names_of(AnswerForm) { return {"squad", "persian"}; }

// An answer as it is compared: words with one blank between them.
std::string normalized_answer(std::string_view answer, AnswerForm form = AnswerForm::squad);

// 0 to 1.
struct AnswerScore {
  double exact = 0;
  double f1 = 0;
};

// Of one answer against the accepted ones, the best of each measure. No accepted answer, or only answers that
// normalisation leaves nothing of, means that there is none: then "" is right.
AnswerScore score_answer(std::string_view answer, std::span<const std::string> accepted,
                         AnswerForm form = AnswerForm::squad);

// A threshold and the mean score, 0 to 100, that it would give.
struct ThresholdScore {
  double score = 0;
  double threshold = 0;
};

// Percentages over questions: over all, and over those with and without an answer.
struct AnswerScores {
  AnswerScore all, answerable, unanswerable;
  int64_t questions = 0, with_answer = 0;
  // If no answer is given where the null score exceeds the best answer's by more than a threshold: the best
  // one.
  ThresholdScore best_exact, best_f1;
};

class AnswerScorer {
 public:
  explicit AnswerScorer(AnswerForm form = AnswerForm::squad) : form_(form) {}

  // `given` is the answer, or "" for none. `best` is the best answer even if it was not given, and `margin`
  // how far the score of there being none exceeds its score; they decide the best thresholds.
  void add(std::string_view given, std::string_view best, double margin,
           std::span<const std::string> accepted);
  AnswerScores score() const;

 private:
  struct Question {
    AnswerScore given, best;
    double margin;
    bool answerable, silent;
  };

  ThresholdScore best_threshold(double AnswerScore::*measure) const;

  AnswerForm form_;
  std::vector<Question> questions_;
};

}  // namespace hodhod::metrics
