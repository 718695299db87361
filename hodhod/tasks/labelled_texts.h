// SPDX-License-Identifier: Apache-2.0
// Texts with their labels, from tables and JSON lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/data/corpus.h"
#include "hodhod/tasks/encoded_texts.h"

namespace hodhod {

struct LabelledText {
  Texts texts;
  std::string label;  // empty where none was asked for
  std::string place;  // "FILE:LINE"
};

struct LabelledColumns {
  std::vector<std::string> texts = {};  // one column or two
  std::string label = {};
  std::string label_separator = {};  // what stands between several labels of a text; empty: a text has one
  CorpusFormat format = CorpusFormat::kAuto;
  CorpusHeader header = CorpusHeader::kAuto;
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
    v("skip_bad", skip_bad, "Skip bad lines and count them, rather than stop at the first");
  }
};

struct LabelledTexts {
  std::vector<LabelledText> examples;
  BadLines bad{false};
  std::vector<std::string> notes = {};  // what was taken for granted, a sentence each
};

// Columns that are not chosen: in a table whose first line names its columns, those with usual names
// ("label", "text", "sentence"; see header.h), and of two columns with one usual name the other; elsewhere
// the first is the label and the second the text; in jsonl the keys "label" and "text".
//
// Error for a bad line, an empty label among them (or it is counted), and where there is no example at all.
LabelledTexts read_labelled(const std::vector<std::string>& files, const LabelledColumns& columns);
// The texts alone. A table of one column has them there.
LabelledTexts read_unlabelled(const std::vector<std::string>& files, const LabelledColumns& columns);

// The parts of a column between separators, without blanks around them and without the empty ones. The column
// itself where the separator is empty.
std::vector<std::string> split_column(const std::string& column, const std::string& separator);
// The labels in a text's label column: those parts, each once.
std::vector<std::string> split_labels(const std::string& label, const std::string& separator);

}  // namespace hodhod
