// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/labelled_texts.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/header.h"
#include "hodhod/data/held_out.h"
#include "hodhod/data/record_reader.h"

namespace hodhod {
namespace {

// The indices of columns in a table.
struct ChosenColumns {
  std::vector<size_t> texts;
  std::vector<size_t> numbers;
  size_t label = 0;
};

size_t find_column(const std::string& column, const std::vector<std::string>& names, size_t count,
                   const std::string& place) {
  return find_columns(parse_columns({column}), names, count, place)[0];
}

// The column for `use`, by its usual name or by elimination; none if the names do not tell.
std::optional<size_t> named_column(const std::vector<std::string>& names, ColumnUse use, ColumnUse other) {
  if (const auto found = usual_column(names, use)) return found;
  const auto taken = usual_column(names, other);
  if (taken && names.size() == 2) return 1 - *taken;
  return std::nullopt;
}

// The text of a table of which columns of numbers are chosen: the column with a usual name, or the second of
// a table without names; none if that is in other use.
std::vector<size_t> text_beside_numbers(const ChosenColumns& chosen, const std::vector<std::string>& names,
                                        size_t count, bool with_label) {
  const auto text = names.empty() ? std::optional<size_t>(1) : usual_column(names, ColumnUse::text);
  const bool is_number =
      text && std::find(chosen.numbers.begin(), chosen.numbers.end(), *text) != chosen.numbers.end();
  if (!text || *text >= count || is_number || (with_label && *text == chosen.label)) return {};
  return {*text};
}

// Error for a column that is in two uses.
void check_different(const ChosenColumns& chosen, bool with_label, const std::string& place) {
  std::map<size_t, std::string_view> uses;
  const auto use = [&](size_t column, std::string_view as) {
    const auto [before, is_new] = uses.emplace(column, as);
    check(is_new || before->second == as,
          "{}: column {} is both the {} and the {}; name the columns with `text`, `label` and `numbers`",
          place, column + 1, before->second, as);
  };
  for (const size_t text : chosen.texts) use(text, "text");
  if (with_label) use(chosen.label, "label");
  for (const size_t number : chosen.numbers) use(number, "number");
}

ChosenColumns choose_columns(const LabelledColumns& columns, const std::vector<std::string>& names,
                             size_t count, const std::string& place, bool with_label) {
  ChosenColumns chosen;
  for (const std::string& text : columns.texts)
    chosen.texts.push_back(find_column(text, names, count, place));
  for (const std::string& number : columns.numbers)
    chosen.numbers.push_back(find_column(number, names, count, place));
  if (with_label && !columns.label.empty()) {
    chosen.label = find_column(columns.label, names, count, place);
  } else if (with_label) {
    chosen.label = named_column(names, ColumnUse::label, ColumnUse::text).value_or(0);
  }
  if (chosen.texts.empty() && chosen.numbers.empty()) {
    const auto named = named_column(names, ColumnUse::text, ColumnUse::label);
    const auto pair = named ? std::nullopt : usual_pair(names);
    const size_t otherwise = !with_label && count == 1 ? 0 : find_column("2", names, count, place);
    if (pair) {
      chosen.texts = {pair->first, pair->second};
    } else {
      chosen.texts = {named.value_or(otherwise)};
    }
  } else if (chosen.texts.empty()) {
    chosen.texts = text_beside_numbers(chosen, names, count, with_label);
  }
  check_different(chosen, with_label, place);
  return chosen;
}

// What to read: from jsonl the keys, from tables all columns (`choose_columns` chooses among them).
CorpusOptions reading_options(const LabelledColumns& columns, CorpusFormat format, bool with_label) {
  CorpusOptions options{.format = columns.format,
                        .header = columns.header,
                        .skip_bad = columns.skip_bad,
                        .list_separator = columns.label_separator,
                        .key_options = with_label ? "`text` or `label`" : "`text`"};
  if (format == CorpusFormat::jsonl) {
    options.columns = columns.texts.empty() ? std::vector<std::string>{"text"} : columns.texts;
    for (const std::string& number : columns.numbers) options.columns.push_back(number);
    if (with_label) options.columns.push_back(columns.label.empty() ? "label" : columns.label);
    return options;
  }
  if (with_label && columns.texts.empty() && columns.label.empty()) options.least_columns = 2;
  std::vector<std::string> named = columns.texts;
  named.insert(named.end(), columns.numbers.begin(), columns.numbers.end());
  if (format == CorpusFormat::text) options.columns = named;  // which are refused
  if (!columns.label.empty()) named.push_back(columns.label);
  if (options.header == CorpusHeader::automatic && has_names(parse_columns(named))) {
    options.header = CorpusHeader::yes;
  }
  return options;
}

// The number in a field of a column; missing if the field is empty. Error if it is no number.
double number_in(const std::string& field, const std::string& column) {
  const std::string_view text = without_outer_blanks(field);
  if (text.empty()) return kMissingNumber;
  const std::optional<double> number = parse_number(text);
  check(number.has_value(), "{}: expected a number, found {}; a number that is not known is an empty field",
        column, excerpt(text));
  return *number;
}

// Makes an example from a record: the chosen columns of a table, or all fields of jsonl and text. Error for a
// word in a column of numbers.
LabelledText example_of(Record record, const std::optional<ChosenColumns>& chosen,
                        const LabelledColumns& columns, bool with_label) {
  LabelledText example;
  example.place = record.place();
  std::vector<std::string> numbers;
  if (chosen) {
    for (const size_t column : chosen->texts) example.texts.push_back(record.fields[column]);
    for (const size_t column : chosen->numbers) numbers.push_back(record.fields[column]);
    if (with_label) example.label = without_outer_blanks(record.fields[chosen->label]);
    if (example.texts.empty()) example.texts.emplace_back();
  } else {
    if (with_label) {
      example.label = without_outer_blanks(record.fields.back());
      record.fields.pop_back();
    }
    const auto first = record.fields.end() - std::ssize(columns.numbers);
    numbers.assign(first, record.fields.end());
    record.fields.erase(first, record.fields.end());
    example.texts = std::move(record.fields);
  }
  for (size_t i = 0; i < numbers.size(); ++i)
    example.numbers.push_back(number_in(numbers[i], columns.numbers[i]));
  return example;
}

// A note for each column of numbers of which some are missing.
std::vector<std::string> notes_of_missing(std::span<const LabelledText> examples,
                                          const LabelledColumns& columns) {
  std::vector<std::string> notes;
  for (size_t i = 0; i < columns.numbers.size(); ++i) {
    const auto count = std::count_if(examples.begin(), examples.end(),
                                     [&](const LabelledText& one) { return std::isnan(one.numbers[i]); });
    if (count == 0) continue;
    notes.push_back(fmt::format("the column {} has no number in {} of {} lines: these are taken for the mean",
                                columns.numbers[i], count, examples.size()));
  }
  return notes;
}

// All files must be of one kind: tables (tsv or csv), jsonl, or text.
void check_formats_agree(const std::vector<std::string>& files, const LabelledColumns& columns) {
  if (columns.format != CorpusFormat::automatic) return;
  const auto kind = [](const std::string& file) {
    const CorpusFormat format = format_of(file);
    return format == CorpusFormat::csv ? CorpusFormat::tsv : format;
  };
  for (const std::string& file : files) {
    check(kind(file) == kind(files[0]),
          "{} and {} have different formats; give files of one format, or set `format`", files[0], file);
  }
}

void refuse_columns(std::string_view format, const std::vector<std::string>& files,
                    const LabelledColumns& columns) {
  const std::string_view given = !columns.label.empty()     ? "`label`"
                                 : !columns.texts.empty()   ? "`text`"
                                 : !columns.numbers.empty() ? "`numbers`"
                                                            : "";
  check(given.empty(), "{}: the format {} has no columns; leave out {}", files[0], format, given);
}

constexpr std::string_view kLabelPrefix = "__label__";
constexpr std::string_view kWordEnds = " \t\v\f\r";

// A line of fastText's: words, of which those with the prefix are labels. The text is what is left of the
// line when they are taken out.
LabelledText example_of_line(const Record& record, const std::string& separator, int64_t& labels) {
  LabelledText example{{""}, "", record.place()};
  const std::string_view line = record.fields[0];
  labels = 0;
  for (size_t at = 0; at < line.size();) {
    size_t end = std::min(line.find_first_of(kWordEnds, at), line.size());
    const std::string_view word = line.substr(at, end - at);
    end = std::min(line.find_first_not_of(kWordEnds, end), line.size());
    if (word.starts_with(kLabelPrefix) && word.size() > kLabelPrefix.size()) {
      example.label.append(labels++ > 0 ? separator : "").append(word.substr(kLabelPrefix.size()));
    } else {
      example.texts[0].append(line.substr(at, end - at));
    }
    at = end;
  }
  return example;
}

LabelledTexts read_fasttext_lines(const std::vector<std::string>& files, const LabelledColumns& columns,
                                  bool with_label) {
  refuse_columns("fasttext", files, columns);
  RecordReader reader(files, {.format = CorpusFormat::text, .skip_bad = columns.skip_bad});
  LabelledTexts result;
  while (const auto record = reader.next()) {
    int64_t labels = 0;
    LabelledText example = example_of_line(*record, columns.label_separator, labels);
    if (labels == 0 && without_outer_blanks(example.texts[0]).empty()) continue;
    if (with_label && labels != 1 && columns.label_separator.empty()) {
      reader.report(
          fmt::format("{}: the line has {}; {}", example.place,
                      labels == 0 ? "no word that begins with __label__" : fmt::format("{} labels", labels),
                      labels == 0 ? "give each text a label"
                                  : "set `label_separator` (to ',', say) for texts with several"));
      continue;
    }
    result.examples.push_back(std::move(example));
  }
  check(!result.examples.empty(), "{}: there is no example in it", files[0]);
  result.bad = reader.bad_lines();
  return result;
}

// What is wrong with the features of a line of libsvm's; empty if nothing is.
std::string fault_of_features(std::string_view line) {
  int64_t before = -1;
  for (size_t at = 0; at < line.size();) {
    const size_t end = std::min(line.find_first_of(kWordEnds, at), line.size());
    const std::string_view word = line.substr(at, end - at);
    const size_t colon = word.find(':');
    const auto number = colon == std::string_view::npos ? std::nullopt : parse_number(word.substr(0, colon));
    const auto value = colon == std::string_view::npos ? std::nullopt : parse_number(word.substr(colon + 1));
    const bool whole = number && *number >= 0 && *number < 1e9 && *number == std::floor(*number);
    if (!whole || !value) return fmt::format("expected NUMBER:VALUE, found {}", excerpt(word));
    if (static_cast<int64_t>(*number) <= before)
      return fmt::format("feature {} follows feature {}; they have to ascend", word.substr(0, colon), before);
    before = static_cast<int64_t>(*number);
    at = std::min(line.find_first_not_of(kWordEnds, end), line.size());
  }
  return "";
}

// Lines "LABEL NUMBER:VALUE … # COMMENT". The text is the features as they are written.
LabelledTexts read_libsvm_lines(const std::vector<std::string>& files, const LabelledColumns& columns) {
  refuse_columns("libsvm", files, columns);
  RecordReader reader(files, {.format = CorpusFormat::text, .skip_bad = columns.skip_bad});
  LabelledTexts result;
  while (const auto record = reader.next()) {
    const std::string_view line =
        without_outer_blanks(std::string_view(record->fields[0]).substr(0, record->fields[0].find('#')));
    if (line.empty()) continue;
    const size_t end = std::min(line.find_first_of(kWordEnds), line.size());
    const std::string_view features = without_outer_blanks(line.substr(end));
    const std::string fault = line.substr(0, end).find(':') != std::string_view::npos
                                  ? "the line does not begin with a label"
                                  : fault_of_features(features);
    if (!fault.empty()) {
      reader.report(fmt::format("{}: {}", record->place(), fault));
      continue;
    }
    result.examples.push_back({{std::string(features)}, std::string(line.substr(0, end)), record->place()});
  }
  check(!result.examples.empty(), "{}: there is no example in it", files[0]);
  result.bad = reader.bad_lines();
  return result;
}

LabelledTexts read_texts(const std::vector<std::string>& files, const LabelledColumns& columns,
                         bool with_label) {
  check(!files.empty(), "no data is given; name a file");
  if (columns.format == CorpusFormat::fasttext) return read_fasttext_lines(files, columns, with_label);
  if (columns.format == CorpusFormat::libsvm) return read_libsvm_lines(files, columns);
  check_formats_agree(files, columns);
  const CorpusFormat format =
      columns.format == CorpusFormat::automatic ? format_of(files[0]) : columns.format;
  const bool is_table = format == CorpusFormat::tsv || format == CorpusFormat::csv;
  check(columns.texts.size() <= 2, "{} columns of texts; give one, or two for pairs", columns.texts.size());
  check(!with_label || format != CorpusFormat::text,
        "{}: plain text has no column for labels; give a tsv, csv or jsonl file, or set `format`", files[0]);
  check(columns.numbers.empty() || format != CorpusFormat::text,
        "{}: plain text has no columns of numbers ({}); give a tsv, csv or jsonl file, or set `format`",
        files[0], fmt::join(columns.numbers, ", "));
  RecordReader reader(files, reading_options(columns, format, with_label));
  LabelledTexts result;
  std::optional<ChosenColumns> chosen;
  std::string file;
  while (auto record = reader.next()) {
    if (is_table && (!chosen || record->file != file)) {
      file = record->file;
      const size_t count = record->fields.size();
      const std::string place = reader.names().empty() ? record->place() : reader.place_of_names();
      chosen = choose_columns(columns, reader.names(), count, place, with_label);
      if (chosen->texts.empty()) {
        result.notes.push_back(
            fmt::format("{}: no column is read as text; name one with `text`, if there is one", file));
      } else if (columns.texts.empty() && chosen->texts.size() == 2) {
        result.notes.push_back(
            fmt::format("{}: the columns {} and {} are read as a pair of texts; for one text, name "
                        "its column with `text`",
                        file, reader.names()[chosen->texts[0]], reader.names()[chosen->texts[1]]));
      } else if (columns.texts.empty() && count > 2 && !usual_column(reader.names(), ColumnUse::text)) {
        result.notes.push_back(fmt::format(
            "{}: of {} columns, column {} is read as the text; for pairs, name two columns with `text`", file,
            count, chosen->texts[0] + 1));
      }
    }
    const std::string place = record->place();
    LabelledText example;
    try {
      example = example_of(std::move(*record), chosen, columns, with_label);
    } catch (const Error& error) {
      reader.report(fmt::format("{}: {}", place, error.what()));
      continue;
    }
    if (with_label && example.label.empty() && columns.label_separator.empty()) {
      reader.report(example.place + ": the label is empty");
      continue;
    }
    result.examples.push_back(std::move(example));
  }
  check(!result.examples.empty(), "{}: there is no example in it", files[0]);
  result.bad = reader.bad_lines();
  for (const std::string& note : reader.notes()) result.notes.push_back(note);
  for (std::string& note : notes_of_missing(result.examples, columns))
    result.notes.push_back(std::move(note));
  return result;
}

}  // namespace

LabelledTexts read_labelled(const std::vector<std::string>& files, const LabelledColumns& columns) {
  return read_texts(files, columns, true);
}

LabelledTexts read_unlabelled(const std::vector<std::string>& files, const LabelledColumns& columns) {
  return read_texts(files, columns, false);
}

std::vector<std::string> split_column(const std::string& column, const std::string& separator) {
  if (separator.empty()) return {column};
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= column.size();) {
    const size_t end = std::min(column.find(separator, begin), column.size());
    const auto part = without_outer_blanks(std::string_view(column).substr(begin, end - begin));
    if (!part.empty()) parts.emplace_back(part);
    begin = end + separator.size();
  }
  return parts;
}

std::vector<std::string> split_labels(const std::string& label, const std::string& separator) {
  std::vector<std::string> labels;
  for (std::string& name : split_column(label, separator)) {
    if (std::find(labels.begin(), labels.end(), name) == labels.end()) labels.push_back(std::move(name));
  }
  return labels;
}

std::vector<bool> held_out_texts(std::span<const LabelledText> examples, const std::string& label_separator,
                                 double share) {
  std::vector<std::vector<std::string>> labels;
  for (const LabelledText& example : examples) labels.push_back(split_labels(example.label, label_separator));
  return held_out(labels, share);
}

}  // namespace hodhod
