// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/line_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "hodhod/base/file.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void append(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::app) << text; }

TEST(LineTables, LinesOfTheSameNamesMakeATable) {
  const TemporaryDirectory directory;
  LineTables lines(directory.put("metrics.jsonl",
                                 "{\"step\":1,\"loss\":3.5,\"seconds\":1}\n"
                                 "{\"step\":2,\"seconds\":1.5,\"validation.loss\":4}\n"
                                 "{\"step\":3,\"loss\":null,\"seconds\":2}\n"
                                 "{\"step\":3,\"update\":{\"a.b\":1e-3},\"note\":\"text\"}\n"));
  lines.refresh();
  const auto& tables = lines.tables();
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_THAT(tables[0].names, ElementsAre("loss", "seconds"));
  EXPECT_THAT(tables[0].steps, ElementsAre(1, 3));
  EXPECT_EQ(tables[0].columns[0][0], 3.5F);
  EXPECT_TRUE(std::isnan(tables[0].columns[0][1]));
  EXPECT_THAT(tables[0].columns[1], ElementsAre(1, 2));
  EXPECT_THAT(tables[1].names, ElementsAre("seconds", "validation.loss"));
  EXPECT_THAT(tables[2].names, ElementsAre("update/a.b"));
  EXPECT_EQ(lines.unread().lines, 0);
}

TEST(LineTables, BadLinesAreCountedAndTheRestIsRead) {
  const TemporaryDirectory directory;
  LineTables lines(directory.put("metrics.jsonl",
                                 "{\"step\":1,\"loss\":3}\n"
                                 "# a note of mine\n"
                                 "{\"step\":2,\"loss\":\n"
                                 "{\"loss\":1}\n"
                                 "[1, 2]\n"
                                 "{\"step\":-4,\"loss\":1}\n"
                                 "{\"step\":99999999999,\"loss\":1}\n"
                                 "{\"step\":5,\"loss\":2}\n"));
  lines.refresh();
  ASSERT_EQ(lines.tables().size(), 1U);
  EXPECT_THAT(lines.tables()[0].steps, ElementsAre(1, 5));
  EXPECT_EQ(lines.unread().file, "metrics.jsonl");
  EXPECT_EQ(lines.unread().lines, 6);
  EXPECT_EQ(lines.unread().first, 2);
  EXPECT_THAT(lines.unread().why, HasSubstr("line 2"));
}

TEST(LineTables, ReadsOnWhereItWas) {
  const TemporaryDirectory directory;
  const std::string path = directory.put("metrics.jsonl", "{\"step\":1,\"loss\":3}\n{\"step\":2,\"lo");
  LineTables lines(path);
  lines.refresh();
  EXPECT_THAT(lines.tables()[0].steps, ElementsAre(1));
  EXPECT_EQ(lines.unread().lines, 0);  // the last line is still being written
  append(path, "ss\":2}\n{\"step\":3,\"loss\":1}\n");
  lines.refresh();
  EXPECT_THAT(lines.tables()[0].steps, ElementsAre(1, 2, 3));
  EXPECT_THAT(lines.tables()[0].columns[0], ElementsAre(3, 2, 1));
  // A run that goes on from a checkpoint writes the file anew without the lines behind it.
  write_file_atomically(path, "{\"step\":1,\"loss\":3}\n{\"step\":2,\"loss\":9}\n");
  lines.refresh();
  EXPECT_THAT(lines.tables()[0].columns[0], ElementsAre(3, 9));
  remove_tree(path);
  lines.refresh();
  EXPECT_TRUE(lines.tables().empty());
}

TEST(LineTables, RowsStandInTheOrderOfTheirSteps) {
  const TemporaryDirectory directory;
  LineTables lines(
      directory.put("metrics.jsonl", "{\"step\":5,\"a\":1}\n{\"step\":2,\"a\":2}\n{\"step\":5,\"a\":3}\n"));
  lines.refresh();
  EXPECT_THAT(lines.tables()[0].steps, ElementsAre(2, 5, 5));
  EXPECT_THAT(lines.tables()[0].columns[0], ElementsAre(2, 1, 3));
}

TEST(LineTables, AFileThatIsNoLogOfARunDoesNotGrowWithoutEnd) {
  const TemporaryDirectory directory;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\"step\":1,\"name" + std::to_string(i) + "\":1}\n";
  LineTables lines(directory.put("metrics.jsonl", text));
  lines.refresh();
  EXPECT_EQ(lines.tables().size() + static_cast<size_t>(lines.unread().lines), 1000U);
  EXPECT_LE(lines.tables().size(), 64U);
}

}  // namespace
}  // namespace hodhod
