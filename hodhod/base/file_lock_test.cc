// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const std::string& path) {
  try {
    const FileLock lock(path, "wait for it");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(FileLock, HasOneHolderAndIsLetGo) {
  const TemporaryDirectory directory;
  const std::string path = directory / "lock";
  {
    const FileLock lock(path, "");
    EXPECT_THAT(refusal(path), AllOf(HasSubstr(path), HasSubstr(fmt::format("process {} on", ::getpid())),
                                     HasSubstr("wait for it")));
  }
  EXPECT_EQ(refusal(path), "");
  EXPECT_THAT(refusal(directory / "none/lock"), HasSubstr("No such file"));
}

TEST(FileLock, EndsWithAKilledProcess) {
  const TemporaryDirectory directory;
  const std::string path = directory / "lock";
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FileLock lock(path, "");
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(refusal(path), HasSubstr(fmt::format("process {} on", child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(refusal(path), "");
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace hodhod
