// SPDX-License-Identifier: Apache-2.0
// Texts with their labels, from tables and JSON lines.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hodhod/data/corpus.h"
#include "hodhod/models/number_columns.h"
#include "hodhod/tasks/encoded_texts.h"

namespace hodhod {

struct LabelledText {
  Texts texts;
  std::string label;  // empty if not requested
  std::string place;  // "FILE:LINE"
  // Of the columns of numbers, as many; kMissingNumber where there is none. Empty if no column was named.
  std::vector<double> numbers = {};
};

struct LabelledColumns {
  std::vector<std::string> texts = {};    // one column or two
  std::vector<std::string> numbers = {};  // for models that read numbers beside a text
  std::string label = {};
  std::string label_separator = {};  // between several labels of a text; empty: one label per text
  CorpusFormat format = CorpusFormat::automatic;
  CorpusHeader header = CorpusHeader::automatic;
  bool skip_bad = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("text", texts,
      "Column of the text: its name, or its number from 1 (-1 is the last); two columns for pairs of texts");
    v("label", label, "Column of the label");
    v("label_separator", label_separator,
      "Separator between labels in their column, for texts with any number of labels");
    v("format", format, "File format; auto: told by the file's name");
    v("header", header, "Whether the first line names the columns; auto: decided by its contents");
    v("skip_bad", skip_bad, kSkipBadHelp);
  }
};

inline constexpr const char* kNumbersHelp =
    "Columns of numbers that are read beside the text, for models that read features; an empty field is a "
    "number that is missing";

struct LabelledTexts {
  std::vector<LabelledText> examples;
  BadLines bad{false};
  std::vector<std::string> notes = {};  // assumptions made, a sentence each
};

// Columns that are not chosen: in a table with column names, those with usual names ("label", "text",
// "sentence"; see header.h); if only one of two columns has a usual name, the other has the other role. In
// other tables, the first column is the label and the second the text. In jsonl, the keys "label" and "text".
// If columns of numbers are chosen, and neither a name nor an option says which column is the text, there is
// no text: it is empty.
// In the format fasttext, several labels of a line are joined by `label_separator`.
//
// Error for a bad line, such as one with an empty label or with a word for a number (with skip_bad it is
// counted instead), and if there are no examples.
LabelledTexts read_labelled(const std::vector<std::string>& files, const LabelledColumns& columns);
// The texts alone. If a table has one column, that is the text.
LabelledTexts read_unlabelled(const std::vector<std::string>& files, const LabelledColumns& columns);

// The parts of a column between separators, without surrounding blanks; empty parts are left out. If the
// separator is empty, the column itself.
std::vector<std::string> split_column(const std::string& column, const std::string& separator);
// The labels in a text's label column: these parts without repetition.
std::vector<std::string> split_labels(const std::string& label, const std::string& separator);

// Which examples are held out for validation: a share of those of each label, or set of labels.
std::vector<bool> held_out_texts(std::span<const LabelledText> examples, const std::string& label_separator,
                                 double share);

}  // namespace hodhod
