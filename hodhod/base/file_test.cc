// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "hodhod/base/error.h"
#include "hodhod/base/faulty_file_system.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

TEST(File, WhatIsWrittenIsReadAndMapped) {
  TemporaryDirectory directory;
  const std::string path = directory / "a.bin";
  for (size_t size : {0, 1, 4096, 200000}) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    write_file_atomically(path, bytes);
    EXPECT_EQ(read_file(path), bytes);
    EXPECT_EQ(file_size(path), size);
    const MappedFile mapped(path);
    ASSERT_EQ(mapped.bytes().size(), size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(mapped.bytes().data()), size), bytes);
  }
  EXPECT_THAT(list_directory(directory.path()), ElementsAre("a.bin"));
  EXPECT_THROW(read_file(path, 1000), Error);
}

TEST(File, ErrorsNamePathAndReason) {
  TemporaryDirectory directory;
  const std::string absent = directory / "absent";
  EXPECT_THAT(error_of([&] { read_file(absent); }), AllOf(HasSubstr(absent), HasSubstr("No such file")));
  EXPECT_THAT(error_of([&] { MappedFile m(absent); }), AllOf(HasSubstr(absent), HasSubstr("No such file")));
  EXPECT_THAT(error_of([&] { write_file_atomically(absent + "/x", "y"); }),
              HasSubstr("there is no directory"));
  EXPECT_THAT(error_of([&] { read_file(directory.path()); }), HasSubstr("is a directory"));
  EXPECT_THAT(error_of([&] { write_file_atomically(directory.path(), "y"); }), HasSubstr("is a directory"));
  EXPECT_THAT(error_of([&] { list_directory(absent); }), HasSubstr(absent));
}

TEST(File, ErrorsSayWhatCanBeDone) {
  for (const auto& [reason, advice] : {std::pair{ENOENT, "check the path"},
                                       {ENOTDIR, "check the path"},
                                       {EACCES, "check the permissions"},
                                       {EROFS, "check the permissions"},
                                       {EISDIR, "name a file"},
                                       {ENOSPC, "free some space"}}) {
    EXPECT_THAT(error_of([&, wanted = reason] { fail_with_reason("write", "models/a", wanted); }),
                AllOf(HasSubstr("models/a: cannot write: "), HasSubstr(advice)));
  }
}

TEST(File, ErrorsOfWritingNameThePathThatWasGiven) {
  const TemporaryDirectory directory;
  const auto message = [&](const std::string& path) {
    return error_of([&] { write_file_atomically(path, "x"); });
  };
  EXPECT_EQ(
      message(directory / "none/page.html"),
      fmt::format("{0}/none/page.html: cannot be written: there is no directory {0}/none; make it, or give "
                  "another path",
                  directory.path()));
  directory.put("file", "");
  EXPECT_THAT(message(directory / "file/page.html"),
              AllOf(HasSubstr("file/page.html: cannot create: "), Not(HasSubstr(".tmp-"))));
}

TEST(File, AnyFailingCallLeavesTheFormerFile) {
  TemporaryDirectory directory;
  const std::string path = directory / "model";
  const std::string next(100000, 'n');
  for (const int reason : {ENOSPC, EIO}) {
    int calls = 0;
    for (int failing = 0;; ++failing) {
      write_file_atomically(path, "former");
      FaultyFileSystem faulty(failing, reason);
      const std::string message = error_of([&] { write_file_atomically(path, next, faulty.table()); });
      if (!faulty.has_failed()) break;
      ++calls;
      EXPECT_THAT(message, AllOf(HasSubstr(directory.path()), HasSubstr(std::strerror(reason)))) << failing;
      // After the rename the new file stands; a directory that cannot be synced is still reported.
      EXPECT_EQ(read_file(path), faulty.renames() > 0 ? next : "former") << failing;
      EXPECT_THAT(list_directory(directory.path()), ElementsAre("model")) << failing;
    }
    EXPECT_EQ(calls, 8);  // open write fsync close rename, and open fsync close of the directory
  }
}

TEST(File, ShortWritesAndInterruptionsAreCarriedOn) {
  TemporaryDirectory directory;
  const std::string path = directory / "model";
  const std::string bytes(5000, 'b');
  FaultyFileSystem faulty;
  faulty.write_at_most(7);
  faulty.interrupt_every(3);
  write_file_atomically(path, bytes, faulty.table());
  EXPECT_EQ(read_file(path), bytes);
}

TEST(File, LinksAreFollowedAndDevicesAreNotReplaced) {
  TemporaryDirectory directory;
  write_file_atomically(directory / "real", "1");
  std::filesystem::create_symlink("real", directory / "link");
  write_file_atomically(directory / "link", "2");
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link"));
  EXPECT_EQ(read_file(directory / "real"), "2");
  write_file_atomically("/dev/null", "gone");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(File, DirectoriesAreMadeAndRemoved) {
  TemporaryDirectory directory;
  make_directories(directory / "a/b/c");
  make_directories(directory / "a/b/c/");
  EXPECT_TRUE(is_directory(directory / "a/b/c"));
  write_file_atomically(directory / "a/b/file", "x");
  std::filesystem::create_symlink(directory.path(), directory / "a/b/loop");
  remove_tree(directory / "a");
  remove_tree(directory / "a");
  EXPECT_FALSE(file_exists(directory / "a"));
  EXPECT_TRUE(is_directory(directory.path()));
  write_file_atomically(directory / "f", "x");
  EXPECT_THAT(error_of([&] { make_directories(directory / "f"); }), HasSubstr("a file of that name"));
}

TEST(File, LeftoversOfKilledWritersGo) {
  TemporaryDirectory directory;
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  const std::string dead = fmt::format("model.tmp-{}-0", gone),
                    own = fmt::format("model.tmp-{}-7", ::getpid()),
                    alive = fmt::format("model.tmp-{}-3", ::getppid());
  for (const std::string& name : {dead, own, alive}) directory.put(name, "x");
  for (const char* name : {"model", "a.tmp-", "a.tmp-1", "a.tmp-x-1", ".tmp-1-1"}) directory.put(name, "x");
  remove_leftovers(directory.path());
  EXPECT_THAT(list_directory(directory.path()),
              UnorderedElementsAre("model", alive, "a.tmp-", "a.tmp-1", "a.tmp-x-1", ".tmp-1-1"));
}

TEST(File, Paths) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(parent_path("a/b"), "a");
  EXPECT_EQ(parent_path("a/b/"), "a");
  EXPECT_EQ(parent_path("b"), ".");
  EXPECT_EQ(parent_path("/b"), "/");
}

// A pipe that nobody writes to would keep the reader waiting.
TEST(File, OnlyRegularFilesAreReadWhole) {
  const TemporaryDirectory directory;
  const std::string pipe = directory / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_of([&] { read_file(pipe); }), HasSubstr("pipe: is a pipe or a device"));
  EXPECT_THAT(error_of([&] { MappedFile{pipe}; }), HasSubstr("pipe: is a pipe or a device"));
  EXPECT_THAT(error_of([&] { read_file("/dev/zero"); }), HasSubstr("/dev/zero: is a pipe"));
  EXPECT_THAT(error_of([&] { read_file(directory.path()); }), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace hodhod
