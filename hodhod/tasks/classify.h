// SPDX-License-Identifier: Apache-2.0
// Classification of texts and of pairs of texts, and regression: an encoder with a classification head.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/tasks/labels.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/metrics/classification.h"
#include "hodhod/train/metrics/multi_label.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// An encoder with a classification head, and what its outputs stand for.
//
//     auto critic = Classifier::make("bert-tiny", read_labelled({"reviews.tsv"}, {}).examples);
//     fit(critic, "reviews.tsv", {.steps = 2000}, "critic");
//     fmt::print("{}", Classifier::load("critic").label_of("A boat without a river."));
struct Classifier {
  TextModel encoder;
  Labels labels;  // of numbers: none
  // Of an example: 1, or 2 for pairs. 0 where the directory does not say it, as of models made elsewhere:
  // then it takes both.
  int64_t texts = 0;
  LabelledColumns columns = {};  // of the data that it was trained on, as far as they were named
  // Of labels of which a text may have several: from which probability on each is given.
  std::vector<double> thresholds = {};  // by label; none: 0.5

  // What it says of a text: one of its labels, any number of them, or numbers.
  ProblemKind problem() const { return encoder.config().head.problem; }
  bool is_regression() const { return problem() == ProblemKind::regression; }
  // A new one of a preset's size for the labels of these examples, one each, with a tokenizer of their texts.
  static Classifier make(std::string_view preset, std::span<const LabelledText> examples,
                         const MakeOptions& options = {});
  // A new one of this size; `labels` empty for a regression.
  static Classifier make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                         ProblemKind problem, uint64_t seed);
  // From a directory of a classifier.
  static Classifier load(const std::string& directory);
  // From a directory of any encoder. The head that is there stays where it knows all the labels; otherwise
  // it is new.
  static Classifier from(const std::string& directory, Labels labels, ProblemKind problem,
                         const FineTuning& options = {});
  void save(const std::string& directory) const;
  // The likeliest label of a text. (classify() below takes many, and tells more.)
  std::string label_of(const std::string& text) const;
  // Of a regression: sets the head's bias, so that a new head begins at this number.
  void begin_at(double mean);
  // Sets `thresholds`: a number for all labels, LABEL=NUMBER for one. Error where the model gives one label
  // or numbers.
  void set_thresholds(std::span<const std::string> parts);
  // The columns of data in which those that were not chosen are the ones of the training.
  LabelledColumns with_columns_of_training(LabelledColumns chosen) const;
};

inline constexpr const char* kThresholdHelp =
    "For a model that gives several labels: least probability of a label that is given, for all labels or as "
    "LABEL=NUMBER";

struct Classification {
  std::vector<int64_t> labels =
      {};  // the likeliest one; of several, those above their thresholds, likeliest first
  std::vector<double> score = {};  // by label, probabilities; of a regression: the numbers
  int64_t tokens = 0;              // of the whole text; it was cut where the model takes fewer
};

// The result for a text does not depend on the others. Error for a text where the model takes pairs, and the
// other way round.
std::vector<Classification> classify(const Classifier& classifier, std::span<const Texts> texts,
                                     Context& context, int64_t batch_tokens = 8192);

// How near numbers come to those that are right; correlations are 0 where they are not defined.
struct NumberScores {
  double pearson = 0, spearman = 0, mean_squared_error = 0, mean_absolute_error = 0;
};

struct ClassifierScores {
  int64_t examples = 0;
  double loss = 0;  // mean cross-entropy of the labels that the model knows, or mean squared error
  metrics::ClassificationScore classes = {};   // of one label each
  metrics::MultiLabelScore labels = {};        // of several
  double mean_average_precision = 0;           // of those that the model knows and that are gold somewhere
  NumberScores numbers = {};                   // of a regression: the means over its numbers
  std::vector<NumberScores> each_number = {};  // those themselves, in the order of the model
  std::vector<std::string> notes = {};         // what there is to know of the scores, a sentence each
};

// Labels that the classifier does not know count as missed, and a note says so. Error where it knows none,
// and, with file and line, for a label that is no number where it gives numbers, and for pairs where it takes
// single texts.
ClassifierScores evaluate(const Classifier& classifier, std::span<const LabelledText> examples,
                          Context& context, int64_t batch_tokens = 8192);

enum class CutOff { end, beginning };
constexpr std::array<std::string_view, 2> names_of(CutOff) { return {"end", "beginning"}; }

struct ClassifierTraining {
  BatchOptions batches{.max_tokens = 16384, .max_examples = 32};
  int64_t max_length = 0;
  CutOff cut_off = CutOff::end;
  double label_smoothing = 0;
  double word_dropout = 0;
  std::vector<std::string> class_weights = {"none"};

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batches", batches);
    v("max_length", max_length,
      "Longest text in tokens, the rest of which is cut off; 0 for what the model takes", at_least(0));
    v("cut_off", cut_off, "Which end of a longer text is cut off");
    v("label_smoothing", label_smoothing, "Share of the label's probability that is spread over all labels",
      at_least(0).below(1));
    v("word_dropout", word_dropout, "Probability that a token is hidden behind [MASK] in training",
      at_least(0).below(1));
    v("class_weights", class_weights,
      "What an example of a label counts in the loss: none, balanced (rare labels count more), or "
      "LABEL=NUMBER");
  }
};

// The numbers in an example's label, as many as the model gives; else an Error with its file and line.
std::vector<double> numbers_of(const Classifier& classifier, const LabelledText& example);

// The weight of each label in the loss: what the options say, 1 where they do not. Balanced is examples /
// (labels · examples with that label), as scikit-learn has it; where a text may have several labels, the
// weight is that of having the label, and balanced is examples without it / examples with it.
std::vector<double> class_weights(const Classifier& classifier, std::span<const LabelledText> train,
                                  const std::vector<std::string>& options);

// Trains `classifier` on examples; `dev` is for validation. Refers to the classifier.
class ClassifierTrainee final : public Trainee {
 public:
  ClassifierTrainee(Classifier& classifier, std::span<const LabelledText> train,
                    std::vector<LabelledText> dev, const ClassifierTraining& options);

  int64_t batches_in_epoch() const { return sampler_->batches_in_epoch(); }
  // Texts that were longer than max_length.
  int64_t cut() const { return cut_; }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  void save(const std::string& directory) override { classifier_.save(directory); }

 private:
  LossSum one_label_loss(const Tensor& logits) const;
  LossSum labels_loss(const Tensor& logits) const;

  Classifier& classifier_;
  ClassifierTraining options_;
  std::vector<EncodedText> texts_;
  std::vector<std::vector<double>> targets_;  // the label's number, a 0 or 1 for each label, or the number
  std::vector<double> weights_;               // by label
  std::vector<LabelledText> dev_;
  std::unique_ptr<BatchSampler> sampler_;
  WordDropout dropout_;
  TokenBatch batch_;
  Tensor batch_targets_;  // [B] i64; of several labels [B, L] f32; of a regression [B] f32
  int64_t cut_ = 0;
};

}  // namespace hodhod
