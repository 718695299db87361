// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/edit_distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace hodhod::metrics {
namespace {

using Words = std::vector<std::string_view>;

// The tables of the textbooks, row by row.
int64_t plain_edit_distance(const Words& a, const Words& b) {
  std::vector<int64_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = static_cast<int64_t>(j);
  for (const std::string_view unit : a) {
    int64_t diagonal = row[0]++;
    for (size_t j = 1; j < row.size(); ++j) {
      const int64_t changed = diagonal + (unit == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

int64_t plain_common_subsequence(const Words& a, const Words& b) {
  std::vector<int64_t> row(b.size() + 1);
  for (const std::string_view unit : a) {
    int64_t diagonal = 0;
    for (size_t j = 1; j < row.size(); ++j) {
      const int64_t above = row[j];
      row[j] = unit == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

// Lengths around the borders of blocks, with few and with many different units, near and far from each other.
TEST(EditDistance, EqualsTheTablesOfTheTextbooks) {
  std::mt19937 random(7);
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back(std::to_string(i));
  const auto draw = [&](size_t length, size_t kinds) {
    Words words;
    for (size_t i = 0; i < length; ++i) words.push_back(names[random() % kinds]);
    return words;
  };
  for (const size_t kinds : {size_t{1}, size_t{2}, size_t{5}, size_t{300}}) {
    for (const size_t n : {0, 1, 2, 63, 64, 65, 127, 128, 129, 200}) {
      for (const size_t m : {0, 1, 3, 62, 64, 66, 128, 191, 193}) {
        const Words a = draw(n, kinds), b = draw(m, kinds);
        ASSERT_EQ(edit_distance(a, b), plain_edit_distance(a, b)) << kinds << " " << n << " " << m;
        ASSERT_EQ(common_subsequence(a, b), plain_common_subsequence(a, b)) << kinds << " " << n << " " << m;
      }
      const Words a = draw(n, kinds);
      Words changed = a;
      for (int i = 0; i < 5 && !changed.empty(); ++i) {
        const auto at = static_cast<std::ptrdiff_t>(random() % changed.size());
        if (i % 2 == 0)
          changed.erase(changed.begin() + at);
        else
          changed.insert(changed.begin() + at, names[random() % kinds]);
      }
      ASSERT_EQ(edit_distance(a, changed), plain_edit_distance(a, changed)) << kinds << " " << n;
      ASSERT_EQ(common_subsequence(a, changed), plain_common_subsequence(a, changed)) << kinds << " " << n;
    }
  }
}

// The table of these would have 10¹¹ cells.
TEST(EditDistance, OfVeryLongSequencesThatAreNearlyEqual) {
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) names.push_back(std::to_string(i));
  Words a;
  for (size_t i = 0; i < 300'000; ++i) a.push_back(names[i * i % 47]);
  Words b = a;
  b.erase(b.begin() + 100);
  b[102] = "x";
  EXPECT_EQ(edit_distance(a, b), 2);
  EXPECT_EQ(common_subsequence(a, b), std::ssize(a) - 2);
}

}  // namespace
}  // namespace hodhod::metrics
