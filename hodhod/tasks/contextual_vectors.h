// SPDX-License-Identifier: Apache-2.0
// Training vectors of words in context: a model that predicts the tokens of each line of a text from both
// sides (models/bidirectional_language_model.h).
//
//     TextModel model = TextModel::make(*config, std::move(tokenizer), seed);
//     ContextualVectorsTrainee trainee(model, train, dev, {});
//     train(trainee, usual_contextual_vectors().trainer, "elmo");
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/models/bidirectional_language_model.h"
#include "hodhod/tasks/fill_mask.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct ContextualTraining {
  int64_t length = 128;  // tokens of a line that are read at once, special ones included
  BatchOptions batches{.max_tokens = 4096};
  int64_t validation_tokens = 100000;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("length", length, "Tokens of a text, special ones included; a longer line becomes several texts",
      at_least(2));
    v("batches", batches);
    v("validation_tokens", validation_tokens, "Number of tokens of the validation text that are used",
      at_least(0));
  }
};

// The tokenizer and the trainer's options of new contextual vectors.
UsualSettings usual_contextual_vectors();

// Trains `model` on lines of text and validates on `dev`. A loss counts each token twice: predicted from the
// left and from the right. Keeps a reference to the model. Error when the model predicts no tokens from both
// sides, or the lines have none.
class ContextualVectorsTrainee final : public Trainee {
 public:
  ContextualVectorsTrainee(TextModel& model, std::span<const std::string> train,
                           std::span<const std::string> dev, const ContextualTraining& options);

  int64_t batches_in_epoch() const { return sampler_->batches_in_epoch(); }
  int64_t tokens() const { return train_.tokens(); }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  void save(const std::string& directory) override;

 private:
  LossSum loss_of(const WindowedText& text, std::span<const int64_t> rows, Context& context) const;

  TextModel& model_;
  const BidirectionalLanguageModel& role_;
  ContextualTraining options_;
  WindowedText train_, dev_;
  std::unique_ptr<BatchSampler> sampler_;
  std::span<const int64_t> rows_;  // of the batch
};

}  // namespace hodhod
