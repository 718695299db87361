// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/number_columns.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

const std::vector<std::vector<double>> kNumberRows = {{1, 7}, {2, kMissingNumber}, {6, 7}};

// Mean and population deviation by hand: (1 + 2 + 6) / 3 = 3 and √((4 + 1 + 9) / 3).
TEST(NumberColumns, StandardisedByWhatIsThere) {
  const NumberColumns columns = NumberColumns::learned({"age", "floor"}, kNumberRows);
  ASSERT_EQ(columns.size(), 2);
  EXPECT_DOUBLE_EQ(columns.columns()[0].mean, 3);
  EXPECT_DOUBLE_EQ(columns.columns()[0].deviation, std::sqrt(14.0 / 3));
  EXPECT_DOUBLE_EQ(columns.columns()[1].mean, 7);
  EXPECT_DOUBLE_EQ(columns.columns()[1].deviation, 1);  // all are the same
  FeatureList features{{4}, {0.5f}};
  columns.append(std::vector<double>{8, kMissingNumber}, 10, features, "here");
  EXPECT_EQ(features.ids, (std::vector<int64_t>{4, 10, 11}));
  EXPECT_FLOAT_EQ(features.values[1], static_cast<float>(5 / std::sqrt(14.0 / 3)));
  EXPECT_EQ(features.values[2], 0);
  EXPECT_EQ(columns.spellings(std::vector<double>{8.5, kMissingNumber}),
            (std::vector<std::string>{"age = 8.5", "floor is missing"}));
}

TEST(NumberColumns, StoredToTheBit) {
  const NumberColumns columns = NumberColumns::learned({"age", "floor"}, kNumberRows);
  const NumberColumns again =
      NumberColumns::of_json(parse_json(format_json(columns.to_json(), -1), "x"), "x");
  EXPECT_EQ(again.names(), columns.names());
  for (size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(again.columns()[c].mean, columns.columns()[c].mean);
    EXPECT_EQ(again.columns()[c].deviation, columns.columns()[c].deviation);
  }
}

TEST(NumberColumns, WhatDoesNotFitIsRefused) {
  const NumberColumns columns = NumberColumns::learned({"age", "floor"}, kNumberRows);
  FeatureList features;
  expect_error([&] { columns.append(std::vector<double>{1}, 0, features, "a.csv:3"); },
               "a.csv:3: 1 columns of numbers, and the model reads 2 (age, floor)");
  const std::vector<std::vector<double>> none = {{kMissingNumber}};
  expect_error([&] { NumberColumns::learned({"age"}, none); }, "the column age has no number");
  const std::vector<std::vector<double>> large = {{1e308}, {1e308}};
  expect_error([&] { NumberColumns::learned({"age"}, large); }, "too large");
  for (const char* bad :
       {"{}", "[3]", R"([{"name": "a", "mean": 1}])", R"([{"name": "a", "mean": 1, "deviation": 0}])"}) {
    expect_error([&] { NumberColumns::of_json(parse_json(bad, "x"), "config.json: numbers"); },
                 "config.json: numbers");
  }
}

}  // namespace
}  // namespace hodhod
