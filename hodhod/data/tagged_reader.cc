// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/tagged_reader.h"

#include <fmt/format.h>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

std::vector<std::string_view> split_columns(std::string_view line) {
  std::vector<std::string_view> columns;
  if (line.find('\t') != std::string_view::npos) {
    for (size_t tab; (tab = line.find('\t')) != std::string_view::npos; line.remove_prefix(tab + 1)) {
      columns.push_back(line.substr(0, tab));
    }
    columns.push_back(line);
    return columns;
  }
  for (;;) {
    const size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return columns;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find(' '), line.size());
    columns.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

TaggedReader::TaggedReader(std::vector<std::string> files, CorpusOptions options)
    : files_(std::move(files)), options_(std::move(options)), bad_(options_.skip_bad) {
  check(!files_.empty(), "corpus: no file is given");
  columns_ = parse_columns(options_.columns);
}

std::optional<TaggedSentence> TaggedReader::next() {
  for (;;) {
    if (reader_) {
      auto sentence = is_jsonl_ ? next_jsonl() : next_conll();
      if (sentence) return sentence;
      reader_.reset();
    }
    if (file_ == files_.size()) return std::nullopt;
    const std::string& path = files_[file_++];
    const CorpusFormat format = options_.format == CorpusFormat::kAuto ? format_of(path) : options_.format;
    is_jsonl_ = format == CorpusFormat::kJsonl;
    for (const Column& column : columns_) {
      check((column.number == 0) == is_jsonl_,
            "{}: columns of conll files have numbers, and of jsonl files names", path);
    }
    check(!is_jsonl_ || !columns_.empty(), "{}: say which keys hold the tokens and the tags, with --columns",
          path);
    reader_ = std::make_unique<LineReader>(path);
    width_ = 0;
  }
}

// False, and reported, when the line is bad.
bool TaggedReader::add_token(std::string_view line, TaggedSentence& sentence) {
  const std::string place = reader_->place();
  if (!is_utf8(line)) {
    bad_.report(place + ": expected UTF-8 text, found other bytes");
    return false;
  }
  const std::vector<std::string_view> fields = split_columns(line);
  if (line.starts_with("# ") && fields.size() != width_ && (width_ > 0 || fields.size() != 2)) return true;
  if (width_ == 0) {
    check(fields.size() >= 2 || !columns_.empty(), "{}: expected a token and its tag at least, found {}",
          place, excerpt(line));
    width_ = fields.size();
    const std::vector<Column> first_and_last = {{"", 1}, {"", -1}};
    chosen_ = find_columns(columns_.empty() ? first_and_last : columns_, {}, width_, place);
  }
  bool good = fields.size() == width_;
  for (const size_t i : chosen_) good = good && !fields[i].empty();
  if (!good) {
    bad_.report(
        fmt::format("{}: expected {} columns that are not empty, found {}", place, width_, excerpt(line)));
    return false;
  }
  if (sentence.columns.empty()) {
    sentence.columns.resize(chosen_.size());
    sentence.file = reader_->name();
    sentence.line = reader_->line_number();
  }
  for (size_t c = 0; c < chosen_.size(); ++c) sentence.columns[c].emplace_back(fields[chosen_[c]]);
  return true;
}

std::optional<TaggedSentence> TaggedReader::next_conll() {
  TaggedSentence sentence;
  bool good = true;
  while (const auto line = reader_->next()) {
    const bool is_end = line->find_first_not_of(" \t") == std::string_view::npos;
    if (is_end || line->starts_with("-DOCSTART-")) {
      if (good && !sentence.columns.empty()) return sentence;
      sentence = {};
      good = true;
    } else if (good) {
      good = add_token(*line, sentence);
    }
  }
  if (good && !sentence.columns.empty()) return sentence;
  return std::nullopt;
}

std::optional<TaggedSentence> TaggedReader::next_jsonl() {
  while (const auto line = reader_->next()) {
    if (line->empty()) continue;
    TaggedSentence sentence{{}, reader_->name(), reader_->line_number()};
    try {
      const Json object = parse_json(*line, "column");
      for (const Column& column : columns_) {
        sentence.columns.push_back(
            json_get<std::vector<std::string>>(object, column.name, "tagged sentence"));
        check(!sentence.columns[0].empty() && sentence.columns.back().size() == sentence.columns[0].size(),
              "expected lists of one length, not empty, found {} and {} elements", sentence.columns[0].size(),
              sentence.columns.back().size());
      }
    } catch (const Error& error) {
      bad_.report(fmt::format("{}: {}", reader_->place(), error.what()));
      continue;
    }
    return sentence;
  }
  return std::nullopt;
}

}  // namespace hodhod
