// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/language_model.h"

#include "hodhod/base/error.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {

Tensor LanguageModel::loss(const SequenceBatch& batch, const Tensor& labels,
                           const CrossEntropyOptions& options, Context& context) const {
  return cross_entropy(logits(batch, context), labels, options);
}

CarriedLoss LanguageModel::loss_from(const CarriedState& state, const SequenceBatch& batch,
                                     const Tensor& labels, const CrossEntropyOptions& options,
                                     Context& context) const {
  check(state.empty(), "language model: it carries no state, and goes on from none");
  return {loss(batch, labels, options, context), {}};
}

std::vector<TokenScore> LanguageModel::score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
                                             Context& context) const {
  const NoGrad off;
  const Shape shape{1, std::ssize(tokens)};
  const Tensor losses = loss({.target = {.ids = Tensor::from(tokens, shape)}}, Tensor::from(labels, shape),
                             {.reduction = Reduction::none}, context);
  std::vector<TokenScore> scores;
  for (const double one : losses.values()) scores.push_back({.log_probability = -one});
  return scores;
}

}  // namespace hodhod
