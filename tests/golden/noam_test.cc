// SPDX-License-Identifier: Apache-2.0
// Learning-rate schedules against the paper's formula and the schedules of Transformers.

#include "hodhod/train/schedule.h"
#include "tests/golden/golden.h"

namespace hodhod::golden {
namespace {

// Relative 1e-12, as the recording asks for, and beyond the last digit where the rate has come down to
// nothing.
void expect_same(double got, double want, int64_t step) {
  EXPECT_NEAR(got, want, 1e-12 * want + 1e-16) << "step " << step;
}

TEST(GoldenSchedule, Noam) {
  for_each_recording("torch_noam", [](const Recording& recording) {
    const std::vector<int64_t> steps = recording.tensor("in.steps").values<int64_t>();
    const Json& all = recording.about()["parameters"];
    for (size_t i = 0; i < all.size(); ++i) {
      const std::vector<double> want = recording.tensor("f64.lr." + std::to_string(i)).values();
      const ScheduleOptions options{.kind = ScheduleKind::noam,
                                    .rate = 1,
                                    .warmup = all[i]["warmup"].get<int64_t>(),
                                    .width = all[i]["d_model"].get<int64_t>()};
      for (size_t s = 0; s < steps.size(); ++s) {
        expect_same(learning_rate(options, steps[s], 0), want[s], steps[s]);
      }
    }
  });
}

TEST(GoldenSchedule, WarmupThenDecay) {
  for_each_recording("torch_noam", [](const Recording& recording) {
    if (!recording.about().contains("finetune")) return;
    const Json& about = recording.about()["finetune"];
    const std::vector<int64_t> steps = recording.tensor("in.finetune_steps").values<int64_t>();
    for (const auto& [name, kind] : {std::pair{"linear", ScheduleKind::linear},
                                     {"cosine", ScheduleKind::cosine},
                                     {"inverse_sqrt", ScheduleKind::inverse_sqrt}}) {
      SCOPED_TRACE(name);
      const std::vector<double> want = recording.tensor(std::string("f64.") + name).values();
      const ScheduleOptions options{
          .kind = kind, .rate = 1, .warmup = about["num_warmup_steps"].get<int64_t>()};
      for (size_t s = 0; s < steps.size(); ++s) {
        // Step 0 is the start of the warm-up; ours count from 1.
        if (steps[s] == 0) continue;
        expect_same(learning_rate(options, steps[s], about["num_training_steps"].get<int64_t>()), want[s],
                    steps[s]);
      }
    }
  });
}

}  // namespace
}  // namespace hodhod::golden
