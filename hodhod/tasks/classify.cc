// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/classify.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/models/finite.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/correlation.h"

namespace hodhod {
namespace {

constexpr const char* kTask = "text-classification";

// The number of the label, or the number that it is.
double target_of(const Classifier& classifier, const LabelledText& example) {
  if (!classifier.is_regression()) {
    return static_cast<double>(classifier.labels.get(example.label, example.place));
  }
  const auto value = parse_number(example.label);
  check(value.has_value(), "{}: {} is no number; a regression needs one for each text", example.place,
        excerpt(example.label));
  return *value;
}

// Logits of each text, in the order of the texts.
std::vector<std::vector<double>> logits_of(const Classifier& classifier, std::span<const EncodedText> texts,
                                           int64_t batch_tokens) {
  const NoGrad off;
  const Transformer& model = *classifier.encoder.model;
  std::vector<std::vector<double>> logits(texts.size());
  for (const auto& rows : batches_by_length(lengths_of(texts), batch_tokens)) {
    Context context;
    const Memory states = states_of(model, batch_of(texts, rows, model.config().filler()), context);
    const Tensor scores = check_finite(model, model.classify(states, context), "class scores");
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

ClassifierScores score_regression(const std::vector<std::vector<double>>& logits,
                                  const std::vector<double>& targets) {
  std::vector<double> values;
  for (const auto& row : logits) values.push_back(row[0]);
  const auto or_zero = [](double value) { return std::isfinite(value) ? value : 0.0; };
  return {.examples = static_cast<int64_t>(targets.size()),
          .loss = metrics::mean_squared_error(values, targets),
          .classes = {},
          .pearson = or_zero(metrics::pearson(values, targets)),
          .spearman = or_zero(metrics::spearman(values, targets)),
          .mean_absolute_error = metrics::mean_absolute_error(values, targets)};
}

int64_t likeliest(const std::vector<double>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

std::vector<Texts> texts_of(std::span<const LabelledText> examples) {
  std::vector<Texts> texts;
  for (const LabelledText& example : examples) texts.push_back(example.texts);
  return texts;
}

}  // namespace

Classifier Classifier::make(TransformerConfig config, std::unique_ptr<text::Tokenizer> tokenizer,
                            Labels labels, uint64_t seed) {
  check(config.shape == TransformerShape::encoder,
        "classify: the shape of the preset is {}; give that of an encoder, such as bert-tiny or bert-small",
        names_of(config.shape)[static_cast<size_t>(config.shape)]);
  config.head = HeadKind::classifier;
  config.labels = std::max<int64_t>(1, labels.size());
  config.problem = labels.empty() ? ProblemKind::regression : ProblemKind::single_label;
  Classifier classifier;
  classifier.encoder.model = std::make_unique<Transformer>(config, Rng(seed));
  classifier.encoder.tokenizer = std::move(tokenizer);
  classifier.labels = std::move(labels);
  return classifier;
}

Classifier Classifier::load(const std::string& directory) {
  check_head(directory, HeadKind::classifier, "has no classifier", "classify");
  Classifier classifier;
  classifier.encoder = TextModel::load(directory);
  const Json config = read_json(join_path(directory, "config.json"));
  const auto problem = json_get_or<std::string>(config, "problem_type", "", directory);
  const int64_t labels = classifier.encoder.model->config().labels;
  if (problem != "regression" && (labels > 1 || !problem.empty())) {
    classifier.labels = Labels::load(directory);
    if (classifier.labels.empty()) {
      std::vector<std::string> names;
      for (int64_t i = 0; i < labels; ++i) names.push_back(fmt::format("LABEL_{}", i));
      classifier.labels = Labels(std::move(names));
    }
  }
  if (const Json* all = json_find(config, "task_specific_params")) {
    if (const Json* task = json_find(*all, kTask)) {
      classifier.texts = json_get_or<int64_t>(*task, "texts", 1, directory);
    }
  }
  limit_length(classifier.encoder, length_limit(classifier.encoder),
               classifier.encoder.tokenizer->parts().truncation
                   ? classifier.encoder.tokenizer->parts().truncation->side
                   : text::Side::kRight);
  return classifier;
}

Classifier Classifier::from(const std::string& directory, Labels labels, const FineTuning& options) {
  Classifier classifier;
  HeadWanted wanted{.head = HeadKind::classifier,
                    .labels = std::max<int64_t>(1, labels.size()),
                    .problem = labels.empty() ? ProblemKind::regression : ProblemKind::single_label};
  if (load_transformer_config(directory).head == HeadKind::classifier) {
    const Labels theirs = Labels::load(directory);
    if (labels.empty() ? load_transformer_config(directory).labels == 1 : theirs.has_all(labels)) {
      wanted.keep = true;
      if (!labels.empty()) {
        labels = theirs;
        wanted.labels = theirs.size();
      }
    }
  }
  classifier.encoder = load_encoder(directory, wanted, options);
  classifier.labels = std::move(labels);
  return classifier;
}

void Classifier::save(const std::string& directory) const {
  Json extra = Json::object();
  extra["problem_type"] = is_regression() ? "regression" : "single_label_classification";
  if (!is_regression()) labels.write(extra);
  extra["task_specific_params"] = {{kTask, {{"texts", texts}}}};
  save_model(
      {.model = *encoder.model, .tokenizer = *encoder.tokenizer, .origin = encoder.origin, .task = extra},
      directory);
}

void Classifier::begin_at(double mean) {
  for (const auto& [name, parameter] : parameters_of(*encoder.model)) {
    if (name == "classifier.bias") fill(parameter, mean);
  }
}

std::vector<Classification> classify(const Classifier& classifier, std::span<const Texts> texts,
                                     int64_t batch_tokens) {
  const auto encoded = encode_texts(*classifier.encoder.tokenizer, texts);
  std::vector<Classification> results;
  for (auto& row : logits_of(classifier, encoded, batch_tokens)) {
    if (classifier.is_regression()) {
      results.push_back({-1, std::move(row)});
    } else {
      const int64_t label = likeliest(row);
      results.push_back({label, softmax_of(std::move(row))});
    }
  }
  return results;
}

ClassifierScores evaluate(const Classifier& classifier, std::span<const LabelledText> examples,
                          int64_t batch_tokens) {
  std::vector<double> targets;
  for (const LabelledText& example : examples) targets.push_back(target_of(classifier, example));
  const auto encoded = encode_texts(*classifier.encoder.tokenizer, texts_of(examples));
  const auto logits = logits_of(classifier, encoded, batch_tokens);
  if (classifier.is_regression()) return score_regression(logits, targets);
  ClassifierScores scores;
  scores.examples = static_cast<int64_t>(examples.size());
  metrics::ClassificationScorer scorer;
  for (size_t i = 0; i < logits.size(); ++i) {
    scorer.add(examples[i].label, classifier.labels.name(likeliest(logits[i])));
    scores.loss -= std::log(std::max(1e-300, softmax_of(logits[i])[static_cast<size_t>(targets[i])]));
  }
  scores.loss /= std::max(1.0, static_cast<double>(logits.size()));
  scores.classes = scorer.score();
  return scores;
}

ClassifierTrainee::ClassifierTrainee(Classifier& classifier, std::span<const LabelledText> train,
                                     std::vector<LabelledText> dev, const ClassifierTraining& options)
    : classifier_(classifier),
      options_(options),
      dev_(std::move(dev)),
      dropout_(options.word_dropout, options.batches.seed, *classifier.encoder.tokenizer) {
  check(!train.empty(), "training: there is no example");
  TextModel& encoder = classifier_.encoder;
  set_requires_grad(*encoder.model);
  limit_length(encoder, options.max_length,
               options.cut_off == CutOff::end ? text::Side::kRight : text::Side::kLeft);
  classifier_.texts = static_cast<int64_t>(train[0].texts.size());
  for (const LabelledText& example : train) targets_.push_back(target_of(classifier_, example));
  for (const LabelledText& example : dev_) target_of(classifier_, example);  // while nothing is lost yet
  texts_ = encode_texts(*encoder.tokenizer, texts_of(train));
  cut_ = std::count_if(texts_.begin(), texts_.end(), [](const EncodedText& text) { return text.cut; });
  sampler_ = std::make_unique<BatchSampler>(lengths_of(texts_), options.batches);
}

NamedParameters ClassifierTrainee::parameters() { return parameters_of(*classifier_.encoder.model); }

void ClassifierTrainee::next_batch() {
  const BatchPosition at = sampler_->position();
  const auto rows = sampler_->next();
  std::vector<EncodedText> texts;
  std::vector<double> targets;
  for (int64_t row : rows) {
    dropout_(texts.emplace_back(texts_[static_cast<size_t>(row)]), at.epoch, row);
    targets.push_back(targets_[static_cast<size_t>(row)]);
  }
  batch_ = batch_of(texts, classifier_.encoder.model->config().filler());
  batch_targets_ = Tensor::from(targets, {static_cast<int64_t>(targets.size())})
                       .converted(classifier_.is_regression() ? DType::f32 : DType::i64);
}

LossSum ClassifierTrainee::loss(Context& context) {
  const Transformer& model = *classifier_.encoder.model;
  const Tensor logits = model.classify(states_of(model, batch_, context), context);
  const auto items = static_cast<double>(batch_targets_.numel());
  if (classifier_.is_regression()) {
    return {mse_loss(squeeze(logits, 1), batch_targets_, Reduction::kSum), items};
  }
  return {cross_entropy(logits, batch_targets_,
                        {.label_smoothing = options_.label_smoothing, .reduction = Reduction::kSum}),
          items};
}

Scores ClassifierTrainee::validate() {
  if (dev_.empty()) return {};
  const ClassifierScores scores = evaluate(classifier_, dev_);
  if (classifier_.is_regression()) {
    return {.values = {{"pearson", scores.pearson}, {"spearman", scores.spearman}, {"mse", scores.loss}},
            .higher_is_better = true};
  }
  return {.values = {{"accuracy", scores.classes.accuracy},
                     {"macro_f1", scores.classes.macro_f1},
                     {"loss", scores.loss}},
          .higher_is_better = true};
}

}  // namespace hodhod
