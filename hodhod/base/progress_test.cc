// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hodhod {
namespace {

using testing::HasSubstr;

class ProgressTest : public testing::Test {
 protected:
  ProgressOptions options(bool terminal) {
    ProgressOptions o;
    o.label = "Reading";
    o.total = 1000;
    o.terminal = terminal;
    o.write = [this](std::string_view text) { written_ += text; };
    o.clock = [this] { return now_; };
    o.width = [] { return 100; };
    return o;
  }
  std::string taken() { return std::exchange(written_, ""); }
  std::string written_;
  double now_ = 100;
};

TEST_F(ProgressTest, PlainLinesComeNowAndThen) {
  Progress progress(options(false));
  for (int i = 1; i <= 99; ++i) {
    now_ += 0.1;
    progress.update(i);
  }
  EXPECT_EQ(taken(), "");
  now_ = 110;
  progress.update(250, "loss 3.21");
  EXPECT_EQ(taken(), "Reading  25% 250/1.0k lines, 25/s, 30 s left, loss 3.21\n");
  now_ = 112;
  progress.update(300);
  EXPECT_EQ(taken(), "");
  progress.print("saved");
  EXPECT_EQ(taken(), "saved\n");
  now_ = 120;
  progress.update(1000);
  taken();
  progress.finish();
  EXPECT_EQ(taken(), "Reading 100% 1.0k/1.0k lines, 50/s, 20 s\n");
}

TEST_F(ProgressTest, ABarIsDrawnInPlaceAndCleared) {
  {
    Progress progress(options(true));
    now_ += 1;
    progress.update(525);
    EXPECT_THAT(taken(), testing::AllOf(testing::StartsWith("\r\x1b[K"), HasSubstr("[██████████▌         ]"),
                                        HasSubstr("0.9 s left")));
    progress.print("saved");
    EXPECT_EQ(taken(), "\r\x1b[Ksaved\n");
    progress.update(600);
    EXPECT_THAT(taken(), HasSubstr("60%"));
  }
  EXPECT_EQ(taken(), "\r\x1b[K");
}

TEST_F(ProgressTest, ANarrowTerminalCutsTheLine) {
  auto o = options(true);
  o.width = [] { return 30; };
  Progress progress(o);
  now_ += 1;
  progress.update(1000);
  EXPECT_EQ(taken(), "\r\x1b[KReading 100% [███████████████");
}

TEST_F(ProgressTest, AResumedRunCountsItsOwnWork) {
  auto o = options(false);
  o.start = 900;
  Progress progress(o);
  now_ += 10;
  progress.update(950);
  EXPECT_THAT(taken(), HasSubstr("5/s, 10 s left"));
}

TEST_F(ProgressTest, UnknownTotalAndQuiet) {
  auto o = options(false);
  o.total = 0;
  Progress progress(o);
  now_ += 10;
  progress.update(12345);
  EXPECT_EQ(taken(), "Reading 12.3k lines, 1.2k/s, 10 s\n");
  o.write = nullptr;
  Progress quiet(o);
  now_ += 100;
  quiet.update(1);
  quiet.print("x");
  quiet.finish();
  EXPECT_EQ(taken(), "");
}

}  // namespace
}  // namespace hodhod
