// SPDX-License-Identifier: Apache-2.0
// The tokenizer that a task trains on its own text when none is given.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "hodhod/text/tokenizer.h"
#include "hodhod/text/trainer.h"

namespace hodhod {

enum class TokenizerKind { bpe, unigram, character };
constexpr std::array<std::string_view, 3> names_of(TokenizerKind) { return {"bpe", "unigram", "char"}; }

struct TaskTokenizerOptions {
  TokenizerKind kind = TokenizerKind::bpe;
  int64_t vocabulary = 8000;
  bool persian = true;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("kind", kind, "how text is cut: byte-pair encoding, unigram pieces, or characters");
    v("vocabulary", vocabulary, "tokens to learn");
    v("persian", persian, "write Persian letters, digits and joiners in one way first");
  }
};

// Special tokens, by id: 0 <pad>, 1 </s>, 2 <unk>. Pieces mark the blank before a word (▁); the character
// kind takes text as it is, line ends included.
text::Tokenizer train_task_tokenizer(const TaskTokenizerOptions& options, const text::LineSource& lines);

inline constexpr int64_t kPad = 0, kEnd = 1;

}  // namespace hodhod
