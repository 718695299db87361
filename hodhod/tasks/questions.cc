// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/questions.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/utf8.h"
#include "hodhod/data/held_out.h"
#include "hodhod/data/record_reader.h"

namespace hodhod {
namespace {

std::string without_compression(std::string path) {
  for (const std::string_view ending : {".gz", ".zst"}) {
    if (path.ends_with(ending)) path.resize(path.size() - ending.size());
  }
  return path;
}

// The byte where character number `count` of a text begins; its end if there are not so many.
size_t byte_of_character(std::string_view text, int64_t count) {
  size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += read_character(text, at).size;
  return at;
}

// Where `part` stands in `text`, as near to `place` as possible.
std::optional<size_t> nearest(std::string_view text, std::string_view part, size_t place) {
  std::optional<size_t> best;
  const auto distance = [&](size_t at) { return at > place ? at - place : place - at; };
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    if (!best || distance(at) < distance(*best)) best = at;
  }
  return best;
}

// Whether the first line of a table names the columns of questions.
CorpusHeader header_of(const std::string& path) {
  LineReader lines(path);
  const std::string line = "\t" + std::string(lines.next().value_or("")) + "\t";
  const auto names = [&](const std::string& column) {
    const auto between = [&](const char* sides) { return line.find(sides[0] + column + sides[1]); };
    for (const char* sides : {"\t\t", "\t,", ",\t", ",,", "\"\""})
      if (between(sides) != std::string::npos) return true;
    return false;
  };
  return names("question") && names("context") ? CorpusHeader::yes : CorpusHeader::no;
}

class QuestionReader {
 public:
  explicit QuestionReader(const CorpusOptions& options) : options_(options), bad_(options.skip_bad) {}

  void read(const std::string& path);
  Questions result();

 private:
  void read_squad(const std::string& path);
  void read_lines(const std::string& path);
  void read_table(const std::string& path);
  void read_squad_question(const Json& json, const std::string& context, const std::string& path);
  void add_answers(Question& question, const Json& json);
  void add_answer(Question& question, const Json& text, const Json* start);
  void add(Question question);
  // Reports an Error of `f` as a bad line.
  template <class F>
  void guarded(F&& f) {
    try {
      f();
    } catch (const Error& error) {
      bad_.report(error.what());
    }
  }

  CorpusOptions options_;
  std::vector<Question> all_;
  BadLines bad_;
  int64_t moved_ = 0, lost_ = 0;
  std::vector<std::string> notes_;
};

void QuestionReader::read(const std::string& path) {
  const std::string name = without_compression(path);
  if (options_.format == CorpusFormat::automatic && name.ends_with(".json")) return read_squad(path);
  const CorpusFormat format = options_.format == CorpusFormat::automatic ? format_of(name) : options_.format;
  if (format == CorpusFormat::jsonl) return read_lines(path);
  check(format == CorpusFormat::tsv || format == CorpusFormat::csv,
        "{}: questions are read from .json (SQuAD's form), .jsonl, .tsv and .csv; name the file so, or give "
        "`format`",
        path);
  read_table(path);
}

void QuestionReader::read_squad(const std::string& path) {
  const Json json = parse_json(read_all(path), path);
  const Json* articles = json_find(json, "data");
  check(articles && articles->is_array(), "{}: data: expected SQuAD's list of articles", path);
  for (const Json& article : *articles) {
    const Json* paragraphs = json_find(article, "paragraphs");
    check(paragraphs && paragraphs->is_array(), "{}: data: expected a list under \"paragraphs\"", path);
    for (const Json& paragraph : *paragraphs) {
      const auto context = json_get<std::string>(paragraph, "context", path);
      const Json* questions = json_find(paragraph, "qas");
      check(questions && questions->is_array(), "{}: paragraphs: expected a list under \"qas\"", path);
      for (const Json& question : *questions) {
        guarded([&] { read_squad_question(question, context, path); });
      }
    }
  }
}

void QuestionReader::read_squad_question(const Json& json, const std::string& context,
                                         const std::string& path) {
  Question question{.id = json_get<std::string>(json, "id", path), .question = {}, .context = context};
  question.place = fmt::format("{}: question {}", path, question.id);
  question.question = json_get<std::string>(json, "question", question.place);
  if (!json_get_or(json, "is_impossible", false, question.place)) add_answers(question, json);
  add(std::move(question));
}

void QuestionReader::read_lines(const std::string& path) {
  LineReader lines(path);
  while (const auto line = lines.next()) {
    if (without_outer_blanks(*line).empty()) continue;
    guarded([&] {
      const std::string place = lines.place();
      const Json json = parse_json(*line, place);
      check(json.is_object(), "{}: expected an object", place);
      Question question{.id = std::to_string(lines.line_number()),
                        .question = json_get<std::string>(json, "question", place),
                        .context = json_get<std::string>(json, "context", place)};
      question.place = place;
      if (const Json* id = json_find(json, "id"))
        question.id = id->is_string() ? id->text() : format_json(*id, -1);
      if (!json_get_or(json, "is_impossible", false, place)) add_answers(question, json);
      add(std::move(question));
    });
  }
}

void QuestionReader::read_table(const std::string& path) {
  CorpusOptions options = options_;
  if (options.columns.empty()) {
    options.least_columns = 2;
    if (options.header == CorpusHeader::automatic && path != "-") options.header = header_of(path);
  }
  RecordReader reader({path}, options);
  while (const auto record = reader.next()) {
    const std::vector<std::string>& names = reader.names();
    const auto column = [&](const char* name, size_t otherwise) {
      const auto found = std::find(names.begin(), names.end(), name);
      const bool named = options_.columns.empty() && found != names.end();
      return named ? static_cast<size_t>(found - names.begin()) : otherwise;
    };
    const auto field = [&](size_t i) { return i < record->fields.size() ? record->fields[i] : ""; };
    guarded([&] {
      Question question{.id = std::to_string(record->line),
                        .question = field(column("question", 0)),
                        .context = field(column("context", 1))};
      question.place = record->place();
      if (const std::string answer = field(column("answer", 2)); !answer.empty())
        add_answer(question, answer, nullptr);
      add(std::move(question));
    });
  }
  for (const std::string& note : reader.notes()) notes_.push_back(note);
}

void QuestionReader::add_answers(Question& question, const Json& json) {
  if (const Json* answer = json_find(json, "answer"); answer && !answer->is_null()) {
    return add_answer(question, *answer, nullptr);
  }
  const Json* answers = json_find(json, "answers");
  if (!answers || answers->is_null()) return;
  if (answers->is_object()) {
    const Json *texts = json_find(*answers, "text"), *starts = json_find(*answers, "answer_start");
    check(texts && texts->is_array() && (!starts || starts->size() == texts->size()),
          "{}: answers: expected lists \"text\" and \"answer_start\" of one length", question.place);
    for (size_t i = 0; i < texts->size(); ++i)
      add_answer(question, texts->at(i), starts ? &starts->at(i) : nullptr);
    return;
  }
  check(answers->is_array(), "{}: answers: expected a list", question.place);
  for (const Json& answer : *answers) {
    const Json* text = json_find(answer, "text");
    check(text != nullptr, "{}: answers: expected objects with \"text\"", question.place);
    add_answer(question, *text, json_find(answer, "answer_start"));
  }
}

void QuestionReader::add_answer(Question& question, const Json& text, const Json* start) {
  const std::string place = question.place + ": answers";
  GoldAnswer answer{.text = json_as<std::string>(text, place)};
  if (answer.text.empty()) return;
  const int64_t character =
      start ? std::max<int64_t>(0, json_as<int64_t>(*start, place + ": answer_start")) : 0;
  const size_t said = byte_of_character(question.context, character);
  answer.begin = nearest(question.context, answer.text, said);
  if (!answer.begin) {
    ++lost_;
  } else if (start && *answer.begin != said) {
    ++moved_;
  }
  question.answers.push_back(std::move(answer));
}

void QuestionReader::add(Question question) {
  check(!without_outer_blanks(question.question).empty(), "{}: there is no question", question.place);
  check(!without_outer_blanks(question.context).empty(), "{}: there is no text to answer from",
        question.place);
  all_.push_back(std::move(question));
}

Questions QuestionReader::result() {
  if (moved_ > 0) {
    notes_.push_back(
        fmt::format("{} {} not where answer_start says (which counts characters): the nearest place is taken",
                    moved_, moved_ == 1 ? "answer is" : "answers are"));
  }
  if (lost_ > 0) {
    notes_.push_back(fmt::format("{} {} not occur in the text: nothing is trained on them", lost_,
                                 lost_ == 1 ? "answer does" : "answers do"));
  }
  return {std::move(all_), std::move(bad_), std::move(notes_)};
}

}  // namespace

std::vector<std::string> Question::accepted() const {
  std::vector<std::string> texts;
  for (const GoldAnswer& answer : answers) texts.push_back(answer.text);
  return texts;
}

Questions read_questions(const std::vector<std::string>& files, const CorpusOptions& options) {
  QuestionReader reader(options);
  for (const std::string& file : files) reader.read(file);
  Questions questions = reader.result();
  check(!questions.all.empty(), "{}: there are no questions", files.empty() ? "no file" : files[0]);
  return questions;
}

std::vector<bool> held_out_questions(std::span<const Question> questions, double share) {
  std::vector<size_t> text_of;
  for (size_t i = 0; i < questions.size(); ++i) {
    const bool same = i > 0 && questions[i].context == questions[i - 1].context;
    text_of.push_back(i == 0 ? 0 : text_of.back() + (same ? 0 : 1));
  }
  const std::vector<bool> texts = held_out(text_of.empty() ? 0 : text_of.back() + 1, share);
  std::vector<bool> out;
  for (const size_t text : text_of) out.push_back(texts[text]);
  return out;
}

}  // namespace hodhod
