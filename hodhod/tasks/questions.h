// SPDX-License-Identifier: Apache-2.0
// Questions on texts that contain their answers, from SQuAD's files, JSON lines and tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hodhod/data/corpus.h"

namespace hodhod {

// An accepted answer.
struct GoldAnswer {
  std::string text;
  std::optional<size_t> begin = {};  // where it stands in the context, in bytes; none: nowhere
};

struct Question {
  std::string id;  // of the file, or the question's number in it (in tables and JSON lines, its line's)
  std::string question;
  std::string context;                   // the text that may hold the answer
  std::vector<GoldAnswer> answers = {};  // none: the text does not answer the question
  std::string place = {};                // "FILE:LINE", or "FILE: question ID"

  std::vector<std::string> accepted() const;
};

struct Questions {
  std::vector<Question> all;
  BadLines bad{false};
  std::vector<std::string> notes = {};  // assumptions made, a sentence each
  // Whether the files say of any question what its answer is, or that there is none: by a column, or by one
  // of the keys answer, answers and is_impossible.
  bool have_answers = false;
};

// Reads files by their names:
//   .json          SQuAD's: data[].paragraphs[].{context, qas[].{id, question, answers[], is_impossible}}; or
//                  a list of objects as below, alone or under data
//   .jsonl .ndjson an object on each line: question, context, and answers, as in SQuAD, as a list of strings
//                  or as {"text": […], "answer_start": […]}, or answer (a string)
//   .tsv .csv      the columns question, context and answer, or the first three; an empty answer is none
// compressed or not, and a file of another name as .json if it holds such an object or list. `columns` names
// other columns, or keys of JSON lines. `answer_start` counts characters (code points). An answer that stands
// elsewhere is taken from the nearest place, and one without a place from the first; notes say how many are
// not where the file says, and how many questions have answers and are said to be impossible (they are read
// without). Error for a bad line, such as one without a question (with skip_bad it is counted), and if there
// are no questions.
Questions read_questions(const std::vector<std::string>& files, const CorpusOptions& options = {});

// Error if the files do not say what the answers are, and so cannot teach or score a model. Else a note if no
// question has an answer.
std::vector<std::string> doubts_about_answers(const Questions& questions, const std::string& name);

// Which questions are held out for validation: all on a share of the texts. Questions on one text follow each
// other.
std::vector<bool> held_out_questions(std::span<const Question> questions, double share);

}  // namespace hodhod
