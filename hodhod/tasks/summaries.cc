// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/summaries.h"

#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/data/record_reader.h"

namespace hodhod {
namespace {

// Between the members of a list; no text contains it.
constexpr char kBetween = '\x1e';

std::vector<std::string> members(const std::string& list) {
  std::vector<std::string> all;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(kBetween, begin), list.size());
    const std::string_view one = without_outer_blanks(std::string_view(list).substr(begin, end - begin));
    if (!one.empty()) all.emplace_back(one);
    begin = end + 1;
  }
  return all;
}

}  // namespace

SummarizedTexts read_summaries(const std::vector<std::string>& files, const SummaryColumns& columns) {
  check(!files.empty(), "no data is given; name a file");
  const CorpusFormat format =
      columns.format == CorpusFormat::automatic ? format_of(files[0]) : columns.format;
  const bool lines = format == CorpusFormat::jsonl;
  check(lines || format == CorpusFormat::tsv || format == CorpusFormat::csv,
        "{}: documents with their summaries are read from tsv, csv and jsonl files; set `format` if it is "
        "one of them",
        files[0]);
  check(lines || columns.references.empty(), "{}: only jsonl can have lists of references ({})", files[0],
        columns.references);
  CorpusOptions options{.format = format,
                        .columns = {columns.text, columns.summary},
                        .header = columns.header,
                        .skip_bad = columns.skip_bad,
                        .key_options = "`text`, `summary` or `references`"};
  if (lines) {
    // Not every document of a file has further summaries, unless their key is given.
    const bool named = !columns.references.empty();
    options.columns.push_back(named ? columns.references : "references");
    options.optional_columns = named ? 0 : 1;
    options.list_separator = std::string(1, kBetween);
  }
  RecordReader reader(files, options);
  SummarizedTexts result;
  while (auto record = reader.next()) {
    SummarizedText one{.document = std::move(record->fields[0])};
    if (without_outer_blanks(one.document).empty()) {
      reader.report(record->place() + ": the document is empty");
      continue;
    }
    one.summaries = members(record->fields[1]);
    if (one.summaries.size() != 1) {
      reader.report(fmt::format("{}: {}", record->place(),
                                one.summaries.empty() ? "the summary is empty" : "the summary is a list"));
      continue;
    }
    if (lines) {
      std::vector<std::string> all = members(record->fields[2]);
      if (!all.empty()) {
        std::erase(all, one.summaries[0]);
        one.summaries.insert(one.summaries.end(), all.begin(), all.end());
      }
    }
    result.all.push_back(std::move(one));
  }
  check(!result.all.empty(), "{}: there is no document with a summary in it", files[0]);
  result.bad = reader.bad_lines();
  result.notes = reader.notes();
  return result;
}

}  // namespace hodhod
