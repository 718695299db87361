// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for models that label.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/confusion.h"
#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/embed.h"
#include "hodhod/tasks/fill_mask.h"
#include "hodhod/tasks/tag.h"

namespace hodhod::cli {
namespace {

void check_data(const EvaluateFlags& flags) {
  check(!flags.data.empty(), "evaluate: there is no data; give a file with --data");
}

// A row for each label, under its name.
struct ByLabel {
  Json json = Json::object();
  std::string table;

  explicit ByLabel(const std::map<std::string, metrics::PrecisionRecall>& labels) {
    for (const auto& [label, part] : labels) {
      json[label] = {{"precision", part.precision()},
                     {"recall", part.recall()},
                     {"f1", part.f1()},
                     {"support", part.gold}};
      table += fmt::format("\n{}   precision {:.2f}   recall {:.2f}   F1 {:.2f}   examples {}",
                           label.empty() ? "(no type)" : label, 100 * part.precision(), 100 * part.recall(),
                           100 * part.f1(), part.gold);
    }
  }
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
  return {{"pearson", scores.pearson},
          {"spearman", scores.spearman},
          {"mse", scores.mean_squared_error},
          {"mae", scores.mean_absolute_error}};
}

std::string number_scores_text(const NumberScores& scores) {
  return fmt::format("Pearson {:.4f}   Spearman {:.4f}   mean squared error {:.4f}", scores.pearson,
                     scores.spearman, scores.mean_squared_error);
}

// Of several numbers the means, and a row for each, counted from 1.
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
  report(flags, values, text);
}

}  // namespace

int evaluate_classifier(const EvaluateFlags& flags) {
  Classifier classifier = warned(Classifier::load(flags.directory));
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

int evaluate_tagger(const EvaluateFlags& flags) {
  const Tagger tagger = warned(Tagger::load(flags.directory));
  check_data(flags);
  const CorpusOptions corpus{.format = flags.columns.format,
                             .columns = flags.tag_columns,
                             .header = flags.columns.header,
                             .skip_bad = flags.columns.skip_bad};
  Context context;
  const auto scores = evaluate(tagger, told(read_tagged(flags.data, corpus)).sentences, context);
  tell(scores.notes);
  const auto& classes = scores.classes;
  Json values = {{"accuracy", classes.accuracy},
                 {"macro_f1", classes.macro_f1},
                 {"loss", scores.loss},
                 {"words", scores.words},
                 {"sentences", scores.sentences}};
  std::string text = fmt::format("accuracy {:.2f}   macro F1 {:.2f}   loss {:.4f}   words {}   sentences {}",
                                 100 * classes.accuracy, 100 * classes.macro_f1, scores.loss, scores.words,
                                 scores.sentences);
  if (tagger.has_entities()) {
    const auto& all = scores.entities.overall();
    const ByLabel types(scores.entities.by_type());
    values["entity_f1"] = all.f1();
    values["entity_precision"] = all.precision();
    values["entity_recall"] = all.recall();
    values["entities"] = types.json;
    text =
        fmt::format("entity F1 {:.2f}   precision {:.2f}   recall {:.2f}   entities {}\n{}{}", 100 * all.f1(),
                    100 * all.precision(), 100 * all.recall(), all.gold, text, types.table);
  } else {
    const ByLabel tags(classes.by_label);
    values["tags"] = tags.json;
    text += tags.table + "\n" + confusion_text(classes);
  }
  values["confusion"] = confusion_json(classes);
  report(flags, values, text);
  return 0;
}

int evaluate_masks(const EvaluateFlags& flags, bool quiet) {
  const MaskFiller filler = warned(MaskFiller::load(flags.directory));
  const int64_t length = std::min<int64_t>(MaskTraining().length, filler.encoder.config().max_length());
  const WindowedText text(filler.encoder, read_lines(flags.data, quiet), MaskWindows::packed, length);
  Context context;
  const MaskScores scores = score_masks(filler, text, context);
  check(scores.masked > 0, "evaluate: there is no text to score; give --data a file of text");
  report(flags,
         {{"loss", scores.loss()},
          {"perplexity", scores.perplexity()},
          {"accuracy", scores.accuracy()},
          {"hidden_tokens", scores.masked}},
         fmt::format("loss {:.4f}   perplexity {:.3f}   accuracy {:.2f}   hidden tokens {}", scores.loss(),
                     scores.perplexity(), 100 * scores.accuracy(), scores.masked));
  return 0;
}

int evaluate_similarity(const EvaluateFlags& flags) {
  const TextModel embedder = warned(load_embedder(flags.directory));
  Context context;
  const auto scores =
      score_similarity(embedder, told(read_labelled(flags.data, flags.columns)).examples, {}, context);
  check(
      std::isfinite(scores.pearson) && std::isfinite(scores.spearman),
      "evaluate: the model finds all {} pairs of {} equally similar, so that no correlation is defined; give "
      "other pairs",
      scores.pairs, flags.data[0]);
  report(flags, {{"pearson", scores.pearson}, {"spearman", scores.spearman}, {"pairs", scores.pairs}},
         fmt::format("Pearson {:.4f}   Spearman {:.4f}   pairs {}", scores.pearson, scores.spearman,
                     scores.pairs));
  return 0;
}

}  // namespace hodhod::cli
