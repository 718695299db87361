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
#include "hodhod/tasks/token_dropout.h"
#include "hodhod/train/metrics/classification.h"
#include "hodhod/train/metrics/multi_label.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

// An encoder with a classification head, and the meaning of its outputs.
//
//     auto critic = Classifier::make("bert-tiny", read_labelled({"reviews.tsv"}, {}).examples);
//     fit(critic, "reviews.tsv", {.steps = 2000}, "critic");
//     fmt::print("{}", Classifier::load("critic").label_of("A boat without a river."));
struct Classifier {
  TextModel encoder;
  Labels labels;  // empty for a regression
  // Texts per example: 1, or 2 for pairs. 0 if the directory does not say (a model made elsewhere): both are
  // accepted.
  int64_t texts = 0;
  LabelledColumns columns = {};  // those named for its training data
  // For several labels per text: the least probability at which each label is given.
  std::vector<double> thresholds = {};  // by label; empty: 0.5

  // What it predicts for a text: one label, any number of labels, or numbers.
  ProblemKind problem() const { return encoder.config().head.problem; }
  bool is_regression() const { return problem() == ProblemKind::regression; }
  // A new classifier of a preset's size. Its labels are those of the examples, one each; its tokenizer is
  // trained on their texts.
  static Classifier make(std::string_view preset, std::span<const LabelledText> examples,
                         const MakeOptions& options = {});
  // A new classifier with this configuration; `labels` is empty for a regression.
  static Classifier make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                         ProblemKind problem, uint64_t seed);
  // Loads a classifier's directory.
  static Classifier load(const ModelPath& path);
  // Starts from the directory of any encoder. Its head is kept if it knows all the labels; otherwise the head
  // is new.
  static Classifier from(const std::string& directory, Labels labels, ProblemKind problem,
                         const FineTuning& options = {});
  void save(const std::string& directory) const;
  // The likeliest label of a text. (classify() below takes many texts and returns more.)
  std::string label_of(const std::string& text) const;
  // For a regression: sets the head's bias, so that a new head starts by predicting this number.
  void begin_at(double mean);
  // Sets `thresholds`: NUMBER for all labels, LABEL=NUMBER for one. Error if the model gives one label per
  // text, or numbers.
  void set_thresholds(std::span<const std::string> parts);
  // `chosen`, with the training data's columns for those that were not chosen.
  LabelledColumns with_columns_of_training(LabelledColumns chosen) const;
};

inline constexpr const char* kThresholdHelp =
    "For a model that gives several labels: least probability of a label that is given, for all labels or as "
    "LABEL=NUMBER";

struct Classification {
  std::vector<int64_t> labels =
      {};  // the likeliest; with several per text, all that reach their thresholds, likeliest first
  std::vector<double> score = {};  // a probability for each label, or a regression's numbers
  int64_t tokens = 0;              // of the whole text, even if it was truncated
};

// The result for a text does not depend on the others. Error for single texts if the model takes pairs, and
// for pairs if it takes single texts. Labels of the texts are not read. If the model reads columns of
// numbers, those that a text lacks are taken for the mean.
std::vector<Classification> classify(const Classifier& classifier, std::span<const LabelledText> texts,
                                     Context& context, int64_t batch_tokens = 8192);
std::vector<Classification> classify(const Classifier& classifier, std::span<const Texts> texts,
                                     Context& context, int64_t batch_tokens = 8192);

// Predicted numbers compared with the correct ones; an undefined correlation is 0.
struct NumberScores {
  double pearson = 0, spearman = 0, mean_squared_error = 0, mean_absolute_error = 0;
  // False where all labels, or all values, are the same: then no correlation is defined, and both are 0.
  bool correlated = true;
};

struct ClassifierScores {
  int64_t examples = 0;
  double loss = 0;  // mean cross-entropy of the labels that the model knows, or mean squared error
  metrics::ClassificationScore classes = {};   // for one label per text
  metrics::MultiLabelScore labels = {};        // for several labels per text
  double mean_average_precision = 0;           // over known labels that some example has
  NumberScores numbers = {};                   // for a regression: the means over its numbers
  std::vector<NumberScores> each_number = {};  // for each number, in the model's order
  std::vector<std::string> notes = {};         // remarks on the scores, a sentence each
};

// Labels that the classifier does not know count as missed, and a note says so. Error if it knows none of
// them; with file and line, if a regression's label is not a number, or for pairs if the model takes single
// texts.
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

// The numbers in an example's label. Error with file and line unless they are as many as the model gives.
std::vector<double> numbers_of(const Classifier& classifier, const LabelledText& example);

// The weight of each label in the loss, as the options say; 1 for labels that they leave out. Balanced is
// examples / (labels · examples with that label), as in scikit-learn. With several labels per text, the
// weight applies to examples that have the label, and balanced is examples without it / examples with it.
std::vector<double> class_weights(const Classifier& classifier, std::span<const LabelledText> train,
                                  const std::vector<std::string>& options);

// Trains `classifier` on `train` and validates on `dev`. Keeps a reference to the classifier.
class ClassifierTrainee final : public Trainee {
 public:
  ClassifierTrainee(Classifier& classifier, std::span<const LabelledText> train,
                    std::vector<LabelledText> dev, const ClassifierTraining& options,
                    std::span<const WordList> words = {});

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
  std::vector<std::vector<double>> targets_;  // label id, 0 or 1 for each label, or numbers
  std::vector<double> weights_;               // by label
  std::vector<LabelledText> dev_;
  std::unique_ptr<BatchSampler> sampler_;
  TokenDropout dropout_;
  TokenBatch batch_;
  Tensor batch_targets_;  // [B] i64; several labels: [B, L] f32; regression: [B] f32
  int64_t cut_ = 0;
};

}  // namespace hodhod
