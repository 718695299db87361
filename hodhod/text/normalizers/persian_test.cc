// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/persian.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace hodhod::text {
namespace {

std::string persian(std::string_view text, const PersianOptions& options = {}) {
  return normalize(*make_persian_normalizer(options), text);
}

TEST(Persian, LettersAndDigits) {
  EXPECT_EQ(persian("كتاب علي موسى ١٢۳4"), "کتاب علی موسی ۱۲۳4");
  EXPECT_EQ(persian("ك١", {.letters = false, .digits = PersianDigits::keep}), "ك١");
  EXPECT_EQ(persian("١۲3", {.digits = PersianDigits::latin}), "123");
  EXPECT_EQ(persian("١۲3", {.digits = PersianDigits::arabic}), "١٢3");
}

TEST(Persian, TatweelAndDiacritics) {
  EXPECT_EQ(persian("سـلام مُحَمَّد"), "سلام مُحَمَّد");
  EXPECT_EQ(persian("مُحَمَّد", {.remove_diacritics = true}), "محمد");
  EXPECT_EQ(persian("سـلام", {.remove_tatweel = false}), "سـلام");
}

TEST(Persian, JoinersThatMatterStay) {
  for (const char* word :
       {"می\u200Cخواهم", "خانه\u200Cها", "دوست\u200Cداشتنی", "گفت\u200Cوگو", "नी\u200Cत"}) {
    EXPECT_EQ(persian(word), word);
  }
}

TEST(Persian, StrayJoinersGo) {
  const std::string z = "\u200C";
  EXPECT_EQ(persian("می" + z + z + "خواهم"), "می" + z + "خواهم");
  EXPECT_EQ(persian(z + "سلام" + z), "سلام");
  EXPECT_EQ(persian("سلام" + z + " دنیا"), "سلام دنیا");
  EXPECT_EQ(persian("سلام " + z + "دنیا"), "سلام دنیا");
  EXPECT_EQ(persian("سلام" + z + "."), "سلام.");
  EXPECT_EQ(persian("کار" + z + "ها"), "کارها");
  EXPECT_EQ(persian("۵" + z + "نفر"), "۵نفر");
  EXPECT_EQ(persian(z + z + z), "");
  EXPECT_EQ(persian("کار" + z + "ها", {.clean_joiners = false}), "کار" + z + "ها");
}

TEST(Persian, IsSettledAfterOnce) {
  const std::string text = "ـ\u200Cكـ\u200C\u200Cي\u064E\u200C ١\u200C\u200Cآ\u200Cب";
  EXPECT_EQ(persian(persian(text)), persian(text));
}

TEST(Persian, ReportsEachRule) {
  const auto reports = report_persian("كي ١ كـ");
  std::map<std::string, size_t> changes;
  for (const RuleReport& report : reports) changes[report.rule] = report.changes.size();
  EXPECT_EQ(changes, (std::map<std::string, size_t>{
                         {"compose", 0}, {"letters", 2}, {"digits", 1}, {"tatweel", 1}, {"joiners", 0}}));
  EXPECT_EQ(reports[1].changes[0].before, "كي");
  EXPECT_EQ(reports[1].changes[0].after, "کی");
  EXPECT_EQ(reports[1].changes[0].where, (Range{0, 4}));
}

// Only kinds that Hugging Face's own library runs.
TEST(Persian, IsASequenceOfPlainRules) {
  const auto normalizer = make_persian_normalizer({.remove_diacritics = true});
  const std::string json = format_json(normalizer->to_json(), -1);
  const auto again = normalizer_from_json(parse_json(json, "t"), "t");
  EXPECT_EQ(normalize(*again, "كـ مُ\u200C"), normalize(*normalizer, "كـ مُ\u200C"));
  std::function<void(const Json&)> visit = [&](const Json& part) {
    const auto type = part["type"].get<std::string>();
    EXPECT_TRUE(type == "Sequence" || type == "NFC" || type == "Replace") << type;
    if (type == "Sequence") {
      for (const Json& inner : part["normalizers"]) visit(inner);
    }
  };
  visit(normalizer->to_json());
}

}  // namespace
}  // namespace hodhod::text
