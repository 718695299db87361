// SPDX-License-Identifier: Apache-2.0
// What a run does when its numbers are no longer finite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "hodhod/models/finite.h"
#include "hodhod/train/test_trainer.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

TEST(Divergence, AnUpdateThatIsNotFiniteIsSkipped) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.spoil = [](int batch) { return batch == 4; };
  std::string said;
  train(curve, options_for(5), directory.path(),
        {.message = [&](const std::string& line) { said += line + "\n"; }});
  EXPECT_THAT(said, HasSubstr("step 2: the loss (nan) is not finite; the update is skipped"));
  for (float value : curve.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(Divergence, AGradientThatIsNotFiniteIsNamed) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.steep = true;
  std::string said;
  train(curve, options_for(2), directory.path(),
        {.message = [&](const std::string& line) { said += line + "\n"; }});
  EXPECT_THAT(said, HasSubstr("step 2: the gradient of second.bias is not finite; the update is skipped"));
  for (float value : curve.values()) EXPECT_TRUE(std::isfinite(value));
}

TEST(Divergence, ManyInARowEndTheRun) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.spoil = [](int) { return true; };
  try {
    train(curve, options_for(100), directory.path());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("20 updates in a row were not finite"));
  }
}

TEST(Divergence, AScoreThatIsNotFiniteIsNeverTheBest) {
  const TemporaryDirectory directory;
  Curve first, second;
  int validations = 0;
  first.judge = [&](double loss) {
    return ++validations < 3 ? loss : std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_THAT(training_error(first, options_for(100), directory.path()),
              testing::AllOf(HasSubstr("loss in validation is nan at step 21"),
                             HasSubstr("the last good state, of step 20, is kept"),
                             HasSubstr("a lower `schedule.rate` (it is 0.01)"),
                             HasSubstr("holds the model of step 14")));
  ASSERT_EQ(first.at_validation.size(), 3);
  TrainerOptions lower = options_for(100);
  lower.schedule.rate = 0.001;
  const auto report = train(second, lower, directory.path());
  EXPECT_EQ(report.first_step, 20);
  EXPECT_EQ(report.steps, 100);
  EXPECT_TRUE(std::isfinite(report.best));
}

TEST(Divergence, AModelThatGivesNoNumbersHasDiverged) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.judge = [](double loss) {
    if (loss < 10) throw NotFinite("its logits are not finite");
    return loss;
  };
  EXPECT_THAT(training_error(curve, options_for(100), directory.path()),
              testing::AllOf(HasSubstr("validation at step 7: its logits are not finite"),
                             HasSubstr("the last good state, of step 5, is kept")));
}

TEST(Divergence, WithoutASoundStateTheRunIsBegunAnew) {
  const TemporaryDirectory directory;
  Curve first, second;
  first.judge = [](double) { return std::numeric_limits<double>::infinity(); };
  TrainerOptions options = options_for(20);
  options.save_every = 0;
  EXPECT_THAT(training_error(first, options, directory.path()),
              testing::AllOf(HasSubstr("no good state was saved before"), HasSubstr("`restart`")));
  EXPECT_FALSE(file_exists(directory / "model.txt"));
  options.schedule.rate = 0.001;
  EXPECT_EQ(train(second, options, directory.path()).steps, 20);
}

TEST(Divergence, AStateThatCannotGoOnIsNotKept) {
  // From update 11 on every loss is NaN, whatever the rate; a state that no update followed is not sound.
  const TemporaryDirectory directory;
  Curve curve;
  curve.spoil = [](int batch) { return batch > 30; };
  TrainerOptions options = options_for(100);
  options.skip_limit = 8;
  EXPECT_THAT(training_error(curve, options, directory.path()),
              testing::AllOf(HasSubstr("8 updates in a row were not finite, the last at step 18"),
                             HasSubstr("the last good state, of step 5, is kept")));
}

TEST(Divergence, WeightsThatAreNotFiniteAreNotSaved) {
  const TemporaryDirectory directory;
  Curve curve;
  curve.on_batch = [&](int batch) {
    if (batch == 36) curve.parameters()[2].second.data<float>()[0] = std::numeric_limits<float>::infinity();
  };
  TrainerOptions options = options_for(100);
  options.average = 0;
  EXPECT_THAT(training_error(curve, options, directory.path()),
              testing::AllOf(HasSubstr("second.weight is no longer finite at step 14"),
                             HasSubstr("the last good state, of step 10, is kept")));
}

}  // namespace
}  // namespace hodhod
