// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <limits>

#include "hodhod/base/file.h"
#include "hodhod/base/signals.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/test_trainer.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

TEST(Trainer, Learns) {
  const TemporaryDirectory directory;
  Curve curve;
  const double before = curve.validate().values[0].second;
  TrainerOptions options = options_for(300);
  options.validate_every = options.save_every = 100;
  const auto report = train(curve, options, directory.path());
  EXPECT_LT(curve.validate().values[0].second, before / 4);
  EXPECT_EQ(report.steps, 300);
  EXPECT_EQ(report.end, TrainingEnd::finished);
}

TEST(Trainer, ARunInPiecesIsTheRunInOne) {
  const Result whole = whole_run();
  for (int64_t stop = 1; stop < 24; ++stop) {
    const TemporaryDirectory directory;
    for (int64_t steps : {stop, int64_t{24}}) {
      Curve curve;
      train(curve, options_for(steps), directory.path());
      if (steps == 24) {
        const Result pieces = result_of(curve, directory.path());
        EXPECT_EQ(pieces.weights, whole.weights) << "stopped at " << stop;
      }
    }
  }
}

// The same for a trainee whose batches depend on those before.
TEST(Trainer, ARunInPiecesKeepsWhatIsCarriedFromBatchToBatch) {
  const auto run = [](const std::string& directory, int64_t steps) {
    Curve curve;
    curve.carries = true;
    train(curve, options_for(steps), directory);
    return result_of(curve, directory);
  };
  const TemporaryDirectory in_one;
  const Result whole = run(in_one.path(), 24);
  EXPECT_NE(whole.weights, whole_run().weights);
  for (int64_t stop = 1; stop < 24; ++stop) {
    const TemporaryDirectory directory;
    run(directory.path(), stop);
    EXPECT_EQ(run(directory.path(), 24).weights, whole.weights) << "stopped at " << stop;
  }
}

// A checkpoint without the state belongs to another run.
TEST(Trainer, ACheckpointWithoutWhatIsCarriedIsRefused) {
  const TemporaryDirectory directory;
  Curve without, with;
  train(without, options_for(5), directory.path());
  with.carries = true;
  EXPECT_THAT(training_error(with, options_for(9), directory.path()), HasSubstr("has no carried.drift"));
}

// What a batch with a broken loss leaves is not carried on.
TEST(Trainer, ASkippedUpdateBeginsWhatIsCarriedAnew) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.carries = true;
  curve.spoil = [](int batch) { return batch == 8; };
  EXPECT_EQ(train(curve, options_for(24), directory.path()).steps, 24);
  for (const float value : curve.values()) EXPECT_TRUE(std::isfinite(value));
}

// The gradients of three batches, each computed by itself, are added as the tree of three parts has it.
TEST(Trainer, AnUpdateIsTheSumOfItsParts) {
  TrainerOptions options = options_for(1);
  options.average = options.clip = 0;
  options.optimizer = {.kind = OptimizerKind::sgd};
  options.schedule = {.kind = ScheduleKind::constant, .rate = 0.5};
  const TemporaryDirectory directory;
  Curve trained, apart;
  train(trained, options, directory.path());

  std::vector<std::vector<float>> parts;
  for (uint64_t part = 0; part < 3; ++part) {
    Context context{.training = true, .rng = Rng(options.seed).fork(0).fork(part)};
    apart.next_batch();
    backward(apart.loss(context).sum);
    std::vector<float>& gradient = parts.emplace_back();
    for (const auto& [name, parameter] : apart.parameters()) {
      const auto some = parameter.grad().values<float>();
      gradient.insert(gradient.end(), some.begin(), some.end());
      parameter.clear_grad();
    }
  }
  const auto items = static_cast<double>(apart.items_seen);
  std::vector<float> sum;
  for (size_t i = 0; i < parts[0].size(); ++i) sum.push_back((parts[0][i] + parts[1][i]) + parts[2][i]);
  size_t at = 0;
  for (const auto& [name, parameter] : apart.parameters()) {
    const auto count = parameter.numel();
    parameter.set_grad(
        Tensor::from(std::span<const float>(sum).subspan(at, static_cast<size_t>(count)), parameter.shape()));
    at += static_cast<size_t>(count);
  }
  make_optimizer(apart.parameters(), options.optimizer)->step(0.5, 1 / items);
  EXPECT_EQ(trained.values(), apart.values());
}

TEST(Trainer, ANoamScheduleNeedsAWidth) {
  const TemporaryDirectory directory;
  Curve curve;
  TrainerOptions options = options_for(2);
  options.schedule = {.kind = ScheduleKind::noam, .rate = 1, .warmup = 5};
  EXPECT_THROW(train(curve, options, directory.path()), Error);
  options.schedule.width = 8;
  EXPECT_EQ(train(curve, options, directory.path()).steps, 2);
}

TEST(Trainer, ASignalAmongTheBatchesOfAnUpdateLosesNothing) {
  const TemporaryDirectory in_one;
  Curve undisturbed;
  undisturbed.carries = true;
  train(undisturbed, options_for(24), in_one.path());
  const Result whole = result_of(undisturbed, in_one.path());
  for (int batch : {1, 2, 3, 8, 20, 33, 50, 71}) {
    const TemporaryDirectory directory;
    {
      const StopSignals signals;
      Curve curve;
      curve.carries = true;
      curve.on_batch = [&](int n) {
        if (n == batch) std::raise(SIGTERM);
      };
      EXPECT_EQ(train(curve, options_for(24), directory.path()).end, TrainingEnd::signal);
    }
    const StopSignals signals;  // a new one forgets the signal
    Curve curve;
    curve.carries = true;
    EXPECT_EQ(train(curve, options_for(24), directory.path()).end, TrainingEnd::finished);
    const Result pieces = result_of(curve, directory.path());
    EXPECT_EQ(pieces.weights, whole.weights) << "stopped at batch " << batch;
    EXPECT_EQ(pieces.best, whole.best) << "stopped at batch " << batch;
  }
}

TEST(Trainer, ADamagedCheckpointIsNamedAndTheOneBeforeIsUsed) {
  const Result whole = whole_run();
  const TemporaryDirectory directory;
  {
    Curve curve;
    train(curve, options_for(13), directory.path());
  }
  const std::string training = directory / "training";
  std::string newest;
  for (const std::string& name : list_directory(training)) {
    if (name.starts_with("checkpoint-")) newest = name;
  }
  const std::string path = join_path(join_path(training, newest), "tensors.safetensors");
  std::string bytes = read_file(path);
  bytes[bytes.size() / 2] ^= 1;
  write_file_atomically(path, bytes);
  Curve curve;
  std::string said;
  train(curve, options_for(24), directory.path(),
        {.message = [&](const std::string& line) { said += line + "\n"; }});
  EXPECT_THAT(said, HasSubstr("tensors.safetensors"));
  EXPECT_EQ(curve.values(), whole.weights);
}

TEST(Trainer, TheMeanOfTheLastValidationsTakesTheWeightsPlace) {
  const TemporaryDirectory plain, averaged;
  TrainerOptions options = options_for(24);  // validates at 7, 14, 21 and, as it ends, at 24
  options.average = 0;
  Curve without, with;
  train(without, options, plain.path());
  options.average_last = 3;
  train(with, options, averaged.path());
  EXPECT_EQ(with.values(), without.values());
  ASSERT_EQ(with.at_validation.size(), 4);
  for (size_t n = 0; n < 4; ++n) {
    const size_t first = n < 3 ? 0 : n - 2;
    for (size_t i = 0; i < with.at_validation[n].size(); ++i) {
      double sum = 0;
      for (size_t m = first; m <= n; ++m) sum += without.at_validation[m][i];
      ASSERT_EQ(with.at_validation[n][i], static_cast<float>(sum / static_cast<double>(n + 1 - first)));
    }
  }
}

TEST(Trainer, TheMeanSurvivesAStop) {
  TrainerOptions options = options_for(40);
  options.average = 0;
  options.average_last = 3;
  const TemporaryDirectory whole;
  Curve undisturbed;
  train(undisturbed, options, whole.path());
  for (int64_t stop : {5, 7, 20, 28, 33}) {
    const TemporaryDirectory directory;
    Curve first, second;
    options.steps = stop;
    train(first, options, directory.path());
    options.steps = 40;
    train(second, options, directory.path());
    EXPECT_EQ(second.values(), undisturbed.values()) << "stopped at " << stop;
    EXPECT_EQ(second.at_validation.back(), undisturbed.at_validation.back()) << "stopped at " << stop;
  }
}

TEST(Trainer, PatienceEndsTheRun) {
  const TemporaryDirectory directory;
  Curve curve;
  TrainerOptions options = options_for(5000);
  options.schedule.rate = 0;  // nothing can become better
  options.patience = 3;
  const auto report = train(curve, options, directory.path());
  EXPECT_EQ(report.end, TrainingEnd::patience);
  EXPECT_EQ(report.steps, 4 * 7);
}

TEST(Trainer, WithoutScoresTheLastModelIsWritten) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.without_scores = true;
  TrainerOptions options = options_for(9);
  options.average = 0;
  train(curve, options, directory.path());
  std::string expected;
  for (float value : curve.values()) expected += fmt::format("{} ", value);
  EXPECT_EQ(read_file(directory / "model.txt"), expected);
}

TEST(Trainer, TwoRunsInOneDirectoryAreRefused) {
  const TemporaryDirectory directory;
  Curve curve, other;
  std::string refusal;
  curve.on_batch = [&](int batch) {
    if (batch != 4) return;
    try {
      train(other, options_for(5), directory.path());
    } catch (const Error& error) {
      refusal = error.what();
    }
  };
  train(curve, options_for(5), directory.path());
  EXPECT_THAT(refusal, HasSubstr(fmt::format("training/lock: is locked by process {}", ::getpid())));
  EXPECT_EQ(other.batches_seen, 0);
  EXPECT_EQ(train(other, options_for(6), directory.path()).steps, 6);
}

TEST(Trainer, OtherOptionsThanTheRunBeganWithAreRefused) {
  const TemporaryDirectory directory;
  Curve first, second;
  train(first, options_for(5), directory.path());
  TrainerOptions options = options_for(9);
  options.schedule.rate = 0.02;
  options.optimizer.kind = OptimizerKind::sgd;
  EXPECT_THAT(training_error(second, options, directory.path()),
              HasSubstr("`optimizer-kind` adamw (now sgd), `schedule-rate` 0.01 (now 0.02)"));
  EXPECT_EQ(second.batches_seen, 0);
  options = options_for(9);
  options.validate_every = options.save_every = options.log_every = options.patience = 3;
  options.minutes = 60;
  EXPECT_EQ(train(second, options, directory.path()).steps, 9);
}

TEST(Trainer, AFinishedRunIsLeftAsItIs) {
  const TemporaryDirectory directory;
  Curve first, second;
  train(first, options_for(24), directory.path());
  const auto before = list_directory(directory / "training");
  const auto report = train(second, options_for(24), directory.path());
  EXPECT_EQ(report.end, TrainingEnd::finished);
  EXPECT_EQ(report.first_step, 24);
  EXPECT_EQ(report.steps, 24);
  EXPECT_EQ(report.model_step, report.best_step);
  EXPECT_EQ(second.batches_seen, 0);
  EXPECT_TRUE(second.at_validation.empty());
  EXPECT_THAT(list_directory(directory / "training"), testing::IsSupersetOf(before));
  EXPECT_EQ(train(second, options_for(10), directory.path()).steps, 24);  // fewer: they are made already
}

TEST(Trainer, ARunWithoutPatienceLeftMakesNoFurtherStep) {
  const TemporaryDirectory directory;
  TrainerOptions options = options_for(5000);
  options.schedule.rate = 0;
  options.patience = 3;
  Curve first, second, third;
  const auto report = train(first, options, directory.path());
  const auto again = train(second, options, directory.path());
  EXPECT_EQ(again.end, TrainingEnd::patience);
  EXPECT_EQ(again.steps, report.steps);
  EXPECT_EQ(second.batches_seen, 0);
  options.patience = 4;
  EXPECT_EQ(train(third, options, directory.path()).steps, report.steps + options.validate_every);
}

TEST(Trainer, TheSpeedIsThatOfThisCall) {
  const TemporaryDirectory directory;
  Curve first, second;
  train(first, options_for(500), directory.path());
  const auto report = train(second, options_for(505), directory.path());
  EXPECT_NEAR(report.items_per_second * (report.seconds - report.loop_seconds),
              static_cast<double>(second.items_seen), 1e-6);
}

TEST(Trainer, StoppedBeforeTheFirstValidationThereIsNoModel) {
  const TemporaryDirectory directory;
  const StopSignals signals;
  Curve curve;
  curve.on_batch = [](int n) {
    if (n == 3) std::raise(SIGTERM);
  };
  const auto report = train(curve, options_for(24), directory.path());
  EXPECT_EQ(report.end, TrainingEnd::signal);
  EXPECT_EQ(report.model_step, 0);
  EXPECT_FALSE(file_exists(directory / "model.txt"));
  const StopSignals forgotten;  // a new one forgets the signal, which other tests would heed
}

TEST(Trainer, AFinalValidationThatWasMissedIsMade) {
  const TemporaryDirectory directory;
  {
    const StopSignals signals;
    Curve curve;
    curve.on_batch = [](int n) {
      if (n == 9) std::raise(SIGTERM);  // the last batch of update 3
    };
    EXPECT_EQ(train(curve, options_for(24), directory.path()).steps, 3);
  }
  const StopSignals signals;
  Curve curve;
  const auto report = train(curve, options_for(3), directory.path());
  EXPECT_EQ(report.end, TrainingEnd::finished);
  EXPECT_EQ(report.model_step, 3);
  EXPECT_TRUE(file_exists(directory / "model.txt"));
}

TEST(Trainer, ScoresOfValidationsOfUnequalSizeAreNotCompared) {
  const TemporaryDirectory directory;
  Curve small, large;
  small.items_scored = 2;
  small.judge = [](double) { return 0.0; };  // as good as can be, on next to nothing
  train(small, options_for(3), directory.path());
  const auto report = train(large, options_for(7), directory.path());
  EXPECT_EQ(report.best_step, 7);
  EXPECT_GT(report.best, 0);
}

TEST(Trainer, ForeignLinesInTheMetricsStayAndStopNothing) {
  const TemporaryDirectory directory;
  Curve first, second;
  train(first, options_for(8), directory.path());
  std::string text = read_file(directory / "metrics.jsonl");
  const std::string foreign = "# my notes\n{\"step\":\"many\"}\n[1]\n{\"a\":\xFF\n\n";
  directory.put("metrics.jsonl", text + foreign + "{\"step\":99,\"loss\":1}\n{\"step\":1");
  EXPECT_EQ(train(second, options_for(12), directory.path()).steps, 12);
  const std::string after = read_file(directory / "metrics.jsonl");
  EXPECT_THAT(after, testing::StartsWith(text + foreign));
  EXPECT_THAT(after, testing::Not(HasSubstr("\"step\":99")));
}

TEST(Trainer, ValidationsCanBecomeRarer) {
  const auto steps = [](int64_t every, double growth) {
    std::vector<int64_t> found;
    for (int64_t step = 1; step <= 40; ++step) {
      if (is_validation_step(step, every, growth)) found.push_back(step);
    }
    return found;
  };
  EXPECT_THAT(steps(10, 0), testing::ElementsAre(10, 20, 30, 40));
  EXPECT_THAT(steps(2, 0.5), testing::ElementsAre(2, 4, 6, 9, 13, 19, 28));
  EXPECT_THAT(steps(0, 0.5), testing::IsEmpty());
}

TEST(Trainer, OptionsOutOfRangeAreRefused) {
  const TemporaryDirectory directory;
  Curve curve;
  TrainerOptions options = options_for(0);
  EXPECT_THROW(train(curve, options, directory.path()), Error);
}

}  // namespace
}  // namespace hodhod
