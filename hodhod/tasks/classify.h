// SPDX-License-Identifier: Apache-2.0
// Classification of texts and of pairs of texts, and regression: an encoder with a head on the state of the
// first token.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/tasks/labels.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/metrics/classification.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct Classifier {
  TextModel encoder;
  Labels labels;      // none: a regression
  int64_t texts = 1;  // of an example; 2 for pairs

  bool is_regression() const { return labels.empty(); }
  // A new one of this size; `labels` empty for a regression.
  static Classifier make(TransformerConfig config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                         uint64_t seed);
  // From a directory of a classifier.
  static Classifier load(const std::string& directory);
  // From a directory of any encoder. The head that is there stays where it knows all the labels; otherwise
  // it is new.
  static Classifier from(const std::string& directory, Labels labels, const FineTuning& options = {});
  void save(const std::string& directory) const;
  // Of a regression: sets the head's bias, so that a new head begins at this number.
  void begin_at(double mean);
};

struct Classification {
  int64_t label = -1;         // the likeliest; −1 for a regression
  std::vector<double> score;  // by label, probabilities; of a regression: the number
};

// The result for a text does not depend on the others.
std::vector<Classification> classify(const Classifier& classifier, std::span<const Texts> texts,
                                     int64_t batch_tokens = 8192);

struct ClassifierScores {
  int64_t examples = 0;
  double loss = 0;                                            // mean cross-entropy or squared error
  metrics::ClassificationScore classes;                       // not for a regression
  double pearson = 0, spearman = 0, mean_absolute_error = 0;  // of a regression; 0 where not defined
};

// Error naming file and line for a label that the classifier does not know, or that is no number.
ClassifierScores evaluate(const Classifier& classifier, std::span<const LabelledText> examples,
                          int64_t batch_tokens = 8192);

enum class CutOff { end, beginning };
constexpr std::array<std::string_view, 2> names_of(CutOff) { return {"end", "beginning"}; }

struct ClassifierTraining {
  BatchOptions batches{.max_tokens = 16384, .max_examples = 32};
  int64_t max_length = 0;
  CutOff cut_off = CutOff::end;
  double label_smoothing = 0;
  double word_dropout = 0;

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
  }
};

// Trains `classifier` on examples; `dev` is for validation. Refers to the classifier.
class ClassifierTrainee final : public Trainee {
 public:
  ClassifierTrainee(Classifier& classifier, std::span<const LabelledText> train,
                    std::vector<LabelledText> dev, const ClassifierTraining& options);

  int64_t batches_in_epoch() const { return sampler_->batches_in_epoch(); }
  // Texts that were longer than max_length.
  int64_t cut() const { return cut_; }

  NamedParameters parameters() override;
  int64_t width() const override { return classifier_.encoder.model->config().width; }
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  void save(const std::string& directory) override { classifier_.save(directory); }

 private:
  Classifier& classifier_;
  ClassifierTraining options_;
  std::vector<EncodedText> texts_;
  std::vector<double> targets_;  // label numbers, or the numbers of a regression
  std::vector<LabelledText> dev_;
  std::unique_ptr<BatchSampler> sampler_;
  WordDropout dropout_;
  TokenBatch batch_;
  Tensor batch_targets_;  // [B] i64, or f32 of a regression
  int64_t cut_ = 0;
};

}  // namespace hodhod
