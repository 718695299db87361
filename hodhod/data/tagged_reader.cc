// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/tagged_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/data/header.h"

namespace hodhod {
namespace {

const std::vector<std::string>& conllu_names() {
  static const std::vector<std::string> kNames = {"ID",    "FORM", "LEMMA",  "UPOS", "XPOS",
                                                  "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"};
  return kNames;
}

std::vector<std::string_view> split_columns(std::string_view line) {
  std::vector<std::string_view> columns;
  if (line.find('\t') != std::string_view::npos) {
    for (size_t tab; (tab = line.find('\t')) != std::string_view::npos; line.remove_prefix(tab + 1)) {
      columns.push_back(without_outer_blanks(line.substr(0, tab)));
    }
    columns.push_back(without_outer_blanks(line));
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

enum class TokenId { word, range_or_empty, none };

// The column ID of conllu: 7, 7-8 or 7.1.
TokenId token_id(std::string_view text) {
  const size_t mark = text.find_first_not_of("0123456789");
  if (mark == 0 || text.empty()) return TokenId::none;
  if (mark == std::string_view::npos) return TokenId::word;
  const std::string_view rest = text.substr(mark + 1);
  const bool good = (text[mark] == '-' || text[mark] == '.') && !rest.empty() &&
                    rest.find_first_not_of("0123456789") == std::string_view::npos;
  return good ? TokenId::range_or_empty : TokenId::none;
}

}  // namespace

TaggedReader::TaggedReader(std::vector<std::string> files, CorpusOptions options, TaggedColumns defaults)
    : files_(std::move(files)),
      options_(std::move(options)),
      defaults_(defaults),
      columns_(parse_columns(options_.columns)),
      bad_(options_.skip_bad) {
  check(!files_.empty(), "corpus: no file is given; give at least one");
}

void TaggedReader::open_next_file() {
  const std::string& path = files_[file_++];
  format_ = options_.format == CorpusFormat::automatic ? format_of(path) : options_.format;
  check(format_ != CorpusFormat::csv && format_ != CorpusFormat::fasttext && format_ != CorpusFormat::libsvm,
        "{}: tagged sentences are read from conll, conllu, tsv and jsonl, not from {}", path,
        names_of(format_)[static_cast<size_t>(format_)]);
  if (format_ == CorpusFormat::jsonl) {
    for (const Column& column : columns_) {
      check(column.number == 0, "{}: column {}: jsonl has keys, not numbered columns; give the key", path,
            column.number);
    }
  } else if (format_ != CorpusFormat::conllu) {
    format_ = CorpusFormat::conll;
  }
  reader_ = std::make_unique<LineReader>(path);
  width_ = 0;
  names_.clear();
}

std::optional<TaggedSentence> TaggedReader::next() {
  for (;;) {
    if (reader_) {
      auto sentence = format_ == CorpusFormat::jsonl ? next_jsonl() : next_conll();
      if (sentence) return sentence;
      reader_.reset();
    }
    if (file_ == files_.size()) return std::nullopt;
    open_next_file();
  }
}

bool TaggedReader::bad(const std::string& message) {
  bad_.report(fmt::format("{}: {}", reader_->place(), message));
  return false;
}

bool TaggedReader::is_comment(std::string_view line, size_t fields) const {
  if (format_ == CorpusFormat::conllu) return line.starts_with('#');
  return line.starts_with("# ") && fields != width_ && (width_ > 0 || fields != 2);
}

// Whether the file's first line gives the columns' names rather than a token.
bool TaggedReader::take_header(const std::vector<std::string_view>& fields) {
  if (options_.header == CorpusHeader::no || format_ == CorpusFormat::conllu) return false;
  const bool wanted = options_.header == CorpusHeader::yes || has_names(columns_);
  const std::vector<std::string> names(fields.begin(), fields.end());
  if (!wanted && !read_like_tagged_names(names)) return false;
  names_ = names;
  if (!wanted) notes_.push_back(note_of_header(reader_->place(), names));
  return true;
}

// Determines the columns from the file's first token. False, after reporting it, if that is not possible.
bool TaggedReader::begin_columns(const std::vector<std::string_view>& fields, std::string_view line) {
  std::vector<Column> columns = columns_;
  if (format_ == CorpusFormat::conllu) {
    if (fields.size() != conllu_names().size()) {
      return bad(
          fmt::format("expected the ten columns of CoNLL-U with tabs between, found {}", excerpt(line)));
    }
    names_ = conllu_names();
    for (Column& column : columns) {
      for (char& c : column.name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    if (columns.empty()) columns = {{"FORM", 0}, {"UPOS", 0}};
  } else if (columns.empty()) {
    if (fields.size() < 2 && defaults_ != TaggedColumns::words) {
      return bad(fmt::format("expected at least a token and its tag, found {}", excerpt(line)));
    }
    columns = {{"", 1}, {"", -1}};
  }
  if (columns_.empty() && defaults_ == TaggedColumns::words) columns.resize(1);
  chosen_ = find_columns(columns, names_, fields.size(), reader_->place());
  width_ = fields.size();
  return true;
}

// False, after reporting it, if the line is bad.
bool TaggedReader::add_token(std::string_view line, TaggedSentence& sentence) {
  if (!is_utf8(line)) return bad("expected UTF-8 text, found other bytes");
  const std::vector<std::string_view> fields = split_columns(line);
  if (is_comment(line, fields.size())) return true;
  if (width_ == 0) {
    if (names_.empty() && take_header(fields)) return true;
    const bool ten = fields.size() == conllu_names().size() && line.find('\t') != std::string_view::npos;
    if (options_.format == CorpusFormat::automatic && ten &&
        (fields[0] == "1" || fields[0].starts_with("1-"))) {
      format_ = CorpusFormat::conllu;
    }
    if (!begin_columns(fields, line)) return false;
  }
  bool good = fields.size() == width_;
  for (const size_t i : chosen_) good = good && !fields[i].empty();
  if (!good) {
    return bad(fmt::format("expected {} columns that are not empty, found {}", width_, excerpt(line)));
  }
  if (format_ == CorpusFormat::conllu) {
    const TokenId id = token_id(fields[0]);
    if (id == TokenId::range_or_empty) return true;
    if (id == TokenId::none) {
      return bad(fmt::format("expected a token's number (1, 1-2, 1.1) as ID, found {}", excerpt(fields[0])));
    }
  }
  sentence.columns.resize(chosen_.size());
  sentence.file = reader_->name();
  sentence.lines.push_back(reader_->line_number());
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
  std::vector<std::string> keys = options_.columns;
  if (keys.empty()) keys = {"tokens", "tags"};
  if (options_.columns.empty() && defaults_ == TaggedColumns::words) keys.resize(1);
  while (const auto line = reader_->next()) {
    if (line->empty()) continue;
    TaggedSentence sentence{{}, reader_->name(), {}};
    try {
      const Json object = parse_json(*line, "column");
      for (const std::string& key : keys) {
        check(json_find(object, key) != nullptr,
              "the key \"{}\" is missing; if it has another name, give those of the words and the tags with "
              "`columns`",
              key);
        sentence.columns.push_back(json_get<std::vector<std::string>>(object, key, "tagged sentence"));
        check(!sentence.columns[0].empty() && sentence.columns.back().size() == sentence.columns[0].size(),
              "expected lists of one length, not empty, found {} and {} elements", sentence.columns[0].size(),
              sentence.columns.back().size());
      }
    } catch (const Error& error) {
      bad(error.what());
      continue;
    }
    sentence.lines.assign(sentence.columns[0].size(), reader_->line_number());
    return sentence;
  }
  return std::nullopt;
}

}  // namespace hodhod
