// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ladder/learning_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

TEST(LearningCurve, HoldsTheBestSoFar) {
  const std::vector<CurvePoint> validations = {{1, 3}, {2, 2.5}, {3, 2.7}, {4, 2.5}, {5, 2}};
  const LearningCurve curve = best_so_far(validations, Better::lower);
  EXPECT_THAT(curve.points, ElementsAre(CurvePoint{1, 3}, CurvePoint{2, 2.5}, CurvePoint{5, 2}));
  EXPECT_EQ(curve.at(0.9), std::nullopt);
  EXPECT_EQ(curve.at(1), 3);
  EXPECT_EQ(curve.at(4.9), 2.5);
  EXPECT_EQ(curve.at(99), 2);
  EXPECT_THAT(best_so_far(validations, Better::higher).points, ElementsAre(CurvePoint{1, 3}));
}

TEST(LearningCurve, IsReadFromTheMetricsOfARun) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.put("metrics.jsonl",
                    "{\"step\":1,\"loss\":9,\"seconds\":0.5}\n"
                    "{\"step\":2,\"seconds\":1,\"validation.loss\":4,\"validation.f1\":0.1}\n"
                    "# a note\n"
                    "{\"step\":4,\"seconds\":2,\"validation.loss\":null}\n"
                    "{\"step\":6,\"validation.loss\":1}\n"
                    "{\"step\":8,\"seconds\":31,\"validation.loss\":3,\"validation.f1\":0.4}\n");
  EXPECT_THAT(read_learning_curve(path, "loss", Better::lower, 30).points,
              ElementsAre(CurvePoint{1, 4}, CurvePoint{30, 3}));
  EXPECT_THAT(read_learning_curve(path, "f1", Better::higher, 60).points,
              ElementsAre(CurvePoint{1, 0.1}, CurvePoint{31, 0.4}));
  EXPECT_TRUE(read_learning_curve(directory / "none", "loss", Better::lower, 30).points.empty());
}

TEST(Reigns, SayWhoIsAheadWhen) {
  const std::vector<LearningCurve> curves = {
      {.points = {{2, 2.2}}},                     // counted in two seconds
      {.points = {{1, 4}, {5, 3}, {9, 2.1}}},     // passes it at 9
      {.points = {{4, 5}, {8, 2.2}, {20, 2.1}}},  // is level with the one, then with the other
  };
  EXPECT_THAT(reigns(curves, Better::lower, 60),
              ElementsAre(Reign{{1}, 1, 2}, Reign{{0}, 2, 8}, Reign{{0, 2}, 8, 9}, Reign{{1}, 9, 20},
                          Reign{{1, 2}, 20, 60}));
  EXPECT_THAT(reigns(curves, Better::lower, 8),
              ElementsAre(Reign{{1}, 1, 2}, Reign{{0}, 2, 8}, Reign{{0, 2}, 8, 8}));
  EXPECT_THAT(reigns(curves, Better::lower, 0.5), ElementsAre());
}

TEST(PassesAt, IsTheMomentAfterWhichACurveStaysAhead) {
  const LearningCurve counted = {.points = {{2, 2.2}}};
  const LearningCurve learned = {.points = {{1, 4}, {5, 3}, {9, 2.1}}};
  EXPECT_EQ(passes_at(learned, counted, Better::lower, 60), 9);
  EXPECT_EQ(passes_at(learned, counted, Better::lower, 8), std::nullopt);
  EXPECT_EQ(passes_at(counted, learned, Better::lower, 8), 2);
  EXPECT_EQ(passes_at(counted, learned, Better::lower, 60), std::nullopt);
  // One that is ahead from its first model on passes nobody that comes later.
  EXPECT_EQ(passes_at({.points = {{1, 1}}}, counted, Better::lower, 60), std::nullopt);
  // Who was level, and never behind, passes nobody.
  EXPECT_EQ(passes_at({.points = {{1, 3}, {4, 1}}}, {.points = {{1, 3}}}, Better::lower, 60), std::nullopt);
  // Twice ahead: the last time counts.
  EXPECT_EQ(passes_at({.points = {{1, 3}, {4, 1}}}, {.points = {{2, 2}}}, Better::lower, 60), 4);
}

}  // namespace
}  // namespace hodhod
