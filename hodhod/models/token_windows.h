// SPDX-License-Identifier: Apache-2.0
// The state of language models that see a fixed number of tokens: the last ones of each row.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "hodhod/models/language_model.h"
#include "hodhod/models/model.h"

namespace hodhod {

struct TokenWindows final : LanguageModel::State {
  // Of each row, the earliest first; −1 for places before the beginning.
  std::vector<std::vector<int64_t>> rows;

  // Rows that have read their prompts except for the last token, with room for `length` tokens each. Error,
  // with the model's name, for a source or a token outside the vocabulary.
  static std::unique_ptr<TokenWindows> of(std::span<const Prompt> prompts, int64_t length,
                                          const Model& model);
  // Appends a token to each row.
  void push(std::span<const int64_t> tokens);

  void select(std::span<const int64_t> kept) override;
  void append(State&& other) override;
};

}  // namespace hodhod
