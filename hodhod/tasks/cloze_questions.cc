// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/cloze_questions.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/text/languages/sentences.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/rouge.h"

namespace hodhod {
namespace {

constexpr size_t kFewestWords = 6;         // of a sentence that a question is made of
constexpr size_t kFewestTellingWords = 2;  // of a question
constexpr int kTries = 100;                // to find a place for a question
// A word is very common if more than one in a thousand words of the texts is it; a few times are not many.
constexpr int64_t kCommonOneIn = 1000, kFewTimes = 3;

// What stands between two blanks.
struct ClozeWord {
  std::string_view core;             // without the punctuation around it; empty if it is only that
  bool opens = false, ends = false;  // whether there is punctuation before or after it
  bool telling = false;              // not very common
};

struct ClozeSentence {
  std::string_view text;
  std::vector<ClozeWord> words;
};

bool is_of_a_word(std::string_view character) {
  const metrics::Kind kind = metrics::kind_of(character);
  return kind == metrics::Kind::letter || kind == metrics::Kind::mark || kind == metrics::Kind::number;
}

std::string_view core_of(std::string_view piece) {
  const std::vector<std::string_view> characters = metrics::characters(piece);
  const auto first = std::find_if(characters.begin(), characters.end(), is_of_a_word);
  const auto last = std::find_if(characters.rbegin(), characters.rend(), is_of_a_word);
  if (first == characters.end()) return {};
  const char* end = last->data() + last->size();
  return {first->data(), static_cast<size_t>(end - first->data())};
}

std::unordered_set<std::string> common_words(std::span<const std::string> texts) {
  std::unordered_map<std::string, int64_t> counts;
  int64_t all = 0;
  for (const std::string& text : texts) {
    for (std::string& word : metrics::rouge_words(text)) {
      ++counts[std::move(word)];
      ++all;
    }
  }
  std::unordered_set<std::string> common;
  for (const auto& [word, count] : counts) {
    if (count > kFewTimes && count > all / kCommonOneIn) common.insert(word);
  }
  return common;
}

// Makes the questions of one text.
class ClozeText {
 public:
  ClozeText(std::string_view text, const std::unordered_set<std::string>& common, const ClozeOptions& options)
      : options_(options) {
    for (const std::string_view sentence : text::split_sentences(text)) {
      sentences_.push_back({.text = sentence, .words = words_of(sentence, common)});
      if (sentences_.back().words.size() >= kFewestWords) usable_.push_back(sentences_.size() - 1);
    }
  }

  std::optional<Question> draw(Rng& rng) const {
    for (int i = 0; i < kTries && !usable_.empty(); ++i) {
      if (auto question = attempt(rng)) return question;
    }
    return std::nullopt;
  }

 private:
  // The words first … last of a sentence.
  struct Place {
    size_t sentence, first, last;
  };

  static std::vector<ClozeWord> words_of(std::string_view sentence,
                                         const std::unordered_set<std::string>& common) {
    std::vector<ClozeWord> words;
    for (const std::string_view piece : metrics::words(sentence)) {
      ClozeWord word{.core = core_of(piece)};
      if (!word.core.empty()) {
        word.opens = word.core.data() != piece.data();
        word.ends = word.core.data() + word.core.size() != piece.data() + piece.size();
        const std::vector<std::string> parts = metrics::rouge_words(word.core);
        word.telling = std::any_of(parts.begin(), parts.end(),
                                   [&](const std::string& part) { return !common.contains(part); });
      }
      words.push_back(word);
    }
    return words;
  }

  std::optional<Question> attempt(Rng& rng) const {
    const size_t sentence = usable_[rng.below(usable_.size())];
    const std::vector<ClozeWord>& words = sentences_[sentence].words;
    const auto most = std::min(static_cast<size_t>(options_.answer_words), words.size() - 1);
    const size_t count = 1 + rng.below(most), first = rng.below(words.size() - count + 1);
    const Place place{sentence, first, first + count - 1};
    const bool answered = sentences_.size() == 1 || rng.uniform_double() >= options_.without_answer;
    if (!may_be_an_answer(place)) return std::nullopt;
    Question question{.id = {}, .question = question_at(place, rng), .context = {}};
    if (question.question.empty()) return std::nullopt;
    const std::string_view answer = text_at(place);
    const auto [from, to] = context_of(sentence, rng);
    const std::string_view before = between(from, sentences_[sentence].text.data()),
                           after = between(end_of(sentences_[sentence].text), to);
    if (!answered) {
      question.context = before;
      question.context += after;
      if (question.context.empty() || question.context.find(answer) != std::string::npos) return std::nullopt;
      return question;
    }
    question.context = between(from, to);
    const size_t begin = static_cast<size_t>(answer.data() - from);
    if (question.context.find(answer) != begin ||
        question.context.find(answer, begin + 1) != std::string::npos)
      return std::nullopt;
    question.answers.push_back({std::string(answer), begin});
    return question;
  }

  bool may_be_an_answer(const Place& place) const {
    const std::vector<ClozeWord>& words = sentences_[place.sentence].words;
    for (size_t i = place.first; i <= place.last; ++i) {
      if (!words[i].telling || (i > place.first && words[i].opens) || (i < place.last && words[i].ends))
        return false;
    }
    return true;
  }

  std::string_view text_at(const Place& place) const {
    const std::vector<ClozeWord>& words = sentences_[place.sentence].words;
    return between(words[place.first].core.data(), end_of(words[place.last].core));
  }

  // The words around a place, some left out, and some neighbours exchanged; empty if they tell too little.
  std::string question_at(const Place& place, Rng& rng) const {
    const std::vector<ClozeWord>& words = sentences_[place.sentence].words;
    const auto draw = [&](size_t most) {
      return rng.below(std::min(most, static_cast<size_t>(options_.around)) + 1);
    };
    const size_t begin = place.first - draw(place.first),
                 end = place.last + 1 + draw(words.size() - 1 - place.last);
    std::vector<std::string_view> kept;
    size_t telling = 0;
    for (size_t i = begin; i < end; ++i) {
      if (i >= place.first && i <= place.last) continue;
      if (words[i].core.empty() || rng.uniform_double() < options_.dropped) continue;
      kept.push_back(words[i].core);
      telling += words[i].telling ? 1 : 0;
    }
    if (telling < kFewestTellingWords) return {};
    for (size_t i = 1; i < kept.size(); ++i) {
      if (rng.uniform_double() < options_.dropped / 2) std::swap(kept[i - 1], kept[i]);
    }
    std::string question;
    for (const std::string_view word : kept) question.append(question.empty() ? "" : " ").append(word);
    return question;
  }

  // The ends of whole sentences around one, until they have enough words. Those before and those after it are
  // taken by chance, so that the answer stands anywhere in the context.
  std::pair<const char*, const char*> context_of(size_t sentence, Rng& rng) const {
    size_t begin = sentence, end = sentence + 1;
    auto words = static_cast<int64_t>(sentences_[sentence].words.size());
    while (words < options_.context_words && (begin > 0 || end < sentences_.size())) {
      const bool before = begin > 0 && (end == sentences_.size() || rng.below(2) == 0);
      words += static_cast<int64_t>(sentences_[before ? --begin : end++].words.size());
    }
    return {sentences_[begin].text.data(), end_of(sentences_[end - 1].text)};
  }

  static const char* end_of(std::string_view text) { return text.data() + text.size(); }
  static std::string_view between(const char* from, const char* to) {
    return {from, static_cast<size_t>(to - from)};
  }

  const ClozeOptions& options_;
  std::vector<ClozeSentence> sentences_;
  std::vector<size_t> usable_;  // sentences that are long enough
};

}  // namespace

std::vector<Question> cloze_questions(std::span<const std::string> texts, const ClozeOptions& options,
                                      uint64_t seed) {
  const std::unordered_set<std::string> common = common_words(texts);
  std::vector<std::vector<Question>> of_text(texts.size());
  parallel_for(std::ssize(texts), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const ClozeText text(texts[i], common, options);
      Rng rng(seed, i);
      for (int64_t n = 0; n < options.questions; ++n) {
        auto question = text.draw(rng);
        if (!question) continue;
        question->id = std::to_string(i + 1) + "-" + std::to_string(n + 1);
        question->place = "text " + std::to_string(i + 1);
        of_text[i].push_back(std::move(*question));
      }
    }
  });
  std::vector<Question> all;
  for (std::vector<Question>& questions : of_text)
    std::move(questions.begin(), questions.end(), std::back_inserter(all));
  return all;
}

}  // namespace hodhod
