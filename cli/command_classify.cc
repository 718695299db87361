// SPDX-License-Identifier: Apache-2.0
// hodhod classify DIR: labels texts from arguments, files or standard input, one text (or a pair separated by
// a tab) per line.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/why.h"
#include "hodhod/text/languages/sentences.h"

namespace hodhod::cli {
namespace {

struct ClassifyFlags {
  ModelArguments model;
  TextInput input;
  std::vector<std::string> data, thresholds;
  LabelledColumns columns;
  bool json = false;
  bool why = false;
};

// A line as a text, or as a pair if it has a tab. Error if it has several.
LabelledText text_of_line(const std::string& line) {
  const size_t tab = line.find('\t');
  if (tab == std::string::npos) return {{line}, "", excerpt(line)};
  check(line.find('\t', tab + 1) == std::string::npos,
        "{}: has several tabs, and one parts the two texts of a pair; name a file with columns with --data",
        excerpt(line));
  return {{line.substr(0, tab), line.substr(tab + 1)}, "", excerpt(line)};
}

std::vector<int64_t> likeliest_first(const std::vector<double>& scores) {
  std::vector<int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto score = [&](int64_t label) { return scores[static_cast<size_t>(label)]; };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return score(a) > score(b); });
  return order;
}

Json classified_json(const Texts& texts, const Classification& found, const Classifier& classifier) {
  Json json = Json::object();
  if (texts.size() == 1) {
    json["text"] = texts[0];
  } else {
    json["texts"] = texts;
  }
  if (classifier.is_regression()) {
    if (found.score.size() == 1) {
      json["value"] = found.score[0];
    } else {
      json["values"] = found.score;
    }
    return json;
  }
  std::vector<std::string> labels;
  for (int64_t label : found.labels) labels.push_back(classifier.labels.name(label));
  if (classifier.problem() == ProblemKind::single_label) {
    json["label"] = labels[0];
  } else {
    json["labels"] = labels;
  }
  Json probabilities = Json::object();
  for (int64_t label : likeliest_first(found.score)) {
    // Labels of the same name are told apart by their numbers.
    const std::string& name = classifier.labels.name(label);
    const bool again = probabilities.contains(name);
    probabilities[again ? fmt::format("{} ({})", name, label) : name] =
        found.score[static_cast<size_t>(label)];
  }
  json["probabilities"] = probabilities;
  return json;
}

std::string classified_line(const Classification& found, const Classifier& classifier) {
  std::string line;
  if (classifier.is_regression()) {
    for (double value : found.score) line += fmt::format("{}{:.4f}", line.empty() ? "" : "\t", value);
    return line + "\n";
  }
  for (int64_t label : found.labels) {
    line += (label == found.labels[0] ? "" : ",") + classifier.labels.name(label);
  }
  for (int64_t label : likeliest_first(found.score)) {
    line +=
        fmt::format("\t{} {:.4f}", classifier.labels.name(label), found.score[static_cast<size_t>(label)]);
  }
  return one_line(line) + "\n";
}

// The labels whose scores are explained: those that were given; of a regression, its first number.
std::vector<int64_t> explained_labels(const Classification& found, const Classifier& classifier) {
  return classifier.is_regression() ? std::vector<int64_t>{0} : found.labels;
}

constexpr size_t kReasons = 10;  // features that are printed for a label

// The features that spoke most for or against each label, a line each.
std::string why_lines(const LabelledText& text, const Classification& found, const Classifier& classifier,
                      Context& context) {
  std::string lines;
  const std::vector<int64_t> labels = explained_labels(found, classifier);
  for (const int64_t label : labels) {
    if (labels.size() > 1) lines += fmt::format("  {}\n", one_line(classifier.labels.name(label)));
    const std::vector<Contribution> reasons = why(classifier, text, label, context);
    for (size_t i = 0; i < std::min(kReasons, reasons.size()); ++i) {
      lines += fmt::format("  {:+9.4f}  {}\n", reasons[i].value, one_line(reasons[i].feature));
    }
  }
  return lines;
}

// All features of the text, for each explained label.
Json why_json(const LabelledText& text, const Classification& found, const Classifier& classifier,
              Context& context) {
  Json all = Json::array();
  for (const int64_t label : explained_labels(found, classifier)) {
    Json reasons = Json::array();
    for (const Contribution& reason : why(classifier, text, label, context)) {
      reasons.push_back({{"feature", reason.feature}, {"contribution", reason.value}});
    }
    Json one = Json::object();
    if (!classifier.is_regression()) one["label"] = classifier.labels.name(label);
    one["features"] = reasons;
    all.push_back(one);
  }
  return all;
}

// Classifies texts, prints the results, and counts what is reported at the end.
class ClassifyPrinter {
 public:
  ClassifyPrinter(const Classifier& classifier, const ClassifyFlags& flags)
      : classifier_(classifier),
        json_(flags.json),
        why_(flags.why),
        long_texts_(length_limit(classifier.encoder)) {}

  // If a blank line stands in place of a pair, a blank line is printed.
  void print(const std::vector<LabelledText>& texts) {
    std::vector<LabelledText> asked;
    for (const LabelledText& one : texts) {
      if (!is_missing_pair(one.texts)) asked.push_back(one);
    }
    const auto found = classify(classifier_, asked, context_);
    std::string out;
    size_t next = 0;
    for (const LabelledText& one : texts) {
      if (is_missing_pair(one.texts)) {
        out += json_ ? json_line({{"text", one.texts[0]}, {"label", nullptr}}) : "\n";
        continue;
      }
      out += answer_text(one, found[next++]);
    }
    print_text(out);
    for (const Classification& one : found) long_texts_.add(one.tokens);
    for (const LabelledText& one : asked) {
      pairs_ += one.texts.size() == 2 ? 1 : 0;
      without_numbers_ += one.numbers.empty() ? 1 : 0;
    }
  }

  void tell_all() const {
    tell(long_texts_.notes(kCutOff));
    const NumberColumns* numbers = number_columns_of(classifier_.encoder.config());
    if (numbers != nullptr && without_numbers_ > 0) {
      tell({fmt::format(
          "the model also reads numbers ({}), and {} without them: the means are taken; give a table with "
          "--data",
          fmt::join(numbers->names(), ", "),
          without_numbers_ == 1 ? "one text is" : fmt::format("{} texts are", without_numbers_))});
    }
    if (classifier_.texts != 0 || pairs_ == 0) return;
    tell({fmt::format(
        "{} as {} of texts, since the model does not say what it takes",
        pairs_ == 1 ? "1 line with a tab was read" : fmt::format("{} lines with a tab were read", pairs_),
        pairs_ == 1 ? "a pair" : "pairs")});
  }

 private:
  std::string answer_text(const LabelledText& text, const Classification& answer) {
    if (json_) {
      Json json = classified_json(text.texts, answer, classifier_);
      if (why_) json["why"] = why_json(text, answer, classifier_, context_);
      return json_line(json);
    }
    return classified_line(answer, classifier_) +
           (why_ ? why_lines(text, answer, classifier_, context_) : "");
  }

  bool is_missing_pair(const Texts& texts) const {
    return classifier_.texts == 2 && texts.size() == 1 && text::is_blank_text(texts[0]);
  }

  const Classifier& classifier_;
  Context context_;
  bool json_, why_;
  LongTexts long_texts_;
  int64_t pairs_ = 0, without_numbers_ = 0;
};

// The columns' options are for files.
void refuse_columns_of_texts(const Command& command, const ClassifyFlags& flags) {
  if (!flags.data.empty()) return;
  LabelledColumns columns;
  std::vector<std::string> options = options_of(fields_of(columns));
  options.emplace_back("--numbers");
  command.refuse(options, "is for the columns of files that --data names, and there is none");
}

int run_classify(const Command& command, const ClassifyFlags& flags, const Session& session) {
  refuse_columns_of_texts(command, flags);
  Classifier classifier = warned(Classifier::load(flags.model));
  classifier.set_thresholds(flags.thresholds);
  ClassifyPrinter printer(classifier, flags);
  if (!flags.data.empty()) {
    printer.print(
        told(read_unlabelled(flags.data, classifier.with_columns_of_training(flags.columns))).examples);
  } else {
    for_each_block(flags.input, "Classifying", session.quiet, [&](const std::vector<std::string>& lines) {
      std::vector<LabelledText> texts;
      for (const std::string& line : lines) texts.push_back(text_of_line(line));
      printer.print(texts);
    });
  }
  printer.tell_all();
  return 0;
}

void declare_classify(Command& command) {
  auto flags = std::make_shared<ClassifyFlags>();
  add_model_arguments(command, flags->model);
  add_text_input(command, flags->input, "Texts to label, pairs with a tab between");
  command.add("--data", flags->data, "Files with columns: tables or JSON lines")
      .called("FILE")
      .excludes("TEXT")
      .excludes("--file");
  command.add_config(flags->columns, "Data");
  command.add_fields({field_of("numbers", flags->columns.numbers, kNumbersHelp)}, "Data");
  command.add_fields({field_of("threshold", flags->thresholds, kThresholdHelp)}, "Options");
  command.add("--json", flags->json, "Print a JSON object for each text");
  command.add(
      "--why", flags->why,
      "Print what each word and n-gram of the text contributes to the label, for models that read features");
  command.on_run(
      [flags, &command](const Session& session) { return run_classify(command, *flags, session); });
}

}  // namespace

void declare_train_classify(Command& command);     // train_classify.cc
void declare_evaluate_classify(Command& command);  // evaluate_classify.cc

Task classify_task() {
  return {.name = "classify",
          .model = "a classifier",
          .is_for = [](const ModelConfig& config) { return config.head.kind == HeadKind::classifier; },
          .train = {"Train a model that tells kinds of texts apart", declare_train_classify},
          .predict = {"Label texts with a model", declare_classify},
          .declare_evaluate = declare_evaluate_classify};
}

}  // namespace hodhod::cli
