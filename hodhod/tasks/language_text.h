// SPDX-License-Identifier: Apache-2.0
// Running text for a language model, in windows that begin with the same tokens as every text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/data/batching.h"
#include "hodhod/tensor/tensor.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

// The tokens of a text, with those that the tokenizer's post-processor puts after it. Appends to `unknown`,
// if given, the words that the tokenizer does not know.
std::vector<int64_t> running_tokens(const text::Tokenizer& tokenizer, std::string_view text,
                                    std::vector<std::string>* unknown = nullptr);

// The lines of a text, without their line breaks; what follows the last break is a line unless it is empty.
std::vector<std::string_view> lines_of_text(std::string_view text);

// If the post-processor puts tokens before a text (Llama's <s>), each window begins with them, so that
// training and scoring match prompting. Then all of a window's tokens are predicted. Otherwise a window's
// first token is only an input, which predicts the next one.
class LanguageText {
 public:
  LanguageText() = default;
  LanguageText(const text::Tokenizer& tokenizer, std::vector<int64_t> tokens);
  // The lines of a text, each a text of its own: it begins after the tokens `before`, at least one, and ends
  // with `eos`. `unknown` as in running_tokens().
  static LanguageText of_lines(const text::Tokenizer& tokenizer, std::vector<int64_t> before, int64_t eos,
                               std::string_view text, std::vector<std::string>* unknown = nullptr);

  int64_t tokens() const { return static_cast<int64_t>(tokens_.size()); }
  // Of of_lines(): where each line ends in the tokens.
  const std::vector<int64_t>& line_ends() const { return line_ends_; }
  // Number of tokens with a token before them to be predicted from.
  int64_t predictions() const;
  // How many predictions fit in a window of `length` tokens, including the tokens put before it.
  int64_t predictions_of(int64_t length) const;
  // Samples windows; options.length counts predictions. Pass the windows to `batch`.
  WindowSampler sampler(const WindowOptions& options) const;

  // Input and label ids [windows, T]; kIgnoreIndex marks labels that are not predicted.
  std::pair<Tensor, Tensor> batch(const std::vector<Window>& windows) const;
  // The same for a model that goes on from what it has read before each window: nothing is put before them.
  std::pair<Tensor, Tensor> batch_to_go_on(const std::vector<Window>& windows) const;

 private:
  std::pair<Tensor, Tensor> batch_after(const std::vector<int64_t>& before,
                                        const std::vector<Window>& windows) const;

  std::vector<int64_t> before_, tokens_, line_ends_;
};

// A window of a text that is scored. Its first `context` predictions have been scored in the window before,
// and only give the others something to follow from.
struct ScoringWindow {
  Window window;
  int64_t context = 0;
};
// The windows in which `predictions` are scored by a model that sees `length` of them at once. Behind the
// first one, each begins with `context` predictions of the one before.
std::vector<ScoringWindow> scoring_windows(int64_t predictions, int64_t length, int64_t context);
// The same with half a window of context, so that no prediction but the first follows from less than that.
std::vector<ScoringWindow> scoring_windows(int64_t predictions, int64_t length);
// The windows of each line by itself.
std::vector<ScoringWindow> scoring_windows_of_lines(const LanguageText& lines, int64_t length);
// The same side by side, without context, for a model that goes on from what it has read.
std::vector<ScoringWindow> consecutive_windows(int64_t predictions, int64_t length);

}  // namespace hodhod
