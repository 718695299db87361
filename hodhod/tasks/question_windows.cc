// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/question_windows.h"

#include <algorithm>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// The question without the tokens that are too many.
std::string cut_question(const text::Tokenizer& tokenizer, const std::string& question, int64_t most) {
  const text::Encoding encoding = tokenizer.encode(question, {.add_special_tokens = false});
  if (std::ssize(encoding.ids) <= most) return question;
  return question.substr(0, encoding.bytes[static_cast<size_t>(most) - 1].end);
}

// Tokens [begin, end) of an encoding.
void append_tokens(EncodedText& to, const text::Encoding& from, int64_t begin, int64_t end) {
  to.ids.insert(to.ids.end(), from.ids.begin() + begin, from.ids.begin() + end);
  to.types.insert(to.types.end(), from.type_ids.begin() + begin, from.type_ids.begin() + end);
}

}  // namespace

std::optional<std::pair<int64_t, int64_t>> QuestionWindow::tokens_of(size_t first_byte,
                                                                     size_t end_byte) const {
  if (bytes.empty() || bytes.front().begin > first_byte || bytes.back().end < end_byte) return std::nullopt;
  const auto first = std::find_if(bytes.begin(), bytes.end(),
                                  [&](const text::Range& token) { return token.end > first_byte; });
  const auto last = std::find_if(bytes.rbegin(), bytes.rend(),
                                 [&](const text::Range& token) { return token.begin < end_byte; });
  if (first == bytes.end() || last == bytes.rend()) return std::nullopt;
  const int64_t from = first - bytes.begin(), to = bytes.rend() - last - 1;
  if (from > to) return std::nullopt;
  return std::pair{begin + from, begin + to};
}

std::vector<QuestionWindow> question_windows(const text::Tokenizer& tokenizer, const std::string& question,
                                             const std::string& context, const QuestionWindowOptions& options,
                                             int64_t limit) {
  const text::Encoding all =
      tokenizer.encode_pair(cut_question(tokenizer, question, options.max_question), context);
  const auto is_context = [](int32_t sequence) { return sequence == 1; };
  const auto first = std::find_if(all.sequences.begin(), all.sequences.end(), is_context);
  const int64_t size = std::ssize(all.ids), begin = first - all.sequences.begin(),
                end = std::find_if_not(first, all.sequences.end(), is_context) - all.sequences.begin();
  const int64_t around = size - (end - begin);
  const int64_t room = std::min(options.max_length, limit) - around;
  check(room > 0 || begin == end,
        "a question of {} tokens leaves no room for its text in {} tokens; lower `max_question`", around,
        std::min(options.max_length, limit));
  // At least half of a window is new.
  const int64_t step = std::max<int64_t>(1, room - std::min(options.doc_stride, room / 2));
  std::vector<QuestionWindow> windows;
  for (int64_t from = begin;; from += step) {
    const int64_t to = std::min(from + room, end);
    QuestionWindow& window = windows.emplace_back();
    append_tokens(window.text, all, 0, begin);
    append_tokens(window.text, all, from, to);
    append_tokens(window.text, all, end, size);
    window.text.tokens = size;
    window.begin = begin;
    window.end = begin + (to - from);
    window.bytes.assign(all.bytes.begin() + from, all.bytes.begin() + to);
    if (to == end) break;
  }
  return windows;
}

}  // namespace hodhod
