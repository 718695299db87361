// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/byte_sink.h"

#include <gtest/gtest.h>

#include <string>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += fmt::format("line {}\n", i * 7919 % 100003);
  return text;
}

TEST(ByteSink, WhatIsWrittenIsReadAgain) {
  const TemporaryDirectory directory;
  const std::string text = long_text();
  for (const char* name : {"a.txt", "a.txt.gz"}) {
    ByteSink sink(directory / name);
    for (size_t at = 0; at < text.size(); at += 999) sink.write(std::string_view(text).substr(at, 999));
    EXPECT_FALSE(file_exists(directory / name));
    sink.commit();
    EXPECT_EQ(read_all(directory / name), text) << name;
  }
  EXPECT_LT(file_size(directory / "a.txt.gz"), text.size() / 2);
}

TEST(ByteSink, NothingIsLeftWithoutCommit) {
  const TemporaryDirectory directory;
  ByteSink(directory / "a.gz").write("something");
  EXPECT_TRUE(list_directory(directory.path()).empty());
}

TEST(ByteSink, AnEmptyTextIsAFile) {
  const TemporaryDirectory directory;
  ByteSink sink(directory / "a.gz");
  sink.commit();
  EXPECT_EQ(read_all(directory / "a.gz"), "");
}

TEST(ByteSink, AnErrorNamesThePath) {
  expect_error([] { ByteSink("/nowhere/at/all.gz"); }, "/nowhere/at");
}

}  // namespace
}  // namespace hodhod
