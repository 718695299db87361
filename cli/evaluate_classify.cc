// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for classifiers and regressions.
#include <fmt/core.h>

#include <memory>

#include "cli/confusion.h"
#include "cli/evaluate.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/tasks/classify.h"

namespace hodhod::cli {
namespace {

struct EvaluateClassifyFlags : EvaluateFlags {
  std::vector<std::string> thresholds;
  LabelledColumns columns;
};

void add_means(Json& values, std::string& text, const metrics::LabelMeans& means) {
  values["macro_precision"] = means.macro_precision;
  values["macro_recall"] = means.macro_recall;
  values["macro_f1"] = means.macro_f1;
  values["micro_f1"] = means.micro.f1();
  values["weighted_precision"] = means.weighted_precision;
  values["weighted_recall"] = means.weighted_recall;
  values["weighted_f1"] = means.weighted_f1;
  text += fmt::format(
      "\nmacro precision {:.2f}   macro recall {:.2f}   weighted precision {:.2f}   weighted recall {:.2f}   "
      "weighted F1 {:.2f}",
      100 * means.macro_precision, 100 * means.macro_recall, 100 * means.weighted_precision,
      100 * means.weighted_recall, 100 * means.weighted_f1);
}

void report_classes(const EvaluateFlags& flags, const ClassifierScores& scores) {
  const auto& classes = scores.classes;
  const ByLabel labels(classes.by_label);
  Json values = {{"accuracy", classes.accuracy}, {"loss", scores.loss}, {"examples", scores.examples}};
  std::string text =
      fmt::format("accuracy {:.2f}   macro F1 {:.2f}   loss {:.4f}   examples {}", 100 * classes.accuracy,
                  100 * classes.macro_f1, scores.loss, scores.examples);
  add_means(values, text, classes);
  values["labels"] = labels.json;
  values["confusion"] = confusion_json(classes);
  report(flags, values, text + labels.table + "\n" + confusion_text(classes));
}

void report_several_labels(const EvaluateFlags& flags, const ClassifierScores& scores) {
  const auto& all = scores.labels;
  const ByLabel labels(all.by_label);
  Json values = {{"micro_precision", all.micro.precision()},
                 {"micro_recall", all.micro.recall()},
                 {"subset_accuracy", all.subset_accuracy},
                 {"mean_average_precision", scores.mean_average_precision},
                 {"loss", scores.loss},
                 {"examples", scores.examples}};
  std::string text = fmt::format(
      "micro F1 {:.2f}   macro F1 {:.2f}   subset accuracy {:.2f}   mean average precision {:.2f}   loss "
      "{:.4f}   "
      "examples {}",
      100 * all.micro.f1(), 100 * all.macro_f1, 100 * all.subset_accuracy,
      100 * scores.mean_average_precision, scores.loss, scores.examples);
  add_means(values, text, all);
  values["labels"] = labels.json;
  report(flags, values, text + labels.table);
}

Json number_scores_json(const NumberScores& scores) {
  return {{"pearson", scores.correlated ? Json(scores.pearson) : Json(nullptr)},
          {"spearman", scores.correlated ? Json(scores.spearman) : Json(nullptr)},
          {"mse", scores.mean_squared_error},
          {"mae", scores.mean_absolute_error}};
}

std::string number_scores_text(const NumberScores& scores) {
  const auto correlation = [&](double value) {
    return scores.correlated ? fmt::format("{:.4f}", value) : std::string("undefined");
  };
  return fmt::format("Pearson {}   Spearman {}   mean squared error {:.4f}", correlation(scores.pearson),
                     correlation(scores.spearman), scores.mean_squared_error);
}

// Prints the scores of a regression. For several numbers, these are the means, and a row for each number
// (counted from 1) follows.
void report_regression(const EvaluateFlags& flags, const ClassifierScores& scores) {
  Json values = number_scores_json(scores.numbers);
  values["examples"] = scores.examples;
  std::string text = fmt::format("{}   examples {}", number_scores_text(scores.numbers), scores.examples);
  if (scores.each_number.size() > 1) {
    values["numbers"] = Json::array();
    for (size_t i = 0; i < scores.each_number.size(); ++i) {
      values["numbers"].push_back(number_scores_json(scores.each_number[i]));
      text += fmt::format("\nnumber {}   {}", i + 1, number_scores_text(scores.each_number[i]));
    }
  }
  if (!scores.numbers.correlated)
    text += "\nPearson and Spearman are undefined: all labels, or all predictions, are the same.";
  report(flags, values, text);
}

int evaluate_classify(const EvaluateClassifyFlags& flags) {
  Classifier classifier = warned(Classifier::load(flags.model));
  check_data(flags);
  classifier.set_thresholds(flags.thresholds);
  classifier.columns = classifier.with_columns_of_training(flags.columns);
  Context context;
  const auto scores =
      evaluate(classifier, told(read_labelled(flags.data, classifier.columns)).examples, context);
  tell(scores.notes);
  switch (classifier.problem()) {
    case ProblemKind::single_label:
      report_classes(flags, scores);
      break;
    case ProblemKind::multi_label:
      report_several_labels(flags, scores);
      break;
    case ProblemKind::regression:
      report_regression(flags, scores);
      break;
  }
  return 0;
}

}  // namespace

void declare_evaluate_classify(Command& command) {
  auto flags = std::make_shared<EvaluateClassifyFlags>();
  add_evaluate_flags(command, *flags, "Texts with labels");
  command.add_fields({field_of("threshold", flags->thresholds, kThresholdHelp)}, "Options");
  command.add_config(flags->columns, kLabelledGroup);
  command.add_fields({field_of("numbers", flags->columns.numbers, kNumbersHelp)}, kLabelledGroup);
  command.on_run([flags](const Session&) { return evaluate_classify(*flags); });
}

}  // namespace hodhod::cli
