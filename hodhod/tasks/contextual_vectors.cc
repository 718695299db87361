// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/contextual_vectors.h"

#include <cmath>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/saved_model.h"

namespace hodhod {
namespace {

const BidirectionalLanguageModel& bidirectional_role(const TextModel& model) {
  const BidirectionalLanguageModel* role = model.model->bidirectional_language_model();
  check(role != nullptr, "training: {} does not predict tokens from both sides; give the preset elmo-small",
        model.model->name());
  return *role;
}

}  // namespace

UsualSettings usual_contextual_vectors() {
  UsualSettings usual = usual_encoding();
  usual.trainer.schedule = {.kind = ScheduleKind::cosine, .rate = 3e-3, .warmup = 100, .final_fraction = 0.1};
  usual.trainer.optimizer.weight_decay = 0;
  return usual;
}

ContextualVectorsTrainee::ContextualVectorsTrainee(TextModel& model, std::span<const std::string> train,
                                                   std::span<const std::string> dev,
                                                   const ContextualTraining& options)
    : model_(model),
      role_(bidirectional_role(model)),
      options_(options),
      train_(model, train, MaskWindows::lines, options.length),
      dev_(model, dev, MaskWindows::lines, options.length) {
  set_requires_grad(*model_.model);
  dev_.limit(options.validation_tokens);
  check(train_.size() > 0, "training: the text has no tokens to learn from");
  sampler_ = std::make_unique<BatchSampler>(train_.lengths(), options.batches);
}

NamedParameters ContextualVectorsTrainee::parameters() { return parameters_of(*model_.model); }

void ContextualVectorsTrainee::next_batch() { rows_ = sampler_->next(); }

LossSum ContextualVectorsTrainee::loss_of(const WindowedText& text, std::span<const int64_t> rows,
                                          Context& context) const {
  std::vector<std::vector<int64_t>> tokens;
  double predictions = 0;
  for (const int64_t row : rows) {
    tokens.push_back(text.window(row));
    predictions += 2 * static_cast<double>(tokens.back().size() - 1);
  }
  return {role_.loss(TokenBatch::of(tokens, model_.config().special().filler()), context), predictions};
}

LossSum ContextualVectorsTrainee::loss(Context& context) { return loss_of(train_, rows_, context); }

Scores ContextualVectorsTrainee::validate() {
  Context context;
  double loss = 0, predictions = 0;
  for (const auto& rows : batches_by_length(dev_.lengths(), options_.batches.max_tokens)) {
    const LossSum part = loss_of(dev_, rows, context);
    loss += part.sum.item();
    predictions += part.items;
  }
  if (predictions == 0) return {};
  loss /= predictions;
  return {.values = {{"loss", loss}, {"perplexity", std::exp(loss)}}, .items = predictions};
}

void ContextualVectorsTrainee::save(const std::string& directory) {
  save_model({.model = *model_.model, .tokenizer = *model_.tokenizer, .origin = model_.origin}, directory);
}

}  // namespace hodhod
