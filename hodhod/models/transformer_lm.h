// SPDX-License-Identifier: Apache-2.0
// A Transformer with a decoder as decoding sees it.
#pragma once

#include <memory>

#include "hodhod/models/language_model.h"
#include "hodhod/models/transformer.h"

namespace hodhod {

// Refers to the model, which must outlive it.
class TransformerLM final : public LanguageModel {
 public:
  explicit TransformerLM(const Transformer& model);

  int64_t vocabulary() const override;
  int64_t max_length() const override;
  std::unique_ptr<State> start(std::span<const Prompt> prompts) const override;
  Tensor step(State& state, std::span<const int64_t> tokens) const override;

 private:
  const Transformer& model_;
};

}  // namespace hodhod
