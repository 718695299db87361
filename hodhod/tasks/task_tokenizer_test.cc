// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/task_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Trained on 60 lines: these, repeated.
TaskTokenizer trained_on(const std::vector<std::string>& lines, const TaskTokenizerOptions& options) {
  return train_task_tokenizer(options, [&, line = size_t{0}](std::string& next) mutable {
    if (line == 60) return false;
    next = lines[line++ % lines.size()];
    return true;
  });
}

// The tokens of a text, separated by bars.
std::string cut_by(const text::Tokenizer& tokenizer, const std::string& text) {
  std::string all;
  for (const int32_t id : tokenizer.encode_ids(text)) {
    all += (all.empty() ? "" : "|") + std::string(tokenizer.id_to_token(id));
  }
  return all;
}

// Line ends, letters of unseen scripts and symbols survive: a language model reads and writes them all.
TEST(TaskTokenizer, NoTextIsLost) {
  const std::vector<std::string> lines = {"the cat sat on the mat", "می‌خواهم یاد بگیرم",
                                          "a dog ran"};
  for (TokenizerKind kind : {TokenizerKind::bpe, TokenizerKind::unigram}) {
    const text::Tokenizer tokenizer = trained_on(lines, {.kind = kind, .vocabulary = 320}).tokenizer;
    for (const std::string text : {"a cat\nthe dog\n\nsat", "می‌خواهم\nیاد", "Ωδή ☃ 7\t%"}) {
      EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids(text)), text);
    }
  }
}

TEST(TaskTokenizer, PersianIsFoldedWhereTheTextIsPersian) {
  const std::string arabic = "كتاب علي ١٢ صفحة", persian = "این کتاب من است";
  const std::string typed = "اين كتاب علي است", english = "this is my book";
  const auto folds = [](const std::vector<std::string>& lines, PersianFolding persian_option) {
    return trained_on(lines, {.vocabulary = 400, .persian = persian_option}).persian.folds;
  };
  EXPECT_FALSE(folds({arabic, english}, PersianFolding::automatic));
  EXPECT_TRUE(folds({persian, english}, PersianFolding::automatic));
  EXPECT_TRUE(folds({typed}, PersianFolding::automatic));
  EXPECT_FALSE(folds({persian, arabic}, PersianFolding::automatic));
  EXPECT_FALSE(folds({english}, PersianFolding::automatic));
  EXPECT_TRUE(folds({arabic}, PersianFolding::yes));
  EXPECT_FALSE(folds({persian}, PersianFolding::no));

  const TaskTokenizer of_arabic = trained_on({arabic}, {.vocabulary = 400});
  EXPECT_THAT(of_arabic.persian.note, HasSubstr("left as they are: 60 lines are Arabic"));
  EXPECT_EQ(of_arabic.tokenizer.decode(of_arabic.tokenizer.encode_ids(arabic)), arabic);
  const TaskTokenizer of_typed = trained_on({typed}, {.vocabulary = 400});
  EXPECT_EQ(of_typed.tokenizer.decode(of_typed.tokenizer.encode_ids(typed)), "این کتاب علی است");
}

// A vocabulary is stored as UTF-8, so that a word with other bytes could never be found in it again.
TEST(TaskTokenizer, WordsThatAreNotUtf8AreUnknown) {
  for (const TokenizerKind kind : {TokenizerKind::word, TokenizerKind::character}) {
    const text::Tokenizer tokenizer =
        trained_on({"caf\xe9 bar", "na\xefve bar"},
                   {.kind = kind, .vocabulary = 100, .word_ends = WordEnds::blanks})
            .tokenizer;
    for (int32_t id = 0; id < tokenizer.vocab_size(); ++id)
      EXPECT_TRUE(is_utf8(tokenizer.id_to_token(id))) << id;
    EXPECT_THAT(cut_by(tokenizer, "caf\xe9 bar"), HasSubstr("<unk>"));
  }
}

TEST(TaskTokenizer, BlanksAreBlanks) {
  const std::vector<std::string> lines = {"the teacher reads a book", "می‌خواهم a book"};
  for (TokenizerKind kind : {TokenizerKind::bpe, TokenizerKind::unigram, TokenizerKind::wordpiece}) {
    const TaskTokenizerOptions options{.kind = kind, .vocabulary = 400, .blanks = Blanks::joined};
    const text::Tokenizer tokenizer = trained_on(lines, options).tokenizer;
    const auto ids = tokenizer.encode_ids("the teacher reads a book");
    for (const std::string blanks :
         {"the\u00A0teacher\u2009reads\u3000a book", "the\tteacher\nreads a\tbook\u200B",
          "\uFEFFthe teacher  reads\u00A0 \u202Fa book ", "  the teacher reads a \t book"}) {
      EXPECT_EQ(tokenizer.encode_ids(blanks), ids) << blanks;
    }
    // A zero-width non-joiner is part of the word.
    EXPECT_NE(tokenizer.encode_ids("می‌خواهم"), tokenizer.encode_ids("می خواهم"));
  }
  const text::Tokenizer written = trained_on(lines, {.vocabulary = 400}).tokenizer;
  EXPECT_EQ(written.decode(written.encode_ids("the\u00A0teacher  reads\n\ta\u3000book")),
            "the teacher  reads\n\ta book");
}

TEST(TaskTokenizer, CharactersOfUnspacedScriptsStandApart) {
  const TaskTokenizerOptions options{
      .kind = TokenizerKind::wordpiece, .vocabulary = 200, .special = SpecialTokens::encoder};
  const std::vector<std::string> lines = {"我们学习中文", "ひらがなとカタカナー", "สวัสดีชาวโลก",
                                          "plain words"};
  const TaskTokenizer trained = trained_on(lines, options);
  EXPECT_THAT(trained.warnings, IsEmpty());
  EXPECT_EQ(cut_by(trained.tokenizer, "学习plain中文"), "学|习|plain|中|文");
  EXPECT_EQ(cut_by(trained.tokenizer, "カーひ"), "カ|ー|ひ");
  EXPECT_EQ(cut_by(trained.tokenizer, "สวัส"), "ส|วั|ส");
  for (TokenizerKind kind : {TokenizerKind::bpe, TokenizerKind::unigram}) {
    const text::Tokenizer pieces = trained_on(lines, {.kind = kind, .vocabulary = 300}).tokenizer;
    EXPECT_EQ(pieces.decode(pieces.encode_ids("中文学习เมือง")), "中文学习เมือง");
  }
}

TEST(TaskTokenizer, MuchThatIsUnknownIsTold) {
  std::vector<std::string> lines;
  for (char32_t code = 0x4E00; code < 0x4E00 + 600; code += 10) {
    lines.emplace_back();
    for (char32_t i = 0; i < 10; ++i) lines.back() += to_utf8(code + i);
  }
  const TaskTokenizer small = trained_on(
      lines, {.kind = TokenizerKind::wordpiece, .vocabulary = 100, .special = SpecialTokens::encoder});
  ASSERT_EQ(small.warnings.size(), 1u);
  EXPECT_THAT(small.warnings[0], HasSubstr("% of the tokens of this text are unknown"));
  // The other kinds encode characters that do not fit in the vocabulary as bytes.
  const TaskTokenizer bytes = trained_on(lines, {.vocabulary = 300});
  EXPECT_THAT(bytes.warnings, IsEmpty());
  EXPECT_EQ(bytes.tokenizer.decode(bytes.tokenizer.encode_ids(lines[59])), lines[59]);
  EXPECT_EQ(unknown_warning(bytes.tokenizer, {}), "");
}

TEST(TaskTokenizer, TranslatorsEndTheirTexts) {
  const text::Tokenizer tokenizer =
      trained_on({"a b c"}, {.vocabulary = 300, .special = SpecialTokens::translation}).tokenizer;
  auto ids = tokenizer.encode_ids("a b");
  EXPECT_NE(ids.back(), kEnd);
  ids.push_back(kEnd);
  EXPECT_EQ(tokenizer.encode_ids("a b", true), ids);
  EXPECT_EQ(text::Tokenizer::from_json(tokenizer.to_json(), "again").encode("a b").ids, ids);
}

}  // namespace
}  // namespace hodhod
