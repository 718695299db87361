// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/train/training_state.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kNoRefusal = "no error";

std::string refusal_of(const std::string& directory, const RunRecord& record, const RunStart& start = {}) {
  try {
    RunDirectory(directory, record, start);
  } catch (const Error& error) {
    return error.what();
  }
  return kNoRefusal;
}

RunRecord some_run() {
  RunRecord record;
  record.program = "hodhod 1";
  record.command = "hodhod train generate";
  record.options = {{"steps", "100"}, {"schedule-rate", "0.001"}, {"seed", "1"}};
  return record;
}

RunRecord with_option(RunRecord record, const std::string& name, const std::string& value) {
  for (Setting& setting : record.options) {
    if (setting.name == name) setting.value = value;
  }
  return record;
}

// A directory in which a run has left a checkpoint of step 3.
void begin_run(const std::string& directory, const RunRecord& record = some_run()) {
  RunDirectory run(directory, record);
  run.set_model({{{"width", "32"}, {"feed-forward", "64"}}, 1000, "abc"});
  run.store();
  save_training_state(directory, {.step = 3}, {});
}

TEST(RunDirectory, AModelThatWasNotTrainedThereIsKept) {
  for (const char* name : {"config.json", "model-00001-of-00002.safetensors", "pytorch_model.bin",
                           "tokenizer.json", "spiece.model", "vocab.txt", "metrics.jsonl"}) {
    const TemporaryDirectory directory;
    directory.put(name, "precious");
    EXPECT_THAT(refusal_of(directory.path(), some_run()),
                AllOf(HasSubstr(name), HasSubstr("`out`"), HasSubstr("`overwrite`")));
    EXPECT_NE(refusal_of(directory.path(), some_run(), {.restart = true}), kNoRefusal);
    EXPECT_THAT(list_directory(directory.path()), ElementsAre(name));
    EXPECT_EQ(refusal_of(directory.path(), some_run(), {.overwrite = true}), kNoRefusal);
    EXPECT_EQ(read_file(directory / name), "precious");
    // From then on it is this run's directory.
    EXPECT_EQ(refusal_of(directory.path(), some_run()), kNoRefusal);
  }
}

TEST(RunDirectory, WhatAnOlderModelLeavesIsRemovedWhenItIsToBeOverwritten) {
  const TemporaryDirectory directory;
  for (const char* name : {"config.json", "pytorch_model.bin", "adapter_config.json", "vocab.txt",
                           "chat_template.jinja", "README.md", "train.bin"}) {
    directory.put(name, "old");
  }
  {
    const RunDirectory run(directory.path(), some_run(), {.overwrite = true});
    EXPECT_THAT(run.remove_older_model(),
                HasSubstr("removed: adapter_config.json, chat_template.jinja, pytorch_model.bin, vocab.txt"));
  }
  EXPECT_THAT(list_directory(directory.path()),
              ElementsAre("README.md", "config.json", "train.bin", "training"));
  directory.put("vocab.txt", "put there later");
  EXPECT_THAT(RunDirectory(directory.path(), some_run()).remove_older_model(), "");
}

TEST(RunDirectory, ARunThatFailedBesideAnOlderModelMayBeginWithOtherOptions) {
  const TemporaryDirectory directory;
  directory.put("config.json", "old");
  EXPECT_EQ(refusal_of(directory.path(), some_run(), {.overwrite = true}), kNoRefusal);
  EXPECT_EQ(refusal_of(directory.path(), with_option(some_run(), "seed", "2"), {.overwrite = true}),
            kNoRefusal);
}

TEST(RunDirectory, OtherFilesAreNotInTheWay) {
  const TemporaryDirectory directory;
  directory.put("run.log", "begun");
  EXPECT_EQ(refusal_of(directory.path(), some_run()), kNoRefusal);
  EXPECT_EQ(refusal_of(directory / "new/and/deep", some_run()), kNoRefusal);
  EXPECT_THAT(refusal_of(directory / "run.log", some_run()), HasSubstr("run.log"));
}

TEST(RunDirectory, AFolderCalledTrainingIsNotTakenForOurs) {
  const TemporaryDirectory directory;
  make_directories(directory / "training");
  directory.put("training/corpus.txt", "precious");
  for (bool restart : {false, true}) {
    EXPECT_EQ(refusal_of(directory.path(), some_run(), {.restart = restart}), kNoRefusal);
    EXPECT_EQ(read_file(directory / "training/corpus.txt"), "precious");
    remove_tree(directory / "training/run.json");
  }
}

TEST(RunDirectory, TheModelToStartFromIsKept) {
  const TemporaryDirectory directory;
  const std::string link = directory / "link", own = directory / "own";
  begin_run(own);
  ASSERT_EQ(::symlink(own.c_str(), link.c_str()), 0);
  for (const std::string& from : {own, own + "/", link}) {
    EXPECT_THAT(refusal_of(own, some_run(), {.from = from}), HasSubstr("is the model to start from"));
    EXPECT_EQ(refusal_of(own, some_run(), {.from = from, .overwrite = true}), kNoRefusal);
  }
  EXPECT_EQ(refusal_of(own, some_run(), {.from = directory / "another"}), kNoRefusal);
}

TEST(RunDirectory, WhatMayNotChangeIsRefusedByName) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  const RunRecord other = with_option(with_option(some_run(), "seed", "2"), "schedule-rate", "0.01");
  const std::string before = read_file(directory / "training/run.json");
  EXPECT_THAT(refusal_of(directory.path(), other),
              AllOf(HasSubstr("`schedule-rate` 0.001 (now 0.01), `seed` 1 (now 2)"), HasSubstr("`out`"),
                    HasSubstr("`restart`")));
  EXPECT_EQ(read_file(directory / "training/run.json"), before);
  RunDirectory longer(directory.path(), with_option(some_run(), "steps", "200"));
  EXPECT_EQ(read_file(directory / "training/run.json"), before);
  longer.store();
  EXPECT_EQ(read_run_record(directory / "training/run.json").options[0].value, "200");
}

TEST(RunDirectory, TheModelIsCompared) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  RunDirectory run(directory.path(), some_run());
  const auto refusal = [&](ModelRecord model) {
    try {
      run.set_model(std::move(model));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return kNoRefusal;
  };
  EXPECT_THAT(refusal({{{"width", "32"}, {"feed-forward", "128"}}, 2000, "abc"}),
              HasSubstr("`model` feed_forward=64 (now 128);"));
  EXPECT_THAT(refusal({{{"width", "32"}, {"feed-forward", "64"}}, 1001, "abc"}),
              HasSubstr("a model of 1,000 parameters (now 1,001);"));
  EXPECT_THAT(refusal({{{"width", "32"}, {"feed-forward", "64"}}, 1000, "abd"}),
              HasSubstr("another tokenizer"));
  EXPECT_EQ(refusal({{{"width", "32"}, {"feed-forward", "64"}}, 1000, "abc"}), kNoRefusal);
}

// A model that is counted has no parameters, and options all the same.
TEST(RunDirectory, ACountedModelIsCompared) {
  const TemporaryDirectory directory;
  {
    RunDirectory run(directory.path(), some_run());
    run.set_model({{{"order", "4"}, {"smoothing", "katz"}}, 0, "abc"});
    run.store();
    save_training_state(directory.path(), {.step = 3}, {});
  }
  RunDirectory run(directory.path(), some_run());
  try {
    run.set_model({{{"order", "3"}, {"smoothing", "katz"}}, 0, "abc"});
    FAIL() << "another order";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("`model` order=4 (now 3);"));
  }
  run.set_model({{{"order", "4"}, {"smoothing", "katz"}}, 0, "abc"});
}

TEST(RunDirectory, AModelIsLostWithoutItsWeightsOrItsConfiguration) {
  const TemporaryDirectory directory;
  RunDirectory run(directory.path(), some_run());
  EXPECT_FALSE(run.has_lost_model());  // which files it has is not known
  run.set_model({{{"width", "32"}}, 1000, "abc"});
  for (const auto& [config, weights] : {std::pair("config.json", "model.safetensors"),
                                        {"config.json", "ngrams.bin"},
                                        {"adapter_config.json", "adapter_model.safetensors"}}) {
    EXPECT_TRUE(run.has_lost_model());
    directory.put(config, "{}");
    EXPECT_TRUE(run.has_lost_model()) << config;
    directory.put(weights, "");
    EXPECT_FALSE(run.has_lost_model()) << weights;
    remove_tree(directory / config);
    EXPECT_TRUE(run.has_lost_model()) << weights;
    remove_tree(directory / weights);
  }
}

TEST(RunDirectory, OthersWaitForTheRun) {
  const TemporaryDirectory directory;
  EXPECT_EQ(lock_against_run(directory.path()), nullptr);
  EXPECT_FALSE(is_directory(directory / "training"));
  {
    const RunDirectory run(directory.path(), some_run());
    EXPECT_THROW(lock_against_run(directory.path()), Error);
  }
  const auto lock = lock_against_run(directory.path());
  EXPECT_NE(lock, nullptr);
  EXPECT_THAT(refusal_of(directory.path(), some_run()), HasSubstr("a run in this directory is under way"));
}

TEST(RunDirectory, DataAreComparedByTheirBytes) {
  const TemporaryDirectory directory, texts;
  const std::string out = directory / "run";
  const auto run_on = [&](const std::vector<std::string>& files) {
    RunRecord record = some_run();
    for (const std::string& file : files) record.data.push_back(data_file("data", file));
    return record;
  };
  const std::string a = texts.put("a.txt", "one\n"), b = texts.put("b.txt", "two\n");
  const std::string moved = texts.put("moved.txt", "one\n");
  begin_run(out, run_on({a}));
  EXPECT_EQ(refusal_of(out, run_on({moved})), kNoRefusal);
  EXPECT_THAT(refusal_of(out, run_on({b})),
              HasSubstr("`data` " + a + " of 4 bytes (now " + b + " of 4 bytes)"));
  EXPECT_THAT(refusal_of(out, run_on({a, b})), HasSubstr("no further `data` (now also " + b));
  EXPECT_THAT(refusal_of(out, some_run()), HasSubstr("(now without it)"));
  texts.put("a.txt", "six\n");
  EXPECT_THAT(refusal_of(out, run_on({a})), HasSubstr("(now the same size with other content)"));
}

TEST(RunDirectory, ARunThatLeftNothingIsBegunAnew) {
  const TemporaryDirectory directory;
  {
    RunDirectory run(directory.path(), some_run());
    write_file_atomically(run.file("tokens"), "of it");
    run.set_model({{{"width", "32"}}, 1000, "abc"});
    run.store();
  }
  RunDirectory same(directory.path(), some_run());
  EXPECT_TRUE(file_exists(same.file("tokens")));
  EXPECT_EQ(same.record().model.parameters, 1000);
  const TemporaryDirectory other;
  {
    RunDirectory run(other.path(), some_run());
    write_file_atomically(run.file("tokens"), "of it");
  }
  RunDirectory anew(other.path(), with_option(some_run(), "seed", "2"));
  EXPECT_FALSE(file_exists(anew.file("tokens")));
}

TEST(RunDirectory, RestartForgetsTheRunAndNothingElse) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  directory.put("config.json", "{}");
  directory.put("notes.txt", "mine");
  EXPECT_EQ(refusal_of(directory.path(), with_option(some_run(), "seed", "2"), {.restart = true}),
            kNoRefusal);
  EXPECT_FALSE(has_training_state(directory.path()));
  EXPECT_EQ(read_file(directory / "config.json"), "{}");
  EXPECT_EQ(read_file(directory / "notes.txt"), "mine");
  const RunRecord record = read_run_record(directory / "training/run.json");
  EXPECT_EQ(record.options[2].value, "2");
  EXPECT_EQ(record.model.parameters, 0);
}

TEST(RunDirectory, ARunOfAnOlderVersionGoesOn) {
  const TemporaryDirectory directory;
  directory.put("config.json", "{}");
  save_training_state(directory.path(), {.step = 3}, {});
  RunDirectory run(directory.path(), some_run());
  EXPECT_THAT(run.notes(), ElementsAre(HasSubstr("did not store its options")));
  EXPECT_TRUE(has_training_state(directory.path()));
}

TEST(RunDirectory, AnotherVersionIsTold) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  RunRecord record = some_run();
  EXPECT_THAT(RunDirectory(directory.path(), record).notes(), IsEmpty());
  record.program = "hodhod 2";
  EXPECT_THAT(RunDirectory(directory.path(), record).notes(),
              ElementsAre(HasSubstr("was begun with hodhod 1 and goes on with hodhod 2")));
}

TEST(RunDirectory, AfterDivergenceTheRateMayChange) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  save_training_state(directory.path(), {.step = 5}, {});
  {
    RunDirectory run(directory.path(), some_run());
    EXPECT_EQ(run.set_diverged(7, 5), 3);
    EXPECT_EQ(load_training_state(directory.path(), {})->state.step, 3);
  }
  EXPECT_THAT(refusal_of(directory.path(), with_option(some_run(), "seed", "2")),
              HasSubstr("`seed` 1 (now 2)"));
  const RunRecord lower = with_option(some_run(), "schedule-rate", "0.0001");
  RunDirectory(directory.path(), lower).store();
  // And from then on it is the rate of this run.
  EXPECT_EQ(refusal_of(directory.path(), lower), kNoRefusal);
  EXPECT_THAT(refusal_of(directory.path(), some_run()), HasSubstr("`schedule-rate` 0.0001 (now 0.001)"));
}

TEST(RunDirectory, WithoutASoundStateTheModelIsKept) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  directory.put("config.json", "{}");
  EXPECT_EQ(RunDirectory(directory.path(), some_run()).set_diverged(3, 3), std::nullopt);
  const RunRecord lower = with_option(some_run(), "schedule-rate", "0.0001");
  EXPECT_THAT(refusal_of(directory.path(), lower), HasSubstr("`restart`"));
  EXPECT_EQ(refusal_of(directory.path(), lower, {.restart = true}), kNoRefusal);
}

TEST(RunDirectory, ADamagedRecordIsNamed) {
  const TemporaryDirectory directory;
  begin_run(directory.path());
  directory.put("training/run.json", "{");
  EXPECT_THAT(refusal_of(directory.path(), some_run()),
              AllOf(HasSubstr("run.json:1:"), HasSubstr("`restart`")));
  EXPECT_EQ(refusal_of(directory.path(), some_run(), {.restart = true}), kNoRefusal);
}

TEST(RunRecord, ComesBackAsItWasWritten) {
  const TemporaryDirectory directory;
  RunRecord record = some_run();
  record.command = "hodhod train --data bad\xFFname";
  record.data = {{"data", "a.txt", 4, "00ff"}, {"dev", "standard input", 5, "01ff"}};
  record.model = {{{"width", "32"}}, 1000, "abc"};
  record.diverged_at = 7;
  const std::string text = format_run_record(record);
  const RunRecord again = read_run_record(directory.put("run.json", text));
  EXPECT_EQ(format_run_record(again), text);
  EXPECT_THAT(again.command, Not(HasSubstr("\xFF")));
  EXPECT_THAT(forbidden_changes(record, again), IsEmpty());
  EXPECT_THAT(forbidden_changes(record.model, again.model), IsEmpty());
}

TEST(RunRecord, TheManualSaysWhatMayChange) {
  const std::string manual = read_file(source_directory() + "/docs/training.md");
  std::string table;
  for (const ChangeableOption& option : kChangeableOptions) {
    const char* when = option.when == MayChange::always             ? "always"
                       : option.when == MayChange::after_divergence ? "after a divergence"
                                                                    : "its content is compared";
    table += fmt::format("| `--{}` | {} |\n", option.name, when);
  }
  EXPECT_THAT(manual, HasSubstr("| option | may change |\n|---|---|\n" + table + "\n"));
}

}  // namespace
}  // namespace hodhod
