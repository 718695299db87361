// SPDX-License-Identifier: Apache-2.0
// hodhod answer DIR: answers questions from a text that holds the answers. `evaluate` scores the answers as
// SQuAD does.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/byte_source.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/tasks/answer.h"
#include "hodhod/tasks/lexical_answer.h"

namespace hodhod::cli {
namespace {

constexpr const char* kAnswerGroup = "Answers (as in training unless given)";

struct AnswerFlags {
  ModelArguments model;
  std::vector<std::string> questions, data;
  std::string context, file;
  CorpusOptions corpus;
  AnswerOptions options;
  int64_t n_best = 1;
  bool json = false, predictions = false;
};

bool is_blank(const Question& question) { return without_outer_blanks(question.question).empty(); }

// Questions on one text, from the command line or a line each from standard input.
std::vector<Question> questions_on(const AnswerFlags& flags, const Session& session) {
  check(!flags.context.empty() || !flags.file.empty(),
        "answer: there is no text to answer from; give one with --context or --file, or questions with their "
        "texts with --data");
  const std::string text = flags.file.empty() ? flags.context : read_all(flags.file);
  const std::string context(without_byte_order_mark(text));
  check(!without_outer_blanks(context).empty(),
        "answer: the text to answer from is empty; give another with --context or --file");
  std::vector<std::string> lines = flags.questions;
  if (lines.empty()) lines = read_lines({}, session.quiet);
  std::vector<Question> questions;
  for (const std::string& line : lines)
    questions.push_back({.id = std::to_string(questions.size() + 1), .question = line, .context = context});
  check(!std::all_of(questions.begin(), questions.end(), is_blank),
        "answer: there is no question; give one with --question");
  return questions;
}

// The answers to a block of questions; a blank line has none.
std::vector<Answered> answers_to(const Answerer& answerer, std::span<const Question> block,
                                 const AnswerOptions& options, Context& context) {
  std::vector<Question> asked;
  std::copy_if(block.begin(), block.end(), std::back_inserter(asked),
               [](const Question& question) { return !is_blank(question); });
  std::vector<Answered> found = answer(answerer, asked, options, context), answers;
  for (size_t i = 0; const Question& question : block)
    answers.push_back(is_blank(question) ? Answered{} : std::move(found[i++]));
  return answers;
}

// The options of a model and those that were given.
AnswerOptions options_for(const Command& command, const Answerer& answerer, const AnswerOptions& given) {
  AnswerOptions options = answerer.options;
  command.keep_given(options, given);
  const int64_t takes = answerer.encoder.config().max_length();
  check(!command.was_given("--max-length") || options.windows.max_length <= takes,
        "--max-length: windows of {} tokens for a model that takes {}; lower it", options.windows.max_length,
        takes);
  return options;
}

Json json_of(const FoundAnswer& found, const std::string& context) {
  const std::string_view text = context;
  return {{"answer", found.text},
          {"start", count_characters(text.substr(0, found.begin))},
          {"end", count_characters(text.substr(0, found.end))},
          {"score", found.score},
          {"probability", found.probability}};
}

Json json_of(const Question& question, const Answered& answered, int64_t n_best) {
  Json best = Json::array();
  const auto count = std::min(static_cast<size_t>(n_best), answered.best.size());
  for (size_t i = 0; i < count; ++i) best.push_back(json_of(answered.best[i], question.context));
  return {{"id", question.id},
          {"question", question.question},
          {"answer", answered.text},
          {"no_answer_score", answered.null_score},
          {"no_answer_probability", answered.null_probability},
          {"best", best}};
}

std::string text_of(const Answered& answered, int64_t n_best) {
  if (n_best == 1) return one_line(answered.text) + "\n";
  std::string lines;
  const auto count = std::min(static_cast<size_t>(n_best), answered.best.size());
  bool silent = answered.text.empty();
  if (silent) lines += fmt::format("\t{:.4f}\n", answered.null_probability);
  for (size_t i = 0; i < count; ++i) {
    lines += fmt::format("{}\t{:.4f}\n", one_line(answered.best[i].text), answered.best[i].probability);
  }
  return lines + "\n";
}

// SQuAD's form has one answer for each id.
void check_ids_differ(const std::vector<Question>& questions) {
  std::map<std::string_view, const Question*> known;
  for (const Question& question : questions) {
    const auto [first, is_new] = known.emplace(question.id, &question);
    check(
        is_new,
        "--predictions: the id {} is that of two questions, at {} and at {}, and one object holds one answer "
        "for each id; give --json for an object for each question",
        question.id, first->second->place, question.place);
  }
}

int run_answer(const Command& command, const AnswerFlags& flags, const Session& session) {
  if (flags.data.empty()) {
    CorpusOptions corpus;
    command.refuse(options_of(fields_of(corpus)), "is for files that --data names, and there is none");
  }
  const Answerer answerer = warned(Answerer::load(flags.model));
  const AnswerOptions options = options_for(command, answerer, flags.options);
  const std::vector<Question> questions =
      flags.data.empty() ? questions_on(flags, session) : told(read_questions(flags.data, flags.corpus)).all;
  if (flags.predictions) check_ids_differ(questions);
  Context context;
  constexpr size_t kBlock = 256;
  Json predictions = Json::object();
  for (size_t begin = 0; begin < questions.size(); begin += kBlock) {
    const auto block = std::span(questions).subspan(begin, std::min(kBlock, questions.size() - begin));
    const std::vector<Answered> found = answers_to(answerer, block, options, context);
    std::string out;
    for (size_t i = 0; i < block.size(); ++i) {
      if (flags.predictions) {
        predictions[block[i].id] = found[i].text;
      } else {
        out += flags.json ? json_line(json_of(block[i], found[i], flags.n_best))
                          : text_of(found[i], flags.n_best);
      }
    }
    print_text(out);
  }
  if (flags.predictions) print_text(json_line(predictions));
  return 0;
}

void declare_answer(Command& command) {
  auto flags = std::make_shared<AnswerFlags>();
  add_model_arguments(command, flags->model);
  command
      .add("-q,--question", flags->questions,
           "A question; may be given several times. Default: a question on each line of standard input")
      .repeated()
      .called("TEXT");
  command.add("-c,--context", flags->context, "The text to answer from").called("TEXT").excludes("--file");
  command.add("--file", flags->file, "A file with the text to answer from").called("FILE");
  command
      .add("--data", flags->data,
           "Files with questions and their texts: .json (SQuAD's form), .jsonl, .tsv or .csv")
      .called("FILE")
      .excludes("--question")
      .excludes("--context")
      .excludes("--file");
  command.add_config(flags->corpus, "Data");
  command.add("--n-best", flags->n_best, "Number of answers to show for each question",
              in(1, static_cast<int64_t>(kFoundAnswers)));
  command.add("--json", flags->json, "Print a JSON object for each question").excludes("--predictions");
  command
      .add("--predictions", flags->predictions,
           "Print one JSON object with the answer to each question's id, as SQuAD's script reads it")
      .excludes("--n-best");
  command.add_config(flags->options, kAnswerGroup);
  command.on_run([flags, &command](const Session& session) { return run_answer(command, *flags, session); });
}

struct EvaluateAnswerFlags : EvaluateFlags {
  CorpusOptions corpus;
  AnswerOptions options;
  metrics::AnswerForm form = metrics::AnswerForm::squad;
};

// Of answers that are given without a model.
metrics::AnswerScore scores_of(const std::vector<Question>& questions, metrics::AnswerForm form,
                               const std::function<std::string(const Question&)>& answer_to) {
  metrics::AnswerScorer scorer(form);
  for (const Question& question : questions) {
    const std::string given = answer_to(question);
    scorer.add(given, given, 0, question.accepted());
  }
  return scorer.score().all;
}

int evaluate_answer(const Command& command, const EvaluateAnswerFlags& flags) {
  const Answerer answerer = warned(Answerer::load(flags.model));
  check_data(flags);
  const AnswerOptions options = options_for(command, answerer, flags.options);
  Context context;
  const Questions read = told(read_questions(flags.data, flags.corpus));
  const std::vector<Question>& questions = read.all;
  tell(doubts_about_answers(read, flags.data[0]));
  const auto scores = evaluate(answer(answerer, questions, options, context), questions, flags.form);
  const auto lexical = scores_of(questions, flags.form, lexical_answer);
  const auto silent = scores_of(questions, flags.form, [](const Question&) { return std::string(); });
  const Json values = {{"exact_match", scores.all.exact},
                       {"f1", scores.all.f1},
                       {"questions", scores.questions},
                       {"with_answer", scores.with_answer},
                       {"with_answer_exact_match", scores.answerable.exact},
                       {"with_answer_f1", scores.answerable.f1},
                       {"without_answer_exact_match", scores.unanswerable.exact},
                       {"best_exact_match", scores.best_exact.score},
                       {"best_exact_match_threshold", scores.best_exact.threshold},
                       {"best_f1", scores.best_f1.score},
                       {"best_f1_threshold", scores.best_f1.threshold},
                       {"no_answer", {{"exact_match", silent.exact}, {"f1", silent.f1}}},
                       {"lexical", {{"exact_match", lexical.exact}, {"f1", lexical.f1}}}};
  report(flags, values,
         fmt::format("exact match {:.2f}   F1 {:.2f}   questions {}\n"
                     "with an answer: exact match {:.2f}   F1 {:.2f}   questions {}\n"
                     "without: right {:.2f}   questions {}\n"
                     "best exact match {:.2f} at threshold {:.2f}   best F1 {:.2f} at threshold {:.2f}\n"
                     "to compare, no answer to any question: exact match {:.2f}   F1 {:.2f}\n"
                     "to compare, words beside those of the question: exact match {:.2f}   F1 {:.2f}",
                     scores.all.exact, scores.all.f1, scores.questions, scores.answerable.exact,
                     scores.answerable.f1, scores.with_answer, scores.unanswerable.exact,
                     scores.questions - scores.with_answer, scores.best_exact.score,
                     scores.best_exact.threshold, scores.best_f1.score, scores.best_f1.threshold,
                     silent.exact, silent.f1, lexical.exact, lexical.f1));
  return 0;
}

void declare_evaluate_answer(Command& command) {
  auto flags = std::make_shared<EvaluateAnswerFlags>();
  add_evaluate_flags(command, *flags, "Questions with their texts and answers");
  std::vector<Field> fields = fields_of(flags->corpus);
  for (Field& field : fields) {
    if (field.path == "columns")
      field.doc =
          "Columns of the question, of its text and of the answer, in this order: names, or numbers from 1 "
          "(-1 is the "
          "last)";
  }
  command.add_fields(fields, "Options");
  command.add_config(flags->options, kAnswerGroup);
  command.add_fields({field_of("answer_form", flags->form,
                               "How answers are compared: as SQuAD's script does, or so that spellings of "
                               "Persian are one")},
                     kAnswerGroup);
  command.on_run([flags, &command](const Session&) { return evaluate_answer(command, *flags); });
}

}  // namespace

void declare_train_answer(Command& command);  // train_answer.cc

Task answer_task() {
  return {.name = "answer",
          .model = "a model that answers questions",
          .is_for = [](const ModelConfig& config) { return config.head.kind == HeadKind::span; },
          .train = {"Train a model that answers questions from a text", declare_train_answer},
          .predict = {"Answer questions from a text with a model", declare_answer},
          .declare_evaluate = declare_evaluate_answer};
}

}  // namespace hodhod::cli
