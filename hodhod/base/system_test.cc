// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <vector>

#include "hodhod/base/memory.h"
#include "hodhod/base/signals.h"

namespace hodhod {
namespace {

TEST(Memory, FollowsWhatIsTouched) {
  const uint64_t before = current_memory();
  EXPECT_GT(before, 1u << 20);
  std::vector<char> block(64 << 20);
  std::memset(block.data(), 1, block.size());
  EXPECT_GE(current_memory(), before + (60 << 20));
  EXPECT_GE(peak_memory(), before + (60 << 20));
  EXPECT_EQ(block.back(), 1);
  EXPECT_GT(available_memory(), 0u);
}

TEST(Signals, TheFirstAsksAndTheSecondEnds) {
  {
    StopSignals signals;
    EXPECT_FALSE(stop_requested());
    std::raise(SIGTERM);
    EXPECT_EQ(stop_signal(), SIGTERM);
  }
  {
    StopSignals signals;
    EXPECT_EQ(stop_signal(), 0);
    std::raise(SIGINT);
    EXPECT_EQ(stop_signal(), SIGINT);
  }
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        StopSignals signals;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(Signals, AClosingTerminalAsksHoweverOftenItSaysSo) {
  {
    StopSignals signals;
    std::raise(SIGHUP);
    std::raise(SIGHUP);
    EXPECT_EQ(stop_signal(), SIGHUP);
  }
  StopSignals signals;
  EXPECT_EQ(stop_signal(), 0);
  std::raise(SIGHUP);
  EXPECT_EQ(stop_signal(), SIGHUP);
}

TEST(Signals, WhatRunsUnderNohupGoesOnWhenTheTerminalCloses) {
  std::signal(SIGHUP, SIG_IGN);
  {
    StopSignals signals;
    std::raise(SIGHUP);
    EXPECT_EQ(stop_signal(), 0);
  }
  std::raise(SIGHUP);
  std::signal(SIGHUP, SIG_DFL);
}

}  // namespace
}  // namespace hodhod
