// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/fitting.h"

#include <gtest/gtest.h>

#include <csignal>
#include <regex>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/signals.h"
#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

// Iterates x ← r·x·(1 − x): each unit depends on all the bits of the one before.
class Logistic final : public Fitting {
 public:
  void advance() override {
    ASSERT_FALSE(finished());
    x_ = 3.9 * x_ * (1 - x_);
    ++done_;
    if (done_ == signal_after) raise(SIGTERM);
  }
  bool finished() const override { return done_ == 20; }
  int64_t units() const override { return 20; }
  bool usable() const override { return usable_early || finished(); }
  std::vector<std::pair<std::string, double>> measures() const override { return {{"x", x_}}; }
  void store(FittingState& state) const override {
    state.values["done"] = done_;
    state.tensors = {{"x", Tensor::from(std::vector<double>{x_}, {1})}};
  }
  void restore(const FittingState& state) override {
    done_ = json_get<int64_t>(state.values, "done", "state");
    ASSERT_EQ(state.tensors.size(), 1U);
    x_ = state.tensors[0].second.item();
  }

  int64_t signal_after = -1;
  bool usable_early = false;
  double x_ = 0.3;

 private:
  int64_t done_ = 0;
};

// The lines of a run's metrics, without the time.
std::string metrics_of(const TemporaryDirectory& directory) {
  static const std::regex kSeconds(R"("seconds":[^,}]*,)");
  return std::regex_replace(read_file(directory / "metrics.jsonl"), kSeconds, "");
}

TrainingReport run_in(const std::string& path, Logistic& fitting, const FittingOptions& options = {}) {
  RunDirectory directory(path, RunRecord{});
  return fit_model({.fitting = fitting,
                    .validate =
                        [&] {
                          return Scores{.values = {{"x", fitting.x_}}, .items = 1};
                        },
                    .save =
                        [&](const std::string& out) {
                          write_file_atomically(join_path(out, "model.txt"), fmt::format("{}", fitting.x_));
                        }},
                   options, directory);
}

TEST(Fitting, ARunThatWasStoppedGoesOnWithTheSameBits) {
  const TemporaryDirectory whole_directory;
  Logistic whole;
  const TrainingReport report = run_in(whole_directory.path(), whole);
  EXPECT_EQ(report.end, TrainingEnd::finished);
  EXPECT_EQ(report.steps, 20);
  EXPECT_EQ(report.model_step, 20);
  const std::string expected = read_file(join_path(whole_directory.path(), "model.txt"));
  const std::string metrics = metrics_of(whole_directory);
  for (int64_t stop = 1; stop < 20; ++stop) {
    const TemporaryDirectory directory;
    {
      const StopSignals signals;
      Logistic first;
      first.signal_after = stop;
      const TrainingReport stopped = run_in(directory.path(), first);
      EXPECT_EQ(stopped.end, TrainingEnd::signal);
      EXPECT_EQ(stopped.steps, stop);
      EXPECT_FALSE(file_exists(join_path(directory.path(), "model.txt")));
    }
    const StopSignals signals;  // a new one forgets the signal
    Logistic second;
    const TrainingReport rest = run_in(directory.path(), second);
    EXPECT_EQ(rest.first_step, stop);
    EXPECT_EQ(read_file(join_path(directory.path(), "model.txt")), expected) << "stopped after " << stop;
    EXPECT_EQ(metrics_of(directory), metrics) << "stopped after " << stop;
  }
}

TEST(Fitting, AFinishedRunIsLeftAsItIs) {
  const TemporaryDirectory directory;
  Logistic first, second;
  run_in(directory.path(), first);
  const std::string model = join_path(directory.path(), "model.txt");
  write_file_atomically(model, "mark");
  const TrainingReport report = run_in(directory.path(), second);
  EXPECT_EQ(report.first_step, report.steps);
  EXPECT_EQ(read_file(model), "mark");
}

TEST(Fitting, WhenTheTimeIsUpAUsableModelIsSaved) {
  const TemporaryDirectory directory;
  Logistic first;
  first.usable_early = true;
  const TrainingReport report = run_in(directory.path(), first, {.minutes = 1e-12});
  EXPECT_EQ(report.end, TrainingEnd::out_of_time);
  EXPECT_LT(report.steps, 20);
  EXPECT_TRUE(file_exists(join_path(directory.path(), "model.txt")));
}

TEST(Fitting, WhenTheTimeIsUpAModelThatCannotBeUsedIsNotSaved) {
  const TemporaryDirectory directory;
  Logistic first, second;
  expect_error([&] { run_in(directory.path(), first, {.minutes = 1e-12}); }, "more `minutes`");
  EXPECT_FALSE(file_exists(join_path(directory.path(), "model.txt")));
  EXPECT_EQ(run_in(directory.path(), second).end, TrainingEnd::finished);
  EXPECT_TRUE(file_exists(join_path(directory.path(), "model.txt")));
}

}  // namespace
}  // namespace hodhod
