// SPDX-License-Identifier: Apache-2.0
// The tokenizer that a task trains on its own text when none is given.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/trainer.h"

namespace hodhod {

enum class TokenizerKind { bpe, unigram, character, wordpiece, word };
constexpr std::array<std::string_view, 5> names_of(TokenizerKind) {
  return {"bpe", "unigram", "char", "wordpiece", "word"};
}
// The special tokens, by id. sequence: 0 <pad>, 1 </s>, 2 <unk>; none is added to a text. translation: the
// same, and </s> follows a text. encoder: 0 [PAD], 1 [UNK], 2 [CLS], 3 [SEP], 4 [MASK]; a text becomes [CLS]
// a [SEP], two become [CLS] a [SEP] b [SEP]. none: 0 <unk> alone, where the kind of tokenizer has one.
enum class SpecialTokens { sequence, translation, encoder, none };
// Whether Persian letters, digits and joiners are normalised first. automatic: if the text is Persian, and no
// other language in it uses Arabic letters.
enum class PersianFolding { automatic, yes, no };
constexpr std::array<std::string_view, 3> names_of(PersianFolding) { return {"auto", "yes", "no"}; }
// Blanks of all kinds become plain blanks. joined: a run of them, tabs and line ends included, becomes one,
// and those at both ends are removed. as_written: the number of blanks and the line ends are kept.
enum class Blanks { joined, as_written };
// Where words end, for the kind word. punctuation: at blanks and at any character that is neither letter,
// mark, digit nor joiner; such a character is a word by itself, except for an apostrophe between letters.
// blanks: at blanks, tabs and carriage returns alone, as KenLM and fastText part words; a line feed is a
// word.
enum class WordEnds { punctuation, blanks };
constexpr std::array<std::string_view, 2> names_of(WordEnds) { return {"punctuation", "blanks"}; }

// The largest vocabulary: room for all words of any text.
inline constexpr int64_t kAllWords = 10'000'000;

struct TaskTokenizerOptions {
  TokenizerKind kind = TokenizerKind::bpe;
  int64_t vocabulary = 8000;
  PersianFolding persian = PersianFolding::automatic;
  bool lowercase = false;
  WordEnds word_ends = WordEnds::punctuation;
  int64_t min_count = 1;
  SpecialTokens special = SpecialTokens::sequence;  // the task's choice
  Blanks blanks = Blanks::as_written;               // the task's choice

  template <class Visitor>
  void visit(Visitor&& v) {
    v("kind", kind, "Kind of tokenizer: byte-pair encoding, unigram, characters, WordPiece, or whole words");
    v("vocabulary", vocabulary, "Number of tokens that the tokenizer may learn", in(1, kAllWords));
    v("persian", persian,
      "Whether to normalise Persian letters, digits and joiners; auto: if the text is Persian");
    v("lowercase", lowercase, "Ignore the difference between upper and lower case");
    v("word_ends", word_ends, "Where whole words end: at blanks and punctuation, or at blanks alone");
    v("min_count", min_count, "Least number of times that a whole word must occur to be known", at_least(1));
  }
};

struct PersianChoice {
  bool folds = false;
  std::string note;  // a sentence: the choice and its reason
};

// tokenizer_config.json also records the choice about Persian, as "persian_folding".
struct TaskTokenizer {
  text::Tokenizer tokenizer;
  PersianChoice persian;
  std::vector<std::string> warnings;  // sentences: what the user may want to change
};

// Trains a tokenizer on `lines`. bpe and unigram mark the blank before a word (▁); wordpiece marks pieces
// that continue a word (##). wordpiece splits off punctuation, and each character of scripts without blanks
// between words (Han, Kana, Thai, Lao, Khmer, Burmese). The character kind takes text as it is, line ends
// included. word knows whole words, the commonest first, and those of one count in the order of their
// spelling.
TaskTokenizer train_task_tokenizer(const TaskTokenizerOptions& options, const text::LineSource& lines);

// A sentence about the share of unknown tokens in these texts if it is above 5 %; otherwise empty.
std::string unknown_warning(const text::Tokenizer& tokenizer, const std::vector<std::string>& texts);

inline constexpr int64_t kPad = 0, kEnd = 1;

}  // namespace hodhod
