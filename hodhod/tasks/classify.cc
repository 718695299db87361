// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classify.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/finite.h"
#include "hodhod/tasks/classifier_examples.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/correlation.h"

namespace hodhod {
namespace {

constexpr const char* kTask = "text-classification";

void check_texts(const Classifier& classifier, const Texts& texts, const std::string& place) {
  if (classifier.texts == 0 || classifier.texts == std::ssize(texts)) return;
  check(classifier.texts == 1, "{}: the model takes pairs of texts, and this is one text; {}", place,
        "separate the two with a tab, or name their columns with `text`");
  fail(
      "{}: the model takes single texts, and this is a pair; name the column of the text with `text`, or "
      "write a blank in place of the tab",
      place);
}

// Logits of each text, in the order of the texts.
std::vector<std::vector<double>> logits_of(const Classifier& classifier, std::span<const EncodedText> texts,
                                           Context& context, int64_t batch_tokens) {
  const NoGrad off;
  const Model& model = *classifier.encoder.model;
  std::vector<std::vector<double>> logits(texts.size());
  for (const auto& rows : batches_by_length(lengths_of(texts), batch_tokens)) {
    const TokenBatch batch = batch_of(texts, rows, model.config().special().filler());
    const Tensor scores = check_finite(model, classify(model, batch, context), "class scores");
    const std::vector<double> values = scores.values();
    const size_t width = values.size() / rows.size();
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(r * width);
      logits[static_cast<size_t>(rows[r])].assign(first, first + static_cast<std::ptrdiff_t>(width));
    }
  }
  return logits;
}

std::vector<double> softmax_of(std::vector<double> values) {
  const double most = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - most);
  for (double& value : values) value /= sum;
  return values;
}

std::vector<double> sigmoid_of(std::vector<double> values) {
  for (double& value : values) value = 1 / (1 + std::exp(-value));
  return values;
}

NumberScores score_number(const std::vector<double>& values, const std::vector<double>& targets) {
  const double pearson = metrics::pearson(values, targets), spearman = metrics::spearman(values, targets);
  const bool correlated = std::isfinite(pearson) && std::isfinite(spearman);
  return {.pearson = correlated ? pearson : 0,
          .spearman = correlated ? spearman : 0,
          .mean_squared_error = metrics::mean_squared_error(values, targets),
          .mean_absolute_error = metrics::mean_absolute_error(values, targets),
          .correlated = correlated};
}

NumberScores mean_of(const std::vector<NumberScores>& scores) {
  NumberScores mean;
  const auto count = static_cast<double>(scores.size());
  for (const NumberScores& one : scores) {
    mean.pearson += one.pearson / count;
    mean.spearman += one.spearman / count;
    mean.mean_squared_error += one.mean_squared_error / count;
    mean.mean_absolute_error += one.mean_absolute_error / count;
    mean.correlated = mean.correlated && one.correlated;
  }
  return mean;
}

double log_of(double probability) { return std::log(std::max(1e-300, probability)); }

int64_t likeliest(const std::vector<double>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

// The predicted labels: the likeliest one, or all that reach their thresholds, likeliest first.
std::vector<int64_t> chosen_labels(const Classifier& classifier, const std::vector<double>& scores) {
  if (classifier.problem() == ProblemKind::single_label) return {likeliest(scores)};
  std::vector<int64_t> chosen;
  for (size_t i = 0; i < scores.size(); ++i) {
    const double threshold = classifier.thresholds.empty() ? 0.5 : classifier.thresholds[i];
    if (scores[i] >= threshold) chosen.push_back(static_cast<int64_t>(i));
  }
  const auto score = [&](int64_t label) { return scores[static_cast<size_t>(label)]; };
  std::stable_sort(chosen.begin(), chosen.end(), [&](int64_t a, int64_t b) { return score(a) > score(b); });
  return chosen;
}

ClassifierScores score_one_label(const Classifier& classifier, std::span<const LabelledText> examples,
                                 const std::vector<Classification>& found) {
  ClassifierScores scores{.examples = std::ssize(examples)};
  metrics::ClassificationScorer scorer;
  GoldLabels gold(classifier.labels);
  double known = 0;
  for (size_t i = 0; i < examples.size(); ++i) {
    const int64_t label = gold.find(examples[i].label, examples[i].place);
    scorer.add(examples[i].label, classifier.labels.name(found[i].labels[0]));
    if (label < 0) continue;
    scores.loss -= log_of(found[i].score[static_cast<size_t>(label)]);
    ++known;
  }
  scores.loss /= std::max(1.0, known);
  scores.classes = scorer.score();
  scores.notes = gold.notes();
  return scores;
}

// The mean over the labels that some example has. gold[l][i]: example i has label l.
double mean_average_precision(const std::vector<std::vector<bool>>& gold,
                              const std::vector<Classification>& found) {
  double sum = 0;
  int64_t count = 0;
  for (size_t l = 0; l < gold.size(); ++l) {
    std::vector<double> scores;
    for (const Classification& one : found) scores.push_back(one.score[l]);
    const double precision = metrics::average_precision(scores, gold[l]);
    if (std::isnan(precision)) continue;
    sum += precision;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : 0;
}

ClassifierScores score_labels(const Classifier& classifier, std::span<const LabelledText> examples,
                              const std::vector<Classification>& found) {
  ClassifierScores scores{.examples = std::ssize(examples)};
  metrics::MultiLabelScorer scorer;
  GoldLabels known(classifier.labels);
  const auto count = static_cast<size_t>(classifier.labels.size());
  std::vector<std::vector<bool>> gold(count, std::vector<bool>(examples.size()));
  for (size_t i = 0; i < examples.size(); ++i) {
    const auto wanted = split_labels(examples[i].label, classifier.columns.label_separator);
    std::set<std::string> given;
    for (int64_t label : found[i].labels) given.insert(classifier.labels.name(label));
    scorer.add({wanted.begin(), wanted.end()}, given);
    for (const std::string& label : wanted) {
      const int64_t id = known.find(label, examples[i].place);
      if (id >= 0) gold[static_cast<size_t>(id)][i] = true;
    }
    for (size_t l = 0; l < count; ++l) {
      scores.loss -= log_of(gold[l][i] ? found[i].score[l] : 1 - found[i].score[l]);
    }
  }
  scores.loss /= std::max(1.0, static_cast<double>(examples.size() * count));
  scores.labels = scorer.score();
  scores.mean_average_precision = mean_average_precision(gold, found);
  scores.notes = known.notes();
  return scores;
}

ClassifierScores score_numbers(const Classifier& classifier, std::span<const LabelledText> examples,
                               const std::vector<Classification>& found) {
  const auto count = static_cast<size_t>(classifier.encoder.config().head.labels);
  std::vector<std::vector<double>> values(count), targets(count);  // by number
  for (size_t i = 0; i < examples.size(); ++i) {
    const std::vector<double> wanted = numbers_of(classifier, examples[i]);
    for (size_t n = 0; n < count; ++n) {
      values[n].push_back(found[i].score[n]);
      targets[n].push_back(wanted[n]);
    }
  }
  ClassifierScores scores{.examples = std::ssize(examples)};
  for (size_t n = 0; n < count; ++n) scores.each_number.push_back(score_number(values[n], targets[n]));
  scores.numbers = mean_of(scores.each_number);
  scores.loss = scores.numbers.mean_squared_error;
  return scores;
}

// The part of config.json that only this program reads.
Json task_to_json(const Classifier& classifier) {
  Json task = {{"texts", classifier.texts}};
  const LabelledColumns& columns = classifier.columns;
  // Null, since a model that this one began from may have been trained on columns of other names.
  task["text_columns"] = columns.texts.empty() ? Json() : Json(columns.texts);
  task["label_column"] = columns.label.empty() ? Json() : Json(columns.label);
  task["label_separator"] = columns.label_separator.empty() ? Json() : Json(columns.label_separator);
  return task;
}

void read_task(const Json& config, Classifier& classifier, const std::string& where) {
  const Json* all = json_find(config, "task_specific_params");
  const Json* task = all != nullptr ? json_find(*all, kTask) : nullptr;
  if (task == nullptr) return;
  classifier.texts = json_get_or<int64_t>(*task, "texts", 0, where);
  LabelledColumns& columns = classifier.columns;
  columns.texts = json_get_or<std::vector<std::string>>(*task, "text_columns", {}, where);
  columns.label = json_get_or<std::string>(*task, "label_column", "", where);
  columns.label_separator = json_get_or<std::string>(*task, "label_separator", "", where);
}

}  // namespace

Classifier Classifier::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                            Labels labels, ProblemKind problem, uint64_t seed) {
  const auto own = config_for(config, HeadKind::classifier, false, "classify");
  own->head.labels = std::max<int64_t>(1, labels.size());
  own->head.problem = problem;
  Classifier classifier;
  classifier.encoder = TextModel::make(*own, std::move(tokenizer), seed);
  classifier.labels = std::move(labels);
  return classifier;
}

Classifier Classifier::make(std::string_view preset, std::span<const LabelledText> examples,
                            const MakeOptions& options) {
  std::vector<std::string> labels, texts;
  for (const LabelledText& example : examples) {
    labels.push_back(example.label);
    texts.insert(texts.end(), example.texts.begin(), example.texts.end());
  }
  NewModel made = new_model(preset, HeadKind::classifier, false, lines_in(std::move(texts)),
                            usual_encoding().tokenizer, options);
  learn_features(*made.config, *made.tokenizer, examples, {});
  return make(*made.config, std::move(made.tokenizer), Labels::of(std::move(labels)),
              ProblemKind::single_label, options.seed);
}

std::string Classifier::label_of(const std::string& text) const {
  check(problem() == ProblemKind::single_label, "classify: this model gives {}; call classify()",
        is_regression() ? "numbers" : "any number of labels");
  Context context;
  const std::vector<Texts> one = {{text}};
  return labels.name(classify(*this, one, context)[0].labels[0]);
}

Classifier Classifier::load(const ModelPath& path) {
  const ModelDirectory directory = ModelDirectory::open(path);
  check_has_head(directory, HeadKind::classifier, "has no classifier", "classify");
  Classifier classifier;
  classifier.encoder = TextModel::load(directory);
  if (!classifier.is_regression()) {
    classifier.labels = Labels::of_config(directory.json, directory.path);
    if (classifier.labels.empty()) {
      std::vector<std::string> names;
      for (int64_t i = 0; i < directory.config->head.labels; ++i) names.push_back(fmt::format("LABEL_{}", i));
      classifier.labels = Labels(std::move(names));
    }
  }
  read_task(directory.json, classifier, directory.path);
  const auto& truncation = classifier.encoder.tokenizer->parts().truncation;
  limit_length(classifier.encoder, length_limit(classifier.encoder),
               truncation ? truncation->side : text::Side::right);
  return classifier;
}

Classifier Classifier::from(const std::string& path, Labels labels, ProblemKind problem,
                            const FineTuning& options) {
  ModelDirectory directory = ModelDirectory::open(path);
  HeadOptions head{
      .kind = HeadKind::classifier, .labels = std::max<int64_t>(1, labels.size()), .problem = problem};
  bool keep = false;
  if (directory.config->head.kind == HeadKind::classifier) {
    const Labels theirs = Labels::of_config(directory.json, path);
    keep = labels.empty() ? directory.config->head.labels == 1 : theirs.has_all(labels);
    if (keep && !labels.empty()) {
      labels = theirs;
      head.labels = theirs.size();
    }
  }
  Classifier classifier;
  classifier.encoder = load_under_head(std::move(directory), head, keep, options);
  classifier.labels = std::move(labels);
  return classifier;
}

void Classifier::save(const std::string& directory) const {
  Json extra = Json::object();
  if (!is_regression()) labels.write(extra);
  extra["task_specific_params"] = {{kTask, task_to_json(*this)}};
  save_model(
      {.model = *encoder.model, .tokenizer = *encoder.tokenizer, .origin = encoder.origin, .task = extra},
      directory);
}

void Classifier::begin_at(double mean) {
  const auto* head = head_as<ClassificationHead>(*encoder.model);
  if (head != nullptr && head->classifier.bias.defined()) fill(head->classifier.bias, mean);
}

void Classifier::set_thresholds(std::span<const std::string> parts) {
  constexpr const char* kOption = "`threshold`";
  if (parts.empty()) return;
  check(problem() == ProblemKind::multi_label,
        "{}: only a model that gives a text several labels has thresholds", kOption);
  double all = 0.5;
  std::vector<std::string> named;
  for (const std::string& part : parts) {
    if (const auto number = parse_number(part)) {
      check(*number >= 0 && *number <= 1, "{}: {}: expected a number from 0 to 1", kOption, part);
      all = *number;
    } else {
      named.push_back(part);
    }
  }
  thresholds = numbers_by_label(labels, named, all, in(0, 1), kOption);
}

LabelledColumns Classifier::with_columns_of_training(LabelledColumns chosen) const {
  if (chosen.texts.empty()) chosen.texts = columns.texts;
  if (chosen.label.empty()) chosen.label = columns.label;
  const NumberColumns* numbers = number_columns_of(encoder.config());
  if (chosen.numbers.empty() && numbers != nullptr) chosen.numbers = numbers->names();
  if (chosen.label_separator.empty()) chosen.label_separator = columns.label_separator;
  return chosen;
}

std::vector<double> numbers_of(const Classifier& classifier, const LabelledText& example) {
  const int64_t count = classifier.encoder.config().head.labels;
  const std::string& separator = classifier.columns.label_separator;
  check(count == 1 || !separator.empty(),
        "evaluate: this model gives {} numbers for a text; set `label_separator` to what separates them in "
        "the data",
        count);
  const auto parts = split_column(example.label, count == 1 ? "" : separator);
  check(std::ssize(parts) == count, "{}: expected {} numbers, found {}", example.place, count,
        excerpt(example.label));
  std::vector<double> numbers;
  for (const std::string& part : parts) {
    const auto value = parse_number(part);
    check(value.has_value(), "{}: {} is not a number; a regression needs one for each text", example.place,
          excerpt(part));
    numbers.push_back(*value);
  }
  return numbers;
}

std::vector<Classification> classify(const Classifier& classifier, std::span<const Texts> texts,
                                     Context& context, int64_t batch_tokens) {
  std::vector<LabelledText> examples;
  for (const Texts& one : texts) examples.push_back({one, "", one.empty() ? "" : excerpt(one[0])});
  return classify(classifier, examples, context, batch_tokens);
}

std::vector<Classification> classify(const Classifier& classifier, std::span<const LabelledText> texts,
                                     Context& context, int64_t batch_tokens) {
  for (const LabelledText& one : texts) check_texts(classifier, one.texts, one.place);
  const auto encoded = encode_labelled(classifier.encoder, texts);
  auto logits = logits_of(classifier, encoded, context, batch_tokens);
  std::vector<Classification> results;
  for (size_t i = 0; i < logits.size(); ++i) {
    Classification& result = results.emplace_back();
    result.tokens = encoded[i].tokens;
    if (classifier.is_regression()) {
      result.score = std::move(logits[i]);
      continue;
    }
    const bool one = classifier.problem() == ProblemKind::single_label;
    result.score = one ? softmax_of(std::move(logits[i])) : sigmoid_of(std::move(logits[i]));
    result.labels = chosen_labels(classifier, result.score);
  }
  return results;
}

ClassifierScores evaluate(const Classifier& classifier, std::span<const LabelledText> examples,
                          Context& context, int64_t batch_tokens) {
  check(classifier.problem() != ProblemKind::multi_label || !classifier.columns.label_separator.empty(),
        "evaluate: a text may have several labels for this model; set `label_separator` to what separates "
        "them in the data");
  const auto found = classify(classifier, examples, context, batch_tokens);
  ClassifierScores scores =
      classifier.problem() == ProblemKind::single_label  ? score_one_label(classifier, examples, found)
      : classifier.problem() == ProblemKind::multi_label ? score_labels(classifier, examples, found)
                                                         : score_numbers(classifier, examples, found);
  LongTexts long_texts(length_limit(classifier.encoder));
  for (const Classification& one : found) long_texts.add(one.tokens);
  for (std::string& note : long_texts.notes(kCutOff)) scores.notes.push_back(std::move(note));
  return scores;
}

}  // namespace hodhod
