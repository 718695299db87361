// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/format.h"

#include <gtest/gtest.h>

namespace hodhod {
namespace {

TEST(Format, Bytes) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1536), "1.50 KiB");
  EXPECT_EQ(format_bytes(uint64_t{1023} << 20), "1.00 GiB");
  EXPECT_EQ(format_bytes(uint64_t{150} << 30), "150 GiB");
}

TEST(Format, ReadsNumbers) {
  EXPECT_EQ(parse_number("-2.5"), -2.5);
  EXPECT_EQ(parse_number("3e2"), 300);
  EXPECT_EQ(parse_number("۱۲٫۵"), 12.5);
  EXPECT_EQ(parse_number("-٣"), -3);
  EXPECT_EQ(parse_number("−۴"), -4);
  for (const char* text : {"", " 1", "1 ", "1,5", "one", "یک", "۱،۵", "۱ ", "\xdb", "nan", "inf", "1e999"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Format, Counts) {
  EXPECT_EQ(format_count(812), "812");
  EXPECT_EQ(format_count(65100), "65.1k");
  EXPECT_EQ(format_count(124439808), "124M");
  EXPECT_EQ(format_count(999960), "1.0M");
  EXPECT_EQ(format_count(-2500), "-2.5k");
  EXPECT_EQ(with_commas(124439808), "124,439,808");
  EXPECT_EQ(with_commas(-1000), "-1,000");
  EXPECT_EQ(with_commas(999), "999");
}

TEST(Format, Durations) {
  EXPECT_EQ(format_duration(0.42), "0.4 s");
  EXPECT_EQ(format_duration(42), "42 s");
  EXPECT_EQ(format_duration(185), "3:05");
  EXPECT_EQ(format_duration(7385), "2:03:05");
  EXPECT_EQ(format_duration(86400 * 4 + 7385), "4 d 02:03:05");
  EXPECT_EQ(format_duration(-1), "?");
}

TEST(Format, WidthOnATerminal) {
  EXPECT_EQ(display_width("loss"), 4);
  EXPECT_EQ(display_width("می\u200cرود"), 5);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("\xff"), 1);
}

TEST(Format, NounsOfOneAndOfSeveral) {
  EXPECT_EQ(count_of(1, "row"), "1 row");
  EXPECT_EQ(count_of(0, "row"), "0 rows");
  EXPECT_EQ(count_of(1200, "row"), "1200 rows");
  EXPECT_EQ(count_of(1, "entry", "entries"), "1 entry");
  EXPECT_EQ(count_of(2, "entry", "entries"), "2 entries");
  EXPECT_EQ(noun_for(1, "word"), "word");
  EXPECT_EQ(noun_for(-1, "word"), "words");
}

}  // namespace
}  // namespace hodhod
