// SPDX-License-Identifier: Apache-2.0
// A question and its text as an encoder reads them: in windows, each with the whole question and a part of
// the text, since the text may be longer than the model takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/questions.h"
#include "hodhod/text/normalized_text.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

struct QuestionWindowOptions {
  int64_t max_length = 384;   // tokens of a window; at most what the model takes
  int64_t doc_stride = 128;   // tokens of the text that a window shares with the one before
  int64_t max_question = 64;  // tokens of a question; the rest of it is not read

  template <class Visitor>
  void visit(Visitor&& v) {
    v("max_length", max_length, "Most tokens of a question and a part of its text, which are read together",
      at_least(8));
    v("doc_stride", doc_stride, "Tokens that a part of a text shares with the part before it", at_least(0));
    v("max_question", max_question, "Most tokens of a question; the rest is not read", at_least(1));
  }
};

struct QuestionWindow {
  EncodedText text;
  int64_t begin = 0, end = 0;      // the tokens of the text that may hold the answer
  std::vector<text::Range> bytes;  // of those tokens, in the text

  // The tokens of an answer that stands at these bytes of the text; none if the window does not hold all of
  // it.
  std::optional<std::pair<int64_t, int64_t>> tokens_of(size_t first_byte, size_t end_byte) const;
};

// The windows of a question, at least one. The tokenizer says what stands around both. `limit`: the most
// tokens that the model takes.
std::vector<QuestionWindow> question_windows(const text::Tokenizer& tokenizer, const std::string& question,
                                             const std::string& context, const QuestionWindowOptions& options,
                                             int64_t limit);

}  // namespace hodhod
