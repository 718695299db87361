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

// The keys or columns of a question.
struct QuestionKeys {
  std::string question = "question", context = "context", answer = "answer";
};

class QuestionReader {
 public:
  explicit QuestionReader(const CorpusOptions& options);

  void read(const std::string& path);
  Questions result();

 private:
  void read_json(const std::string& path);
  void read_list(const Json& list, const std::string& path);
  void read_lines(const std::string& path);
  void read_table(const std::string& path);
  void read_squad_question(const Json& json, const std::string& context, const std::string& path);
  void read_object(const Json& json, const std::string& number, const std::string& place);
  void add_answers_unless_impossible(Question& question, const Json& json);
  void add_answers(Question& question, const Json& answers);
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
  QuestionKeys keys_;
  std::vector<Question> all_;
  BadLines bad_;
  int64_t moved_ = 0, lost_ = 0, contradicting_ = 0;
  bool have_answers_ = false;
  std::vector<std::string> notes_;
};

QuestionReader::QuestionReader(const CorpusOptions& options) : options_(options), bad_(options.skip_bad) {
  const std::vector<std::string>& columns = options_.columns;
  if (columns.empty()) return;
  check(columns.size() == 2 || columns.size() == 3,
        "`columns`: {} given; name those of the question, of its text and of the answer", columns.size());
  keys_.question = columns[0];
  keys_.context = columns[1];
  if (columns.size() == 3) keys_.answer = columns[2];
}

void QuestionReader::read(const std::string& path) {
  const std::string name = without_compression(path);
  CorpusFormat format = options_.format;
  if (format == CorpusFormat::automatic) {
    if (name.ends_with(".json")) return read_json(path);
    format = format_of(name);
    if (format == CorpusFormat::text) return read_json(path);
  }
  if (format == CorpusFormat::jsonl) return read_lines(path);
  check(format == CorpusFormat::tsv || format == CorpusFormat::csv,
        "{}: questions are read from .json (SQuAD's form), .jsonl, .tsv and .csv; name the file so, or give "
        "`format`",
        path);
  read_table(path);
}

// A whole file of JSON; of a file with another name too, if it looks like one.
void QuestionReader::read_json(const std::string& path) {
  const std::string text = read_all(path);
  const bool named = without_compression(path).ends_with(".json");
  const std::string_view lines = without_outer_blanks(without_byte_order_mark(text));
  const bool like_json = lines.starts_with('{') || lines.starts_with('[');
  check(named || like_json,
        "{}: questions are read from .json (SQuAD's form), .jsonl, .tsv and .csv; name the file so, or give "
        "`format`",
        path);
  Json json;
  try {
    json = parse_json(text, path);
  } catch (const Error&) {
    const size_t end = lines.find('\n');
    bool is_object = end != std::string_view::npos;
    try {
      is_object = is_object && parse_json(lines.substr(0, end), path).is_object();
    } catch (const Error&) {
      is_object = false;
    }
    check(!is_object, "{}: has an object on each line; name the file .jsonl, or say `format jsonl`", path);
    throw;
  }
  const Json* articles = json.is_array() ? &json : json_find(json, "data");
  check(articles && articles->is_array(), "{}: data: expected SQuAD's list of articles", path);
  check(options_.columns.empty() || (!articles->empty() && !json_find(articles->at(0), "paragraphs")),
        "{}: `columns` is for tables and JSON lines, and this is SQuAD's form; leave it out", path);
  read_list(*articles, path);
}

// SQuAD's articles, or questions with their texts.
void QuestionReader::read_list(const Json& list, const std::string& path) {
  int64_t number = 0;
  for (const Json& article : list) {
    ++number;
    const Json* paragraphs = json_find(article, "paragraphs");
    if (!paragraphs && json_find(article, keys_.question)) {
      guarded([&] {
        read_object(article, std::to_string(number), fmt::format("{}: question {}", path, number));
      });
      continue;
    }
    check(paragraphs && paragraphs->is_array(),
          "{}: data: expected a list under \"paragraphs\", or objects with \"{}\" and \"{}\"", path,
          keys_.question, keys_.context);
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

// The key "id", which is a number in some files; `number` if there is none.
std::string id_of(const Json& json, const std::string& number) {
  const Json* id = json_find(json, "id");
  if (!id || id->is_null()) return number;
  return id->is_string() ? id->text() : format_json(*id, -1);
}

void QuestionReader::read_squad_question(const Json& json, const std::string& context,
                                         const std::string& path) {
  Question question{.id = id_of(json, std::to_string(all_.size() + 1)), .question = {}, .context = context};
  question.place = fmt::format("{}: question {}", path, question.id);
  question.question = json_get<std::string>(json, "question", question.place);
  add_answers_unless_impossible(question, json);
  add(std::move(question));
}

void QuestionReader::read_lines(const std::string& path) {
  for (const Column& column : parse_columns(options_.columns)) {
    check(column.number == 0, "{}: column {}: JSON lines have keys, not numbered columns; give the key", path,
          column.number);
  }
  LineReader lines(path);
  while (const auto line = lines.next()) {
    if (without_outer_blanks(*line).empty()) continue;
    guarded([&] {
      const std::string place = lines.place();
      const Json json = parse_json(*line, place);
      check(json.is_object(), "{}: expected an object", place);
      read_object(json, std::to_string(lines.line_number()), place);
    });
  }
}

// A question with its text.
void QuestionReader::read_object(const Json& json, const std::string& number, const std::string& place) {
  const auto text = [&](const std::string& key) {
    check(json_find(json, key) != nullptr,
          "{}: the key \"{}\" is missing; if it has another name, give those of question, text and answer "
          "with `columns`",
          place, key);
    return json_get<std::string>(json, key, place);
  };
  Question question{
      .id = id_of(json, number), .question = text(keys_.question), .context = text(keys_.context)};
  question.place = place;
  add_answers_unless_impossible(question, json);
  add(std::move(question));
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
    const auto named = [&](std::string_view name) {
      const auto found = std::find(names.begin(), names.end(), name);
      const bool there = options_.columns.empty() && found != names.end();
      return there ? std::optional(static_cast<size_t>(found - names.begin())) : std::nullopt;
    };
    const std::optional<size_t> asks = named("question"), tells = named("context");
    // Where the first line names columns, the third may be anything.
    const size_t answers = named("answer").value_or(
        named("answers").value_or(asks && tells ? record->fields.size() : size_t{2}));
    const auto field = [&](size_t i) { return i < record->fields.size() ? record->fields[i] : ""; };
    guarded([&] {
      Question question{.id = std::to_string(record->line),
                        .question = field(asks.value_or(0)),
                        .context = field(tells.value_or(1))};
      question.place = record->place();
      have_answers_ = have_answers_ || answers < record->fields.size();
      if (const std::string answer = field(answers); !answer.empty()) add_answer(question, answer, nullptr);
      add(std::move(question));
    });
  }
  bad_.add(reader.bad_lines());
  for (const std::string& note : reader.notes()) notes_.push_back(note);
}

// Whether there is one in a text, a list, or lists "text" and "answer_start".
bool has_answer(const Json& answers) {
  if (answers.is_string()) return !answers.text().empty();
  const Json* texts = answers.is_object() ? json_find(answers, "text") : &answers;
  return texts && texts->is_array() && !texts->empty();
}

void QuestionReader::add_answers_unless_impossible(Question& question, const Json& json) {
  const Json* answers = nullptr;
  for (const std::string& key : {keys_.answer, std::string("answers")}) {
    const Json* found = json_find(json, key);
    have_answers_ = have_answers_ || found != nullptr;
    if (found && !found->is_null() && !answers) answers = found;
  }
  const Json* impossible = json_find(json, "is_impossible");
  have_answers_ = have_answers_ || impossible != nullptr;
  if (impossible && json_get_or(json, "is_impossible", false, question.place)) {
    contradicting_ += answers && has_answer(*answers) ? 1 : 0;
    return;
  }
  if (answers) add_answers(question, *answers);
}

void QuestionReader::add_answers(Question& question, const Json& answers) {
  if (answers.is_string()) return add_answer(question, answers, nullptr);
  if (answers.is_object()) {
    const Json *texts = json_find(answers, "text"), *starts = json_find(answers, "answer_start");
    check(texts && texts->is_array() && (!starts || starts->size() == texts->size()),
          "{}: answers: expected lists \"text\" and \"answer_start\" of one length", question.place);
    for (size_t i = 0; i < texts->size(); ++i)
      add_answer(question, texts->at(i), starts ? &starts->at(i) : nullptr);
    return;
  }
  check(answers.is_array(), "{}: answers: expected a string, a list, or lists \"text\" and \"answer_start\"",
        question.place);
  for (const Json& answer : answers) {
    const Json* text = answer.is_string() ? &answer : json_find(answer, "text");
    check(text != nullptr, "{}: answers: expected strings, or objects with \"text\"", question.place);
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
  if (contradicting_ > 0) {
    notes_.push_back(
        fmt::format("{} said to be impossible (is_impossible) and {} answers: read without",
                    contradicting_ == 1 ? "1 question is" : fmt::format("{} questions are", contradicting_),
                    contradicting_ == 1 ? "has" : "have"));
  }
  return {std::move(all_), std::move(bad_), std::move(notes_), have_answers_};
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

std::vector<std::string> doubts_about_answers(const Questions& questions, const std::string& name) {
  check(questions.have_answers,
        "{}: does not say what the answers are; give each question an answer, in the column or under the key "
        "\"answer\" (empty where there is none), or name another with `columns`",
        name);
  const bool none = std::all_of(questions.all.begin(), questions.all.end(),
                                [](const Question& question) { return question.answers.empty(); });
  if (!none) return {};
  return {fmt::format("{}: no question has an answer", name)};
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
