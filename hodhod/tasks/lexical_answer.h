// SPDX-License-Identifier: Apache-2.0
// What the answers of a model are compared with: an answer that is found by comparing words.
#pragma once

#include <string>

#include "hodhod/tasks/questions.h"

namespace hodhod {

// Of the sentence of the text that shares most different words with the question (the first of several), the
// longest run of words that the question does not have (the first of several), of at most four words. Words
// are those of ROUGE: runs of letters and digits, in lower case. Empty if there is no such word.
std::string lexical_answer(const Question& question);

}  // namespace hodhod
