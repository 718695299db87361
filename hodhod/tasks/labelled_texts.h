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
  std::vector<std::string> texts = {};  // one column or two; by default 2, or the key "text" of jsonl
  std::string label = {};               // by default 1, or "label"
  CorpusFormat format = CorpusFormat::kAuto;
  CorpusHeader header = CorpusHeader::kAuto;
  bool skip_bad = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("text", texts,
      "the column of the text (a number from 1, -1 the last, or a name), or of both of a pair");
    v("label", label, "Column of the label");
    v("format", format, "Layout of the files; auto goes by their names");
    v("header", header, "Whether the first line of a tsv or csv file names the columns");
    v("skip_bad", skip_bad, "Count bad lines and go on, rather than stop at the first");
  }
};

struct LabelledTexts {
  std::vector<LabelledText> examples;
  BadLines bad{false};
};

// Error for a bad line (or it is counted), for an empty label, and where there is no example at all.
LabelledTexts read_labelled(const std::vector<std::string>& files, const LabelledColumns& columns);
// The texts alone.
LabelledTexts read_unlabelled(const std::vector<std::string>& files, const LabelledColumns& columns);

}  // namespace hodhod
