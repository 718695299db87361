// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "hodhod/base/error.h"
#include "hodhod/base/failpoint.h"
#include "hodhod/base/faulty_file_system.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Three files whose contents follow from the step.
std::string state_of(int64_t step) {
  return std::string(static_cast<size_t>(100 + step), static_cast<char>('a' + step % 26));
}

void fill(CheckpointWriter& writer, int64_t step) {
  std::vector<float> values(500, static_cast<float>(step));
  writer.add_tensors("model.safetensors", {{"w", Tensor::from(values, {20, 25})}});
  writer.add("state.json", state_of(step));
  writer.add("empty", "");
}

void save(CheckpointStore& store, int64_t step) {
  store.save(step, [&](CheckpointWriter& writer) { fill(writer, step); });
}

void expect_whole(const Checkpoint& checkpoint) {
  EXPECT_EQ(checkpoint_problem(checkpoint), std::nullopt);
  EXPECT_EQ(read_file(checkpoint.file("state.json")), state_of(checkpoint.step));
  const TensorFile reader(checkpoint.path);
  EXPECT_EQ(reader.load("w").values().back(), static_cast<double>(checkpoint.step));
}

class CheckpointTest : public testing::Test {
 protected:
  // Numbers of the published ones.
  std::vector<int64_t> steps() {
    std::vector<int64_t> found;
    for (const Checkpoint& c : CheckpointStore(path_).list()) found.push_back(c.step);
    return found;
  }
  CheckpointStore store_of(int keep) { return CheckpointStore(path_, keep, system_.table()); }
  FaultyFileSystem system_;
  TemporaryDirectory directory_;
  std::string path_ = directory_ / "run/training";
};

TEST_F(CheckpointTest, TheNewestAreKeptAndFound) {
  CheckpointStore store = store_of(2);
  EXPECT_FALSE(store.find().newest);
  for (const int64_t step : {10, 20, 20, 5}) save(store, step);
  EXPECT_THAT(steps(), ElementsAre(20, 5));
  const auto search = CheckpointStore(path_).find();
  ASSERT_TRUE(search.newest);
  EXPECT_EQ(search.newest->step, 5);
  EXPECT_EQ(search.newest->number, 4);
  EXPECT_THAT(search.problems, IsEmpty());
  expect_whole(*search.newest);
  EXPECT_THAT(list_directory(path_), SizeIs(2));
}

TEST_F(CheckpointTest, EveryDamageIsToldAndThePreviousOneUsed) {
  CheckpointStore store = store_of(2);
  save(store, 1);
  save(store, 2);
  const Checkpoint newest = *store.find().newest;
  const auto damaged = [&](const std::string& name) {
    const auto search = CheckpointStore(path_).find();
    EXPECT_TRUE(search.newest && search.newest->step == 1) << name;
    EXPECT_THAT(search.problems, ElementsAre(HasSubstr(newest.file(name)))) << name;
  };
  for (const std::string& name : list_directory(newest.path)) {
    const std::string path = newest.file(name), bytes = read_file(path);
    const auto put = [&](const std::string& changed) { FileWriter(path).write(changed); };
    for (size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 50) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      put(changed);
      const auto search = CheckpointStore(path_).find();
      ASSERT_TRUE(search.newest);
      EXPECT_EQ(search.newest->step, 1) << name << " byte " << i;
      EXPECT_THAT(search.problems, ElementsAre(HasSubstr(newest.path))) << name << " byte " << i;
    }
    put(bytes + "x");
    damaged(name);
    if (!bytes.empty()) put(bytes.substr(1));
    damaged(name);
    ::unlink(path.c_str());
    damaged(name);
    put(bytes);
    expect_whole(*CheckpointStore(path_).find().newest);
  }
  FileWriter(newest.file("stranger")).write("x");
  damaged("stranger");
}

TEST_F(CheckpointTest, ADamagedOneDoesNotPushAGoodOneOut) {
  CheckpointStore first = store_of(2);
  save(first, 1);
  save(first, 2);
  FileWriter(first.list()[1].file("state.json")).write("damaged");
  CheckpointStore store = store_of(2);
  EXPECT_EQ(store.find().newest->step, 1);
  save(store, 2);
  FileWriter(store.list().back().file("state.json")).write("damaged, too");
  EXPECT_EQ(CheckpointStore(path_).find().newest->step, 1);
  EXPECT_THAT(CheckpointStore(path_).find().problems, SizeIs(1));
  EXPECT_THAT(list_directory(path_), ElementsAre("checkpoint-00001-step-1", "checkpoint-00002-step-2",
                                                 "checkpoint-00002-step-2.damaged"));
}

TEST_F(CheckpointTest, AnyFailingCallLeavesTheFormerOne) {
  for (const int reason : {ENOSPC, EIO}) {
    for (const bool keep_failing : {false, true}) {
      int failures = 0;
      for (int failing = 0;; ++failing) {
        remove_tree(path_);
        CheckpointStore store = store_of(1);
        save(store, 1);
        FaultyFileSystem faulty(failing, reason, keep_failing);
        CheckpointStore broken(path_, 1, faulty.table());
        const std::string message = error_of([&] { save(broken, 2); });
        if (!faulty.has_failed()) {
          EXPECT_EQ(message, "no error");
          break;
        }
        ++failures;
        EXPECT_THAT(message, AllOf(HasSubstr(path_), HasSubstr(std::strerror(reason)))) << failing;
        const auto search = CheckpointStore(path_).find();
        ASSERT_TRUE(search.newest) << failing;
        EXPECT_EQ(search.newest->step, faulty.renames() > 0 ? 2 : 1) << failing;
        EXPECT_THAT(search.problems, IsEmpty()) << failing;
        expect_whole(*search.newest);
        // The disk recovers, and so does the store.
        save(store, 3);
        EXPECT_EQ(CheckpointStore(path_).find().newest->step, 3);
        EXPECT_THAT(list_directory(path_), SizeIs(1)) << failing;
      }
      EXPECT_GT(failures, 25);
    }
  }
}

TEST_F(CheckpointTest, ShortWritesAreCarriedOn) {
  FaultyFileSystem faulty;
  faulty.write_at_most(100);
  faulty.interrupt_every(5);
  CheckpointStore store(path_, 2, faulty.table());
  save(store, 7);
  expect_whole(*store.find().newest);
}

TEST_F(CheckpointTest, AnErrorWhileFillingLeavesNothing) {
  CheckpointStore store = store_of(2);
  save(store, 1);
  const auto bad = [&](const char* name) {
    return error_of([&] { store.save(2, [&](CheckpointWriter& w) { w.add(name, "x"), w.add(name, "y"); }); });
  };
  EXPECT_THAT(bad("a"), HasSubstr("added twice"));
  EXPECT_THAT(bad("a/b"), HasSubstr("cannot be the name"));
  EXPECT_THAT(bad("manifest.json"), HasSubstr("cannot be the name"));
  EXPECT_THAT(list_directory(path_), SizeIs(1));
}

// Runs `body` in a process of its own; whether it was killed.
bool is_killed(const std::function<void()>& body, unsigned microseconds = 0) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  if (microseconds > 0) {
    ::usleep(microseconds);
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

TEST_F(CheckpointTest, BeingKilledAtEveryNamedPointLosesNothing) {
  CheckpointStore store = store_of(1);
  int64_t step = 1;
  save(store, step);
  for (const std::string_view point : kCheckpointFailpoints) {
    for (int time = 1; time <= 4; ++time) {
      const bool killed = is_killed([&] {
        ::setenv("HODHOD_KILL_AT", fmt::format("{}:{}", point, time).c_str(), 1);
        save(store, step + 1);
      });
      if (time == 1) {
        EXPECT_TRUE(killed) << point;
      }
      const auto search = CheckpointStore(path_).find();
      ASSERT_TRUE(search.newest) << point;
      EXPECT_THAT(search.problems, IsEmpty()) << point;
      EXPECT_TRUE(search.newest->step == step || search.newest->step == step + 1) << point;
      expect_whole(*search.newest);
      step = search.newest->step;
    }
  }
  save(store, step + 1);
  EXPECT_THAT(list_directory(path_), SizeIs(1));
}

// What a program does that knows nothing of all this.
void save_in_place(const std::string& path, int64_t step) {
  make_directories(path);
  for (const char* name : {"model.safetensors", "state.json"}) {
    FileWriter file(join_path(path, name));
    for (int i = 0; i < 200; ++i) file.write(fmt::format("{} ", step));
  }
}

TEST_F(CheckpointTest, BeingKilledAnywhereLosesNothingButInPlaceItDoes) {
  Rng rng(1);
  int control_losses = 0;
  for (int round = 0; round < 60; ++round) {
    const auto delay = static_cast<unsigned>(500 + rng.below(6000));
    is_killed(
        [&] {
          CheckpointStore store = store_of(1);
          const auto newest = store.find().newest;
          for (int64_t step = newest ? newest->step : 0;;) save(store, ++step);
        },
        delay);
    const auto search = CheckpointStore(path_).find();
    EXPECT_THAT(search.problems, IsEmpty());
    if (search.newest) expect_whole(*search.newest);

    const std::string control = directory_ / "control";
    is_killed(
        [&] {
          for (int64_t step = 1000;; ++step) save_in_place(control, step);
        },
        delay);
    const auto whole = [&](const char* name) {
      const std::string path = join_path(control, name);
      return file_exists(path) && file_size(path) == 1000 &&
             read_file(path) == read_file(control + "/state.json");
    };
    control_losses += whole("model.safetensors") && whole("state.json") ? 0 : 1;
  }
  EXPECT_TRUE(CheckpointStore(path_).find().newest);
  EXPECT_GT(control_losses, 0);
}

}  // namespace
}  // namespace hodhod
