// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/patterns/pattern.h"

#include <gtest/gtest.h>

#include "hodhod/base/error.h"
#include "hodhod/text/normalizers/normalizer.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/pre_tokenizers/pre_tokenizer.h"
#include "hodhod/text/pre_tokenizers/split.h"

namespace hodhod::text {
namespace {

// "[first][second]": what a pattern finds in a text; matches that are empty do not show.
std::string found_by(const std::string& pattern, const std::string& text) {
  std::string found;
  Pattern(pattern, "test").for_each_match(text, [&](Range range) {
    if (range.size() > 0) found += "[" + text.substr(range.begin, range.size()) + "]";
  });
  return found;
}

struct PatternCase {
  const char* pattern;
  const char* text;
  const char* found;
};

void expect_found(std::initializer_list<PatternCase> cases) {
  for (const PatternCase& c : cases) EXPECT_EQ(found_by(c.pattern, c.text), c.found) << c.pattern;
}

// What Hugging Face's tokenizers 0.22.2 (Oniguruma 6.9.9) finds, recorded.
TEST(Patterns, SetsOfCharactersAreOnigurumas) {
  expect_found({
      {R"(\p{Arabic}+)", "ab،با؟ا", "[با][ا]"},
      {R"(\p{Han}+)", "日本。ーa〆々", "[日本][々]"},
      {R"(\w+)", "a²½1! ①Ⅷ", "[a²½1][Ⅷ]"},
      {R"([\w]+)", "a²½1!", "[a][1]"},
      {R"(\W+)", "a²½1! a", "[! ]"},
      {R"(\b.)", "²a", "[²]"},
      {R"([[:punct:]])", "a+$😀|a ½", "[+][$][😀][|]"},
      {R"(\p{Punct})", "a+$😀|a-", "[-]"},
      {R"([[:^punct:]]+)", "a+b", "[a][b]"},
      {R"([[:alpha:]]+)", "aⒶ²1", "[aⒶ]"},
      {R"([:alpha:]+)", "i:alph", "[:alph]"},
      {R"([[:upper:]]+)", "aBCÉ", "[BCÉ]"},
      {R"(\p{Uppercase_Letter}|\p{ other number })", "aB²", "[B][²]"},
      {R"(\p{^L}+|\P{^Lu}+)", "aB1", "[B][1]"},
      {R"(\p{Emoji}|\p{sc})", "😀$", "[😀][$]"},
      {R"(\h+)", "xyzcafe_9", "[cafe][9]"},
      {R"([\H&&[^z]]+)", "xyzb", "[xy]"},
      {R"(\s)", "\u180E\u3000\v", "[\u3000][\v]"},
      {R"(\v)", "\v\n", "[\v]"},
  });
}

TEST(Patterns, ClassesWithinClassesAndIntersections) {
  expect_found({
      {R"( ?[^(\s|[.,!?…。，、।۔،])]+)", "ab a, b۔(c|d)", "[ab][ a][ b][c][d]"},
      {R"([a[b-c]&&[^d]]+)", "abcd", "[abc]"},
      {R"([a-z0-9&&[0-5x-z]&&[^3]]+)", "123xya", "[12][xy]"},
      {R"([^a-z&&[^aeiou]]+)", "abE1", "[a][E1]"},
      {R"([\p{L}&&\p{Latin}]+)", "aбb", "[a][b]"},
      {R"([^\W_]+)", "a_b", "[a][b]"},
      {R"([\S&&[^a]]+)", "ab c", "[b][c]"},
      {R"([\p{Han}[^\w]]+)", "日 a本!", "[日 ][本!]"},
      {R"([]a]+|[+--]+)", "]a+,-", "[]a][+,-]"},
      {R"([a-c-e]+)", "b-d e", "[b-][e]"},
      {R"([a&b]+)", "a&c", "[a&]"},
      {R"([&&a])", "a&", ""},
  });
}

TEST(Patterns, SyntaxIsOnigurumas) {
  expect_found({
      {"a{1,2}+", "aaaaa b", "[aaaaa]"},
      {"(?:ab){2}+c", "ababababc", "[ababababc]"},
      {"a{,2}b", "aaab b", "[aab][b]"},
      {"xa{2}?", "xaa xa", "[xaa][x]"},
      {"a**|b", "aab", "[aa]"},
      {"(?:a+)?*b", "aabb", "[aab][b]"},
      {"a(?i)b|c", "aB aC c", "[aB][aC]"},
      {"(?i:'s|'t)", "it'S Don't", "['S]['t]"},
      {"(?m:a.b)|a.c", "a\nb a\nc", "[a\nb]"},
      {"(?x) a b # c\n | [ ]", "ab c", "[ab][ ]"},
      {"^b$|^.", "a\nb\nc", "[a][b][c]"},
      {R"((?<=a|bc)d(?#note))", "ad bcd d", "[d][d]"},
      {R"(\i\Q|\<|[\v])", "iQ<\v", "[iQ][<][\v]"},
      {R"(\u0041\x{42}\x43|x*)", "ABCyxx", "[ABC][xx]"},
      {R"((?<first>a)b|(c)d)", "ab cd", "[ab][cd]"},
      {R"((.)\1)", "abba", "[bb]"},
      {"{a|a{b}|]", "{a a{b} ]", "[{a][a{b}][]]"},
      {"[^\\s]+",
       "ab\xFF"
       "cd",
       "[ab][cd]"},
  });
}

TEST(Patterns, RefusalsNameThePatternAndItsPlace) {
  const char* const refused[] = {"(",        ")",          "\\",           "[a",
                                 "a{99999}", "(?<=a+)b",   "\\C-a",        "\\p{InArabic}",
                                 "\\pL",     "\\p{L&}",    "\\p{Xan}",     "[[:foo:]]",
                                 "[a-\\d]",  "[\\w-a]",    "[b-a]",        "(*UCP)a",
                                 "(?P<n>a)", "(?R)",       "(?|a)",        "(?s)a",
                                 "\\g<1>",   "\\80",       "\\x{1 2}",     "+",
                                 "(?(1)a)",  "\\p{bidiL}", "(?<n>a)(b)\\1"};
  for (const char* bad : refused) {
    try {
      const Pattern pattern(bad, "here.json");
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_NE(message.find("here.json"), std::string::npos) << message;
      EXPECT_NE(message.find(bad), std::string::npos) << message;
    }
  }
}

// An empty match is a cut, though there is nothing to keep of it.
TEST(Patterns, EmptyMatchesCut) {
  const auto pieces = [](const char* pattern, SplitBehavior behavior, const std::string& text) {
    SplitText split{NormalizedText(text)};
    make_split_pattern(pattern, behavior)->apply(split);
    std::string all;
    for (size_t i = 0; i < split.pieces.size(); ++i) all += "[" + std::string(split.piece(i)) + "]";
    return all;
  };
  EXPECT_EQ(pieces(R"((?<=\d)(?=(?:\d{3})+(?!\d)))", SplitBehavior::isolated, "1234567"), "[1][234][567]");
  EXPECT_EQ(pieces("(?=\\d)", SplitBehavior::removed, "a12b"), "[a][1][2b]");
  EXPECT_EQ(pieces("(?=b)", SplitBehavior::merged_with_previous, "abab"), "[a][ba][b]");
  EXPECT_EQ(pieces("x*", SplitBehavior::isolated, "axxb"), "[a][xx][b]");
  EXPECT_EQ(normalize(*make_replace_pattern("(?<=[\\s\\S])\\z", "_"), "ab"), "ab_");
  EXPECT_EQ(normalize(*make_replace_pattern("x*", "-"), "axb"), "-a-b-");
}

}  // namespace
}  // namespace hodhod::text
