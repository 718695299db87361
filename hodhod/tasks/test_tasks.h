// SPDX-License-Identifier: Apache-2.0
// For tests of encoder tasks: a small model, a tokenizer, made-up texts, and interrupted runs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/models/registry.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

inline const std::vector<std::string>& test_words() {
  static const std::vector<std::string> kWords = {"the",    "boat",   "Shiraz", "walks",
                                                  "slowly", "hoopoe", "river",  "garden",
                                                  "sings",  "winter", "کتاب",   "می‌خواند"};
  return kWords;
}

// `count` of the words, separated by blanks.
inline std::string test_text(Rng& rng, uint64_t count) {
  std::string text;
  for (uint64_t i = 0; i < count; ++i) {
    text += (i > 0 ? " " : "") + test_words()[rng.below(test_words().size())];
  }
  return text;
}

inline std::unique_ptr<text::Tokenizer> test_tokenizer() {
  TaskTokenizerOptions options{
      .kind = TokenizerKind::wordpiece, .vocabulary = 200, .special = SpecialTokens::encoder};
  int64_t line = 0;
  return std::make_unique<text::Tokenizer>(train_task_tokenizer(options, [&](std::string& text) {
                                             if (line == 20) return false;
                                             Rng rng(static_cast<uint64_t>(line++));
                                             text = test_text(rng, 12);
                                             return true;
                                           }).tokenizer);
}

inline TransformerModelConfig test_encoder(const text::Tokenizer& tokenizer,
                                           const std::string& preset = "bert-tiny") {
  const auto found = model_preset(preset);
  auto config = dynamic_cast<const TransformerModelConfig&>(*found);
  config.body.vocabulary = tokenizer.vocab_size();
  config.body.width = 32;
  config.body.heads = 2;
  config.body.encoder_layers = 1;
  config.body.feed_forward = 48;
  config.body.max_length = 40;
  config.body.special.eos = -1;
  return config;
}

inline TrainerOptions test_training(int64_t steps) {
  TrainerOptions options;
  options.steps = steps;
  options.validate_every = 8;
  options.log_every = 0;
  options.schedule = {.kind = ScheduleKind::constant, .rate = 3e-3, .warmup = 10};
  return options;
}

// The bytes of the model's file.
inline std::string test_weights(const std::string& directory) {
  return read_file(join_path(directory, "model.safetensors"));
}

// Expects the same model bytes from train() without interruption and from a run that stops after `stop` steps
// and resumes. `make` gives a fresh trainee each time.
template <class Make>
void expect_same_in_pieces(Make make, int64_t stop, int64_t steps) {
  TrainerOptions options = test_training(steps);
  options.accumulate = 2;
  const TemporaryDirectory whole, pieces;
  train(*make(), options, whole.path());
  TrainerOptions first = options;
  first.steps = stop;
  train(*make(), first, pieces.path());
  train(*make(), options, pieces.path());
  EXPECT_EQ(test_weights(pieces.path()), test_weights(whole.path()));
  // The remaining steps did change the weights.
  const TemporaryDirectory shorter;
  train(*make(), first, shorter.path());
  EXPECT_NE(test_weights(shorter.path()), test_weights(whole.path()));
}

}  // namespace hodhod
