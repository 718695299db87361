// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/answers.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "hodhod/base/utf8.h"
#include "hodhod/text/normalizers/persian.h"
#include "hodhod/text/unicode/character_classes.h"

namespace hodhod::metrics {
namespace {

const text::CharacterClasses& classes() {
  static const text::CharacterClasses kClasses;
  return kClasses;
}

bool is_ascii_punctuation(char32_t code) {
  return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') || (code >= '[' && code <= '`') ||
         (code >= '{' && code <= '~');
}

// White space as Python's str.split() takes it, which knows four control characters more than Unicode.
bool separates_words(char32_t code) {
  return classes().is(code, text::kSpace) || (code >= 0x1C && code <= 0x1F);
}

// Calls visit(code, bytes) for each character.
template <class Visit>
void for_each_character(std::string_view text, const Visit& visit) {
  for (size_t at = 0; at < text.size();) {
    const Character c = read_character(text, at);
    visit(c.code, text.substr(at, c.size));
    at += c.size;
  }
}

std::string lower_without_punctuation(std::string_view text) {
  std::string out;
  for_each_character(text, [&](char32_t code, std::string_view bytes) {
    if (code == kIllFormed) {
      out += bytes;
    } else if (!is_ascii_punctuation(code)) {
      text::append_lowercase(out, code);
    }
  });
  return out;
}

// A word of letters and digits that is an article becomes a blank.
std::string without_articles(std::string_view text) {
  std::string out, word;
  const auto end_word = [&] {
    out += word == "a" || word == "an" || word == "the" ? " " : word;
    word.clear();
  };
  for_each_character(text, [&](char32_t code, std::string_view bytes) {
    if (code != kIllFormed && classes().is(code, text::kLetter | text::kNumber)) {
      word += bytes;
    } else {
      end_word();
      out += bytes;
    }
  });
  end_word();
  return out;
}

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words(1);
  for_each_character(text, [&](char32_t code, std::string_view bytes) {
    if (!separates_words(code)) {
      words.back() += bytes;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  });
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string in_persian_form(std::string_view text) {
  static const text::NormalizerPtr kNormalizer =
      text::make_persian_normalizer({.digits = text::PersianDigits::latin});
  constexpr char32_t kNonJoiner = 0x200C;
  std::string out;
  for_each_character(text::normalize(*kNormalizer, text), [&](char32_t code, std::string_view bytes) {
    if (code == kNonJoiner || classes().is(code, text::kPunctuation)) {
      out += ' ';
    } else if (!classes().is(code, text::kNonspacing)) {
      out += bytes;
    }
  });
  return out;
}

std::vector<std::string> compared_words(std::string_view answer, AnswerForm form) {
  const std::string own = form == AnswerForm::persian ? in_persian_form(answer) : std::string(answer);
  return words_in(without_articles(lower_without_punctuation(own)));
}

double f1_of(const std::vector<std::string>& words, const std::vector<std::string>& gold) {
  if (words.empty() || gold.empty()) return words == gold ? 1 : 0;
  std::map<std::string_view, int64_t> left;
  for (const std::string& word : gold) ++left[word];
  int64_t common = 0;
  for (const std::string& word : words) common += left[word]-- > 0 ? 1 : 0;
  if (common == 0) return 0;
  const double precision = static_cast<double>(common) / static_cast<double>(words.size()),
               recall = static_cast<double>(common) / static_cast<double>(gold.size());
  return 2 * precision * recall / (precision + recall);
}

void add_to(AnswerScore& sum, const AnswerScore& score) {
  sum.exact += score.exact;
  sum.f1 += score.f1;
}

AnswerScore percent(const AnswerScore& sum, int64_t count) {
  const double factor = 100 / static_cast<double>(std::max<int64_t>(1, count));
  return {sum.exact * factor, sum.f1 * factor};
}

}  // namespace

std::string normalized_answer(std::string_view answer, AnswerForm form) {
  std::string joined;
  for (const std::string& word : compared_words(answer, form)) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

AnswerScore score_answer(std::string_view answer, std::span<const std::string> accepted, AnswerForm form) {
  const auto words = compared_words(answer, form);
  std::vector<std::vector<std::string>> gold;
  for (const std::string& one : accepted) {
    if (auto of_one = compared_words(one, form); !of_one.empty()) gold.push_back(std::move(of_one));
  }
  if (gold.empty()) gold.emplace_back();
  AnswerScore best;
  for (const auto& one : gold) {
    best.exact = std::max(best.exact, words == one ? 1.0 : 0.0);
    best.f1 = std::max(best.f1, f1_of(words, one));
  }
  return best;
}

void AnswerScorer::add(std::string_view given, std::string_view best, double margin,
                       std::span<const std::string> accepted) {
  const bool answerable = std::any_of(accepted.begin(), accepted.end(), [&](const std::string& one) {
    return !compared_words(one, form_).empty();
  });
  questions_.push_back({score_answer(given, accepted, form_), score_answer(best, accepted, form_), margin,
                        answerable, best.empty()});
}

// As in the published script: from giving no answer at all, questions are answered one after the other in the
// order of their margins.
ThresholdScore AnswerScorer::best_threshold(double AnswerScore::*measure) const {
  std::vector<const Question*> order;
  double score = 0;
  for (const Question& question : questions_) {
    order.push_back(&question);
    score += question.answerable ? 0 : 1;
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Question* a, const Question* b) { return a->margin < b->margin; });
  ThresholdScore best{.score = score, .threshold = 0};
  for (const Question* question : order) {
    // An answer to a question that has none loses the point of silence.
    score += question->answerable ? question->best.*measure : question->silent ? 0 : -1;
    if (score > best.score) best = {score, question->margin};
  }
  best.score *= 100 / static_cast<double>(std::max<size_t>(1, questions_.size()));
  return best;
}

AnswerScores AnswerScorer::score() const {
  AnswerScores scores;
  scores.questions = std::ssize(questions_);
  for (const Question& question : questions_) {
    add_to(scores.all, question.given);
    add_to(question.answerable ? scores.answerable : scores.unanswerable, question.given);
    scores.with_answer += question.answerable ? 1 : 0;
  }
  scores.all = percent(scores.all, scores.questions);
  scores.answerable = percent(scores.answerable, scores.with_answer);
  scores.unanswerable = percent(scores.unanswerable, scores.questions - scores.with_answer);
  scores.best_exact = best_threshold(&AnswerScore::exact);
  scores.best_f1 = best_threshold(&AnswerScore::f1);
  return scores;
}

}  // namespace hodhod::metrics
