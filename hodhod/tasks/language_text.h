// SPDX-License-Identifier: Apache-2.0
// Running text as a language model reads it: in windows, each of which begins as every text does.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/data/batching.h"
#include "hodhod/tensor/tensor.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

// The tokens of a text as it stands, with what the tokenizer's post-processor puts behind a text.
std::vector<int64_t> running_tokens(const text::Tokenizer& tokenizer, std::string_view text);

// Where the post-processor puts tokens before a text (<s> of a Llama), they stand before each window, so that
// a model learns, and is scored, as it is prompted; a window then predicts all of its tokens. Where it puts
// none, a window's first token is only read, and predicts the next one.
class LanguageText {
 public:
  LanguageText() = default;
  LanguageText(const text::Tokenizer& tokenizer, std::vector<int64_t> tokens);

  int64_t tokens() const { return static_cast<int64_t>(tokens_.size()); }
  // Tokens that have something before them to be predicted from.
  int64_t predictions() const;
  // How many of them a window of `length` tokens, with those before it, can hold.
  int64_t predictions_of(int64_t length) const;
  // Windows of that many predictions, to be asked for with `batch`.
  WindowSampler sampler(const WindowOptions& options) const;

  // Input and label ids [windows, T]; labels that are not to be predicted are kIgnoreIndex.
  std::pair<Tensor, Tensor> batch(const std::vector<Window>& windows) const;

 private:
  std::vector<int64_t> before_, tokens_;
};

}  // namespace hodhod
