// SPDX-License-Identifier: Apache-2.0
// Documents with their summaries, from tables and JSON lines.
#pragma once

#include <string>
#include <vector>

#include "hodhod/data/corpus.h"

namespace hodhod {

struct SummarizedText {
  std::string document;
  std::vector<std::string> summaries = {};  // the first is trained on, all are compared with
};

struct SummaryColumns {
  std::string text = "document", summary = "summary", references = {};
  CorpusFormat format = CorpusFormat::automatic;
  CorpusHeader header = CorpusHeader::automatic;
  bool skip_bad = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("text", text, "Column of the document: its name, or its number from 1 (-1 is the last)");
    v("summary", summary, "Column of its summary, or of its headline");
    v("references", references,
      "For jsonl: key of a list of all summaries of the document to compare with; without it `references`, "
      "of the lines that have that key");
    v("format", format, "File format; auto: told by the file's name");
    v("header", header, "Whether the first line names the columns; auto: decided by its contents");
    v("skip_bad", skip_bad, kSkipBadHelp);
  }
};

struct SummarizedTexts {
  std::vector<SummarizedText> all;
  BadLines bad{false};
  std::vector<std::string> notes = {};  // assumptions made, a sentence each
};

// Reads tsv, csv and jsonl files, compressed or not. Error for a bad line, such as one without a document or
// a summary (with skip_bad it is counted), for plain text, and if there are no summaries.
SummarizedTexts read_summaries(const std::vector<std::string>& files, const SummaryColumns& columns = {});

}  // namespace hodhod
