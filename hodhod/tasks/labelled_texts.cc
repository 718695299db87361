// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/labelled_texts.h"

#include "hodhod/base/error.h"
#include "hodhod/data/record_reader.h"

namespace hodhod {
namespace {

LabelledTexts read(const std::vector<std::string>& files, const LabelledColumns& columns, bool with_label) {
  check(!files.empty(), "no data is given; name a file");
  const CorpusFormat format = columns.format == CorpusFormat::kAuto ? format_of(files[0]) : columns.format;
  const bool keys = format == CorpusFormat::kJsonl;
  CorpusOptions options{.format = columns.format, .header = columns.header, .skip_bad = columns.skip_bad};
  options.columns = columns.texts;
  if (options.columns.empty()) {
    options.columns = {keys ? "text" : with_label || format != CorpusFormat::kText ? "2" : "1"};
  }
  check(options.columns.size() <= 2, "{} columns of texts; give one, or two for pairs",
        options.columns.size());
  check(!with_label || format != CorpusFormat::kText,
        "{}: plain text has no column for labels; give a tsv, csv or jsonl file, or say --format", files[0]);
  const size_t texts = options.columns.size();
  if (with_label) {
    options.columns.push_back(!columns.label.empty() ? columns.label : keys ? "label" : "1");
  }
  RecordReader reader(files, options);
  LabelledTexts result;
  while (auto record = reader.next()) {
    LabelledText& example = result.examples.emplace_back();
    example.place = record->place();
    if (with_label) {
      example.label = std::move(record->fields.back());
      check(!example.label.empty(), "{}: the label is empty; correct the line, or leave it out",
            example.place);
    }
    record->fields.resize(texts);
    example.texts = std::move(record->fields);
  }
  check(!result.examples.empty(), "{}: there is no example in it", files[0]);
  result.bad = reader.bad_lines();
  return result;
}

}  // namespace

LabelledTexts read_labelled(const std::vector<std::string>& files, const LabelledColumns& columns) {
  return read(files, columns, true);
}

LabelledTexts read_unlabelled(const std::vector<std::string>& files, const LabelledColumns& columns) {
  return read(files, columns, false);
}

}  // namespace hodhod
