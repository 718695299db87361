// SPDX-License-Identifier: Apache-2.0
// Questions made of texts alone: a few words of a sentence are the answer, and the words around them are the
// question (cloze questions: Lewis, Denoyer and Riedel 2019, "Unsupervised Question Answering by Cloze
// Translation"). Who learns them learns to look for the place of a text that a question speaks of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/tasks/questions.h"

namespace hodhod {

struct ClozeOptions {
  int64_t questions = 4;        // of each text
  int64_t answer_words = 4;     // at most
  int64_t around = 8;           // words of a question on each side of the answer, at most
  int64_t context_words = 100;  // of the sentences that are to be read, about
  double dropped = 0.3;         // share of the words of a question that are left out
  double without_answer = 0.2;  // share of the questions whose sentence is taken out of the text

  template <class Visitor>
  void visit(Visitor&& v) {
    v("questions", questions, "Questions made of each text of --cloze", at_least(1));
    v("answer_words", answer_words, "Most words of the answer to a question of --cloze", in(1, 100));
    v("around", around, "Most words before the answer, and most after it, that make a question of --cloze",
      in(1, 1000));
    v("context_words", context_words, "About how many words a question of --cloze is asked about",
      at_least(1));
    v("dropped", dropped, "Share of a question's words that --cloze leaves out", at_least(0).below(1));
    v("without_answer", without_answer,
      "Share of the questions of --cloze that have no answer, for their sentence is taken out of the text",
      at_least(0).below(1));
  }
};

// The questions made of each text, those of one text together. An answer has neither punctuation
// nor a very common word in it, and stands in its context once. A text without a sentence of six words
// gives none. They are a function of the arguments alone.
std::vector<Question> cloze_questions(std::span<const std::string> texts, const ClozeOptions& options,
                                      uint64_t seed);

}  // namespace hodhod
