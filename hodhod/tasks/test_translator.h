// SPDX-License-Identifier: Apache-2.0
// For tests of translation: a small untrained model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hodhod/models/test_models.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/translate.h"

namespace hodhod {

// An untrained translator with a tokenizer of this kind.
inline Translator test_translator(TokenizerKind kind) {
  int line = 0;
  const std::vector<std::string> lines = {"the cat sat on the mat", "a dog ran home", "cats and dogs",
                                          "می‌خواهم یاد بگیرم"};
  auto tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.kind = kind, .vocabulary = kind == TokenizerKind::character ? 45 : 300},
                           [&](std::string& next) {
                             if (line == 40) return false;
                             next = lines[static_cast<size_t>(line++) % lines.size()];
                             return true;
                           })
          .tokenizer);
  TransformerConfig config = small_config(TransformerShape::encoder_decoder);
  config.vocabulary = tokenizer->vocab_size();
  config.special.eos = kEnd;
  return Translator::make(TransformerModelConfig(config), std::move(tokenizer), 3);
}

}  // namespace hodhod
