// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/language_text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "hodhod/base/threads.h"
#include "hodhod/ops/loss.h"

namespace hodhod {
namespace {

constexpr size_t kLinesAtOnce = 256;  // that a thread encodes

}  // namespace

std::vector<int64_t> running_tokens(const text::Tokenizer& tokenizer, std::string_view text,
                                    std::vector<std::string>* unknown) {
  std::vector<int32_t> ids;
  tokenizer.encode_ids(text, ids, unknown);
  const std::vector<int32_t> after = tokenizer.frame().after;
  ids.insert(ids.end(), after.begin(), after.end());
  return {ids.begin(), ids.end()};
}

std::vector<std::string_view> lines_of_text(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

LanguageText::LanguageText(const text::Tokenizer& tokenizer, std::vector<int64_t> tokens)
    : tokens_(std::move(tokens)) {
  const std::vector<int32_t> before = tokenizer.frame().before;
  before_.assign(before.begin(), before.end());
}

LanguageText LanguageText::of_lines(const text::Tokenizer& tokenizer, std::vector<int64_t> before,
                                    int64_t eos, std::string_view text, std::vector<std::string>* unknown) {
  LanguageText found;
  found.before_ = std::move(before);
  const std::vector<std::string_view> lines = lines_of_text(text);
  found.line_ends_.resize(lines.size());
  std::vector<std::vector<int32_t>> pieces((lines.size() + kLinesAtOnce - 1) / kLinesAtOnce);
  std::vector<std::vector<std::string>> unknown_of(pieces.size());
  parallel_for(std::ssize(pieces), 1, [&](int64_t begin, int64_t end) {
    for (auto piece = static_cast<size_t>(begin); piece < static_cast<size_t>(end); ++piece) {
      const size_t last = std::min(lines.size(), (piece + 1) * kLinesAtOnce);
      for (size_t i = piece * kLinesAtOnce; i < last; ++i) {
        tokenizer.encode_ids(lines[i], pieces[piece], unknown != nullptr ? &unknown_of[piece] : nullptr);
        pieces[piece].push_back(static_cast<int32_t>(eos));
        found.line_ends_[i] = std::ssize(pieces[piece]);  // in the piece, until all lengths are known
      }
    }
  });
  int64_t count = 0;
  for (size_t piece = 0; piece < pieces.size(); ++piece) {
    const size_t last = std::min(lines.size(), (piece + 1) * kLinesAtOnce);
    for (size_t i = piece * kLinesAtOnce; i < last; ++i) found.line_ends_[i] += count;
    count += std::ssize(pieces[piece]);
  }
  found.tokens_.reserve(static_cast<size_t>(count));
  for (const std::vector<int32_t>& piece : pieces)
    found.tokens_.insert(found.tokens_.end(), piece.begin(), piece.end());
  for (std::vector<std::string>& words : unknown_of) {
    if (words.empty()) continue;
    unknown->insert(unknown->end(), std::make_move_iterator(words.begin()),
                    std::make_move_iterator(words.end()));
  }
  return found;
}

int64_t LanguageText::predictions() const {
  return before_.empty() ? std::max<int64_t>(0, tokens() - 1) : tokens();
}

int64_t LanguageText::predictions_of(int64_t length) const {
  return before_.empty() ? length : length + 1 - static_cast<int64_t>(before_.size());
}

WindowSampler LanguageText::sampler(const WindowOptions& options) const {
  return {predictions() + 1, options};
}

std::pair<Tensor, Tensor> LanguageText::batch(const std::vector<Window>& windows) const {
  return batch_after(before_, windows);
}

std::pair<Tensor, Tensor> LanguageText::batch_to_go_on(const std::vector<Window>& windows) const {
  return batch_after({}, windows);
}

std::pair<Tensor, Tensor> LanguageText::batch_after(const std::vector<int64_t>& before,
                                                    const std::vector<Window>& windows) const {
  const auto rows = static_cast<int64_t>(windows.size()), head = static_cast<int64_t>(before.size());
  int64_t longest = 0;
  for (const Window& window : windows) longest = std::max(longest, window.length);
  const int64_t silent = std::max<int64_t>(0, head - 1);  // inputs whose next token is not text
  const int64_t time = silent + longest;
  const int64_t first_label = before_.empty() ? 1 : 0;  // of the window that begins at 0
  const Tensor input = Tensor::zeros({rows, time}, DType::i64);
  const Tensor labels = Tensor::full({rows, time}, kIgnoreIndex, DType::i64);
  for (int64_t r = 0; r < rows; ++r) {
    const Window& window = windows[static_cast<size_t>(r)];
    if (window.length == 0) continue;
    const auto label = tokens_.begin() + first_label + window.begin;
    int64_t* in = std::copy(before.begin(), before.end(), input.data<int64_t>() + r * time);
    // Each label's own input is the token before it; what is put before a window takes the first one's place.
    std::copy(head > 0 ? label : label - 1, label + window.length - 1, in);
    std::copy_n(label, window.length, labels.data<int64_t>() + r * time + silent);
  }
  return {input, labels};
}

std::vector<ScoringWindow> scoring_windows(int64_t predictions, int64_t length) {
  return scoring_windows(predictions, length, length - length / 2);
}

std::vector<ScoringWindow> scoring_windows(int64_t predictions, int64_t length, int64_t context) {
  std::vector<ScoringWindow> windows;
  const int64_t step = std::max<int64_t>(1, length - context);
  for (int64_t begin = 0, done = 0; done < predictions; begin += step) {
    const int64_t end = length < predictions - begin ? begin + length : predictions;
    windows.push_back({{begin, end - begin}, done - begin});
    done = end;
  }
  return windows;
}

std::vector<ScoringWindow> scoring_windows_of_lines(const LanguageText& lines, int64_t length) {
  std::vector<ScoringWindow> windows;
  int64_t begin = 0;
  for (const int64_t end : lines.line_ends()) {
    for (ScoringWindow one : scoring_windows(end - begin, length)) {
      one.window.begin += begin;
      windows.push_back(one);
    }
    begin = end;
  }
  return windows;
}

std::vector<ScoringWindow> consecutive_windows(int64_t predictions, int64_t length) {
  std::vector<ScoringWindow> windows;
  for (int64_t begin = 0; begin < predictions; begin += windows.back().window.length)
    windows.push_back({{begin, std::min(length, predictions - begin)}});
  return windows;
}

}  // namespace hodhod
