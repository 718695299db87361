// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/signals.h"

namespace hodhod {
namespace {

TEST(Process, RunsAProgramToItsEnd) {
  const TemporaryDirectory directory;
  const std::string path = directory / "out";
  const ProcessEnd end =
      run_process({"/bin/sh", "-c", "printf '%s' \"$1\" > \"$0\"; sleep 0.1; exit 3", path, "a b'c"});
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(read_file(path), "a b'c");
  EXPECT_GT(end.peak_memory, 0U);  // how much of so short a program is seen depends on the system's load
  EXPECT_GE(end.processor_seconds, 0);
}

TEST(Process, HasAMemoryOfItsOwn) {
  const std::vector<char> large(size_t{256} << 20, 1);  // of this process
  const ProcessEnd end = run_process({"/bin/sh", "-c", "sleep 0.1"});
  EXPECT_LT(end.peak_memory, large.size() / 2);
  EXPECT_EQ(large.back(), 1);
}

TEST(Process, TellsOfASignalAndOfAMissingProgram) {
  EXPECT_EQ(run_process({"/bin/sh", "-c", "kill -9 $$"}).status, 128 + SIGKILL);
  EXPECT_THROW(run_process({"/nowhere/program"}), Error);
  EXPECT_TRUE(file_exists(own_program()));
}

TEST(Process, PassesAStopSignalOn) {
  const StopSignals signals;
  EXPECT_EQ(run_process({"/bin/sh", "-c", "trap 'exit 5' TERM; kill -TERM $PPID; sleep 5 & wait"}).status, 5);
  EXPECT_EQ(stop_signal(), SIGTERM);
}

}  // namespace
}  // namespace hodhod
