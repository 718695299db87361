// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/record_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/data/header.h"

namespace hodhod {
namespace {

// A csv record of more bytes than this has a quote that was never closed.
constexpr size_t kMaxCsvRecord = size_t{1} << 20;

// The text of a string, number or boolean, or of a list of strings and numbers; nothing for anything else.
std::optional<std::string> text_of(const Json& value, const std::string& list_separator) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return format_json(value, -1);
  if (!value.is_array() || list_separator.empty()) return std::nullopt;
  std::string joined;
  bool first = true;
  for (const Json& member : value) {
    if (!member.is_string() && !member.is_number()) return std::nullopt;
    joined.append(first ? "" : list_separator).append(*text_of(member, ""));
    first = false;
  }
  return joined;
}

double progress_of(const LineReader& reader) {
  const ByteSource& source = reader.source();
  if (source.stored_size() == 0) return 0;
  return static_cast<double>(source.stored_position()) / static_cast<double>(source.stored_size());
}

}  // namespace

// One open file.
struct RecordReader::Table {
  Table(const std::string& path, CorpusFormat how) : reader(path), format(how) {}

  LineReader reader;
  CorpusFormat format;
  std::vector<std::string> names;  // of the header
  int64_t line_of_names = 0;
  std::vector<size_t> chosen;
  size_t width = 0;  // columns; 0 until the first line
  std::vector<std::string> fields;

  // Lines given back after a quote that was never closed.
  std::deque<std::string> again;
  int64_t line = 0;  // of the last one taken

  std::optional<std::string> take() {
    std::optional<std::string> text;
    if (!again.empty()) {
      text = std::move(again.front());
      again.pop_front();
    } else if (const auto read = reader.next()) {
      text.emplace(*read);
    }
    line += text ? 1 : 0;
    return text;
  }
  void give_back(std::string text) {
    again.push_front(std::move(text));
    --line;
  }
  std::string place(int64_t at) const { return fmt::format("{}:{}", reader.name(), at); }
};

RecordReader::RecordReader(std::vector<std::string> files, CorpusOptions options)
    : files_(std::move(files)),
      options_(std::move(options)),
      columns_(parse_columns(options_.columns)),
      bad_(options_.skip_bad, !options_.table) {
  check(!files_.empty(), "corpus: no file is given; give at least one");
}

RecordReader::~RecordReader() = default;
RecordReader::RecordReader(RecordReader&&) noexcept = default;
RecordReader& RecordReader::operator=(RecordReader&&) noexcept = default;

double RecordReader::progress() const {
  const double before = static_cast<double>(file_) - (table_ ? 1 : 0);
  return (before + (table_ ? progress_of(table_->reader) : 0)) / static_cast<double>(files_.size());
}

namespace {

void split_tsv(std::string_view line, std::vector<std::string>& fields) {
  fields.clear();
  for (size_t tab; (tab = line.find('\t')) != std::string_view::npos; line.remove_prefix(tab + 1)) {
    fields.emplace_back(line.substr(0, tab));
  }
  fields.emplace_back(line);
}

enum class CsvState { done, open_quote, bad };

// Splits one csv record; kOpenQuote when it goes on in the next line. `problem` says what is bad.
CsvState split_csv_text(std::string_view text, std::vector<std::string>& fields, std::string& problem) {
  fields.clear();
  size_t at = 0;
  for (;;) {
    std::string& field = fields.emplace_back();
    if (at < text.size() && text[at] == '"') {
      for (++at;; ++at) {
        const size_t quote = text.find('"', at);
        if (quote == std::string_view::npos) return CsvState::open_quote;
        field.append(text.substr(at, quote - at));
        at = quote + 1;
        if (at >= text.size() || text[at] != '"') break;
        field.push_back('"');
      }
      if (at < text.size() && text[at] != ',') {
        problem = fmt::format("expected a comma after the quote that closes column {}, found {}",
                              fields.size(), excerpt(text.substr(at, 20)));
        return CsvState::bad;
      }
    } else {
      const size_t comma = std::min(text.find(',', at), text.size());
      field = text.substr(at, comma - at);
      at = comma;
      if (field.find('"') != std::string::npos) {
        problem = fmt::format("expected quotes around the whole of column {}, found {}", fields.size(),
                              excerpt(field));
        return CsvState::bad;
      }
    }
    if (at >= text.size()) return CsvState::done;
    ++at;
  }
}

}  // namespace

// Splits the record that begins with `first_line`, taking further lines while a quote is open. If the record
// is bad, only its first line is reported, and the others are read again.
bool RecordReader::split_csv(std::string_view first_line) {
  Table& table = *table_;
  const int64_t begin = table.line;
  std::string text(first_line), problem;
  std::deque<std::string> taken;
  CsvState state = split_csv_text(text, table.fields, problem);
  while (state == CsvState::open_quote) {
    std::optional<std::string> more;
    if (text.size() < kMaxCsvRecord) more = table.take();
    if (!more) {
      problem = fmt::format("expected a quote that closes column {}, found none", table.fields.size());
      break;
    }
    // Only a line with a quote in it can close one.
    const bool may_close = more->find('"') != std::string::npos;
    text.append("\n").append(*more);
    taken.push_back(std::move(*more));
    if (may_close) state = split_csv_text(text, table.fields, problem);
  }
  if (state == CsvState::done) return true;
  std::move(table.again.begin(), table.again.end(), std::back_inserter(taken));
  table.again = std::move(taken);
  table.line = begin;
  bad_.report(fmt::format("{}: {}", table.place(begin), problem));
  return false;
}

void RecordReader::open_next_file() {
  const std::string& path = files_[file_++];
  CorpusFormat format = options_.format == CorpusFormat::automatic ? format_of(path) : options_.format;
  check(format != CorpusFormat::conll && format != CorpusFormat::conllu,
        "{}: expected tsv, csv, jsonl or text, found tagged sentences", path);
  check(format != CorpusFormat::fasttext && format != CorpusFormat::libsvm,
        "{}: the format {} is for texts with labels only", path,
        names_of(format)[static_cast<size_t>(format)]);
  table_ = std::make_unique<Table>(path, format);
  if (options_.table && format == CorpusFormat::text) {
    std::optional<std::string> line = table_->take();
    const bool tabs = line && line->find('\t') != std::string::npos;
    if (line) table_->give_back(std::move(*line));
    table_->format = format = tabs ? CorpusFormat::tsv : CorpusFormat::csv;
  }
  if (format == CorpusFormat::jsonl) {
    check(!columns_.empty(), "{}: name the keys to read in `columns`", path);
    for (const Column& column : columns_) {
      check(column.number == 0, "{}: column {}: jsonl has keys, not numbered columns; give the key", path,
            column.number);
    }
    return;
  }
  if (format == CorpusFormat::text) {
    check(columns_.empty() || (columns_.size() == 1 && columns_[0].number == 1),
          "{}: plain text has no columns; say `format tsv` or `format csv`", path);
    return;
  }
  read_header();
}

const std::vector<std::string>& RecordReader::names() const {
  static const std::vector<std::string> kNone;
  return table_ ? table_->names : kNone;
}

std::string RecordReader::place_of_names() const {
  return table_ ? table_->place(table_->line_of_names) : "";
}

// Takes the first line if it names the columns.
void RecordReader::read_header() {
  Table& table = *table_;
  if (options_.header == CorpusHeader::no) return;
  const bool wanted = options_.header == CorpusHeader::yes || has_names(columns_);
  std::optional<std::string> line = table.take();
  while (line && line->empty()) line = table.take();
  check(line.has_value() || !wanted, "{}: is empty; expected a line with the columns' names",
        table.reader.name());
  if (!line) return;
  const std::string place = table.place(table.line);
  std::string problem;
  bool readable = is_utf8(*line);
  check(readable || !wanted, "{}: the columns' names are not UTF-8", place);
  if (table.format == CorpusFormat::tsv) {
    split_tsv(*line, table.fields);
  } else {
    readable = split_csv_text(*line, table.fields, problem) == CsvState::done && readable;
    check(readable || !wanted, "{}: the columns' names cannot be read: {}", place,
          problem.empty() ? "a quote is not closed" : problem);
  }
  for (std::string& name : table.fields) name = without_outer_blanks(name);
  if (!wanted && !(readable && reads_like_names(table.fields))) {
    table.give_back(std::move(*line));
    return;
  }
  table.names = table.fields;
  table.line_of_names = table.line;
  table.width = table.names.size();
  table.chosen = find_columns(columns_, table.names, table.width, place);
  if (!wanted) notes_.push_back(note_of_header(place, table.names));
}

// Reads the chosen keys of an object; false, and reported, when the line is bad.
bool RecordReader::read_object(std::string_view line, Record& record) {
  try {
    const Json object = parse_json(line, "column");
    for (const Column& column : columns_) {
      const Json* value = json_find(object, column.name);
      const size_t after = columns_.size() - record.fields.size();
      if (after <= options_.optional_columns && (value == nullptr || value->is_null())) {
        record.fields.emplace_back();
        continue;
      }
      check(value != nullptr,
            "expected an object with the key \"{}\", found {}; if it has another name, give that with {}",
            column.name, excerpt(line), options_.key_options);
      auto text = text_of(*value, options_.list_separator);
      check(text.has_value(), "{}: expected a string, a number, true or false, found {}", column.name,
            excerpt(format_json(*value, -1)));
      record.fields.push_back(std::move(*text));
    }
  } catch (const Error& error) {
    bad_.report(fmt::format("{}: {}", record.place(), error.what()));
    return false;
  }
  return true;
}

std::optional<Record> RecordReader::read_record() {
  Table& table = *table_;
  while (const std::optional<std::string> line = table.take()) {
    const int64_t begin = table.line;
    const auto bad = [&](const std::string& message) {
      bad_.report(fmt::format("{}: {}", table.place(begin), message));
    };
    if (const size_t byte = well_formed_prefix(*line); byte < line->size()) {
      bad(fmt::format("expected UTF-8 text, found the byte 0x{:02x} as byte {} of the line",
                      static_cast<unsigned char>((*line)[byte]), byte + 1));
      continue;
    }
    Record record{{}, table.reader.name(), begin};
    if (table.format == CorpusFormat::text) {
      record.fields.push_back(*line);
      return record;
    }
    if (line->empty()) continue;
    if (table.format == CorpusFormat::jsonl) {
      if (!read_object(*line, record)) continue;
      return record;
    }
    if (table.format == CorpusFormat::tsv) {
      split_tsv(*line, table.fields);
    } else if (!split_csv(*line)) {
      continue;
    }
    if (table.width == 0) {
      if (table.fields.size() < options_.least_columns) {
        bad(fmt::format("expected at least {} with a {} between them, found {}",
                        count_of(static_cast<int64_t>(options_.least_columns), "column"),
                        table.format == CorpusFormat::tsv ? "tab" : "comma", excerpt(*line)));
        continue;
      }
      table.width = table.fields.size();
      table.chosen = find_columns(columns_, {}, table.width, table.place(begin));
    }
    if (table.fields.size() != table.width) {
      bad(fmt::format("expected {} as in the first line, found {} in {}",
                      count_of(static_cast<int64_t>(table.width), "column"), table.fields.size(),
                      excerpt(*line)));
      continue;
    }
    for (const size_t i : table.chosen) record.fields.push_back(table.fields[i]);
    return record;
  }
  return std::nullopt;
}

std::optional<Record> RecordReader::next() {
  for (;;) {
    if (table_) {
      if (auto record = read_record()) return record;
      table_.reset();
    }
    if (file_ == files_.size()) return std::nullopt;
    open_next_file();
  }
}

ParallelReader::ParallelReader(std::vector<std::vector<std::string>> sides, bool skip_bad) : bad_(skip_bad) {
  check(!sides.empty(), "parallel text: no side is given; give at least one");
  for (std::vector<std::string>& files : sides) {
    check(!files.empty(), "parallel text: no file is given for one of the sides; give files for both");
    sides_.push_back({std::move(files), 0, std::nullopt});
  }
}

std::optional<std::string_view> ParallelReader::next_line(Side& side) {
  for (;;) {
    if (side.reader) {
      if (const auto line = side.reader->next()) return line;
      if (side.file == side.files.size()) return std::nullopt;
    }
    side.reader.emplace(side.files[side.file++]);
  }
}

std::optional<Record> ParallelReader::next() {
  for (;;) {
    Record record;
    const Side* ended = nullptr;
    const Side* bad = nullptr;
    for (Side& side : sides_) {
      const auto line = next_line(side);
      if (!line) {
        ended = &side;
        continue;
      }
      if (!is_utf8(*line)) bad = &side;
      record.fields.emplace_back(*line);
    }
    if (ended != nullptr) {
      if (record.fields.empty()) return std::nullopt;
      const auto longer =
          std::find_if(sides_.begin(), sides_.end(), [&](const Side& side) { return &side != ended; });
      const Side& other = *longer;
      fail("{} ends after line {}, but {} goes on at line {}; both sides must have the same number of lines",
           ended->reader->name(), ended->reader->line_number(), other.reader->name(),
           other.reader->line_number());
    }
    if (bad != nullptr) {
      bad_.report(bad->reader->place() + ": expected UTF-8 text, found other bytes");
      continue;
    }
    record.file = sides_[0].reader->name();
    record.line = sides_[0].reader->line_number();
    return record;
  }
}

double ParallelReader::progress() const {
  const Side& side = sides_[0];
  const double before = static_cast<double>(side.file) - (side.reader ? 1 : 0);
  return (before + (side.reader ? progress_of(*side.reader) : 0)) / static_cast<double>(side.files.size());
}

}  // namespace hodhod
