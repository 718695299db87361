// SPDX-License-Identifier: Apache-2.0
// The tokenizer that a task trains on its own text when none is given.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "hodhod/text/tokenizer.h"
#include "hodhod/text/trainer.h"

namespace hodhod {

enum class TokenizerKind { bpe, unigram, character, wordpiece };
constexpr std::array<std::string_view, 4> names_of(TokenizerKind) {
  return {"bpe", "unigram", "char", "wordpiece"};
}
// The special tokens, by id. sequence: 0 <pad>, 1 </s>, 2 <unk>, none put in by itself. encoder: 0 [PAD],
// 1 [UNK], 2 [CLS], 3 [SEP], 4 [MASK], with [CLS] a [SEP] around a text and [CLS] a [SEP] b [SEP] around two.
enum class SpecialTokens { sequence, encoder };

struct TaskTokenizerOptions {
  TokenizerKind kind = TokenizerKind::bpe;
  int64_t vocabulary = 8000;
  bool persian = true;
  bool lowercase = false;
  SpecialTokens special = SpecialTokens::sequence;  // the task's choice

  template <class Visitor>
  void visit(Visitor&& v) {
    v("kind", kind, "how text is cut: byte-pair encoding, unigram pieces, characters, or word pieces");
    v("vocabulary", vocabulary, "tokens to learn");
    v("persian", persian, "write Persian letters, digits and joiners in one way first");
    v("lowercase", lowercase, "make no difference between upper and lower case");
  }
};

// Pieces of bpe and unigram mark the blank before a word (▁), those of wordpiece that they go on (##), and
// wordpiece takes punctuation apart from words; the character kind takes text as it is, line ends included.
text::Tokenizer train_task_tokenizer(const TaskTokenizerOptions& options, const text::LineSource& lines);

inline constexpr int64_t kPad = 0, kEnd = 1;

}  // namespace hodhod
