// SPDX-License-Identifier: Apache-2.0
#include "hodhod/watch/run_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/file_lock.h"
#include "hodhod/base/testing.h"
#include "hodhod/watch/run_page.h"
#include "hodhod/watch/run_summary.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A directory with the files of a run.
class RunFiles {
 public:
  explicit RunFiles(const std::string& marks = "") {
    make_directories(path() + "/training");
    directory_.put("metrics.jsonl",
                   "{\"step\":1,\"loss\":6,\"items_per_second\":100,\"seconds\":2}\n"
                   "{\"step\":50,\"loss\":3,\"items_per_second\":120,\"seconds\":60}\n"
                   "{\"step\":50,\"seconds\":60,\"validation.loss\":3.5}\n");
    directory_.put(
        "training/run.json",
        "{\"program\":\"hodhod 1\",\"command\":\"hodhod train translate --source /data/a.en --out /x/run\","
        "\"options\":{\"clip\":\"1.5\",\"source\":\"/data/a.en\"},"
        "\"data\":[{\"option\":\"source\",\"path\":\"/data/a.en\",\"bytes\":12,\"xxh64\":\"00\"}],"
        "\"parameters\":77}");
    if (!marks.empty()) directory_.put("training/marks.jsonl", marks);
  }
  std::string path() const { return directory_.path(); }
  const TemporaryDirectory& directory() const { return directory_; }

 private:
  TemporaryDirectory directory_;
};

constexpr const char* kBegun = "{\"step\":0,\"mark\":\"begun\",\"steps\":100,\"minutes\":5}\n";

TEST(RunHistory, ReadsWhatARunHasWritten) {
  const RunFiles files(std::string(kBegun) +
                       "{\"step\":20,\"mark\":\"saved\"}\n"
                       "{\"step\":31,\"mark\":\"skipped\",\"note\":\"the loss (nan)\"}\n"
                       "{\"step\":32,\"mark\":\"skipped\",\"note\":\"the loss (nan)\"}\n"
                       "{\"step\":35,\"mark\":\"skipped\",\"note\":\"the loss (nan)\"}\n"
                       "{\"step\":50,\"mark\":\"best\",\"note\":\"loss 3.5000\"}\n"
                       "{\"step\":50,\"mark\":\"saved\"}\n"
                       "{\"step\":50,\"mark\":\"ended\",\"note\":\"signal\"}\n");
  const RunHistory run(files.path());
  EXPECT_EQ(run.state(), RunState::signal);
  EXPECT_EQ(run.steps(), 100);
  EXPECT_EQ(run.minutes(), 5);
  EXPECT_EQ(run.clip(), 1.5);
  EXPECT_TRUE(run.unread().empty());
  std::vector<std::string> events;
  for (const RunEvent& event : run.events())
    events.push_back(fmt::format("{} {} x{}", event.step,
                                 names_of(event.mark)[static_cast<size_t>(event.mark)], event.count));
  EXPECT_THAT(events, ElementsAre("0 begun x1", "31 skipped x2", "35 skipped x1", "50 best x1", "50 saved x1",
                                  "50 ended x1"));
}

TEST(RunHistory, ARunIsUnderWayAsLongAsItHoldsItsLock) {
  const RunFiles files(kBegun);
  RunHistory run(files.path());
  EXPECT_EQ(run.state(), RunState::killed);
  {
    const FileLock lock(files.path() + "/training/lock", "");
    run.refresh();
    EXPECT_TRUE(run.is_running());
  }
  // Of a process that has ended; process numbers stay below 2^22.
  files.directory().put("training/lock",
                        read_file(files.path() + "/training/lock")
                            .replace(0, fmt::format("process {}", ::getpid()).size(), "process 999999999"));
  run.refresh();
  EXPECT_EQ(run.state(), RunState::killed);
  files.directory().put("training/lock", "process 1 on another-machine-than-this\n");
  run.refresh();
  EXPECT_EQ(run.state(), RunState::unknown);
  files.directory().put("training/marks.jsonl", "{\"step\":50,\"mark\":\"ended\",\"note\":\"finished\"}\n");
  run.refresh();
  EXPECT_EQ(run.state(), RunState::finished);
}

TEST(RunHistory, ARunOfAnOlderVersionIsShown) {
  const RunFiles files;
  remove_tree(files.path() + "/training");
  const RunHistory run(files.path());
  EXPECT_EQ(run.state(), RunState::unknown);
  EXPECT_EQ(run.metrics().size(), 2U);
  EXPECT_THAT(summary_text(run, summary_of(run, "old")), HasSubstr("step 50, 1:00, 120 items/s"));
}

// Numbers are recorded every so many steps; the end may be between two of these.
TEST(RunHistory, TheEndIsTheLastStep) {
  const std::string end = "{\"step\":67,\"mark\":\"ended\",\"note\":\"signal\"";
  const RunFiles files(kBegun + end + ",\"seconds\":75}\n"), older(kBegun + end + "}\n");
  const auto text = [](const RunFiles& of) {
    const RunHistory run(of.path());
    return summary_text(run, summary_of(run, "x"));
  };
  EXPECT_THAT(text(files), HasSubstr("step 67 of 100, 1:15, "));
  EXPECT_THAT(text(older), HasSubstr("step 67 of 100, 1:00 up to step 50, the last with numbers, "));
}

TEST(RunHistory, ItIsSaidWhyTheLossesDiffer) {
  const RunFiles files(kBegun);
  const auto text = [&](const std::string& options, const std::string& model) {
    files.directory().put("training/run.json",
                          "{\"program\":\"hodhod 1\",\"command\":\"hodhod train translate\",\"options\":{" +
                              options + "},\"data\":[],\"parameters\":77,\"model\":{" + model + "}}");
    const RunHistory run(files.path());
    return summary_text(run, summary_of(run, "x"));
  };
  EXPECT_THAT(
      text("\"label-smoothing\":\"0.1\"", "\"dropout\":\"0.2\""),
      HasSubstr("The loss of training is with labels smoothed by 0.1 and dropout 0.2; that of validation "
                "is without."));
  EXPECT_THAT(text("\"word-dropout\":\"0.3\"", "\"dropout\":\"0.1\",\"attention-dropout\":\"0.1\""),
              HasSubstr("is with dropout 0.1 and 0.3;"));
  EXPECT_THAT(text("\"lora-rank\":\"0\",\"lora-dropout\":\"0.05\"",
                   "\"dropout\":\"0\",\"locked-dropout\":\"yes\",\"embedding-dropout\":\"\""),
              Not(HasSubstr("The loss of training")));
  EXPECT_THAT(text("\"lora-rank\":\"8\",\"lora-dropout\":\"0.05\"", ""), HasSubstr("is with dropout 0.05;"));
}

TEST(RunHistory, DamageIsToldAndTheRestIsRead) {
  const RunFiles files(std::string(kBegun) + "{\"step\":1,\"mark\":\"invented\"}\n");
  files.directory().put("training/run.json", "{\"program\":");
  files.directory().put("training/samples.jsonl",
                        "{\"step\":50,\"samples\":[{\"input\":\"a\",\"output\":\"b\"}]}\n{\"step\":60}\n");
  const RunHistory run(files.path());
  std::vector<std::string> files_told;
  for (const UnreadLines& unread : run.unread()) files_told.push_back(unread.file);
  EXPECT_THAT(files_told, ElementsAre("run.json", "marks.jsonl", "samples.jsonl"));
  ASSERT_EQ(run.samples().size(), 1U);
  EXPECT_EQ(run.samples()[0].samples[0].output, "b");
  EXPECT_EQ(run.steps(), 100);
  EXPECT_THAT(summary_text(run, summary_of(run, "x")), HasSubstr("1 line could not be used and is left out"));
}

TEST(RunHistory, WhatIsNoRunIsNamed) {
  const TemporaryDirectory directory;
  EXPECT_THAT(error_of([&] { RunHistory run(directory / "nothing"); }),
              HasSubstr("there is no such directory"));
  EXPECT_THAT(error_of([&] { RunHistory run(directory.path()); }), HasSubstr("holds no run"));
}

TEST(RunHistory, ALadderStandsForItsRungs) {
  const TemporaryDirectory directory;
  directory.put("ladder.json", "{}");
  EXPECT_THAT(error_of([&] { run_directories(directory.path()); }), HasSubstr("no rung"));
  for (const char* rung : {"gru", "gpt"}) {
    make_directories(directory / rung);
    directory.put(std::string(rung) + "/metrics.jsonl", "{\"step\":1,\"loss\":1}\n");
  }
  EXPECT_THAT(run_directories(directory.path() + "/"), ElementsAre(directory / "gpt", directory / "gru"));
  EXPECT_THAT(run_directories(directory / "gru"), ElementsAre(directory / "gru"));
}

TEST(RunHistory, NamesTellRunsApart) {
  EXPECT_THAT(run_names({"/a/b/small", "/a/b/large"}), ElementsAre("small", "large"));
  EXPECT_THAT(run_names({"/a/one/run/", "/a/two/run"}), ElementsAre("one/run", "two/run"));
  EXPECT_THAT(run_names({"/a", "/a"}), ElementsAre("a", "a"));
}

TEST(RunHistory, CommandsAreShownWithoutPaths) {
  EXPECT_EQ(without_paths("hodhod train translate --source /home/me/a.en ../b.fa --out x --seed 3"),
            "hodhod train translate --source a.en b.fa --out x --seed 3");
  EXPECT_EQ(without_paths("--data '/home/my own/text file.txt' x"), "--data 'text file.txt' x");
  EXPECT_EQ(without_paths(""), "");
}

TEST(RunPage, HoldsNoPathAndTheSameBytesEachTime) {
  const RunFiles files(kBegun);
  const auto page = [&] {
    std::vector<RunHistory> runs;
    runs.emplace_back(files.path());
    return run_page(runs, {.program = "hodhod 1", .note = "</script>"});
  };
  const std::string one = page();
  EXPECT_EQ(one, page());
  EXPECT_THAT(one, HasSubstr("\"command\":\"hodhod train translate --source a.en --out run\""));
  EXPECT_THAT(one, HasSubstr("\"note\":\"\\u003c/script>\""));
  EXPECT_THAT(one, Not(HasSubstr("/data/")));
  EXPECT_THAT(one, Not(HasSubstr(files.path())));
}

}  // namespace
}  // namespace hodhod
