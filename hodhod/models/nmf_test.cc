// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/nmf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hodhod/base/testing.h"

namespace hodhod {
namespace {

const std::vector<double> kIdf = {1, 1.5, 2, 1.2, 1};
const std::vector<double> kTopics = {.8, .6, 0, 0, 0, /**/ .5, .5, .5, .5, 0};  // rows of length 1

std::unique_ptr<Model> two_topics_of_five_words() {
  auto model = NmfConfig(NmfOptions{.width = 2, .vocabulary = 5}).make();
  model->for_each_parameter([](const std::string& name, Tensor& parameter) {
    copy(name == "idf" ? Tensor::from(kIdf, {5}) : Tensor::from(kTopics, {2, 5}), parameter);
  });
  return model;
}

// |x − w H|² for the vector x of a text with these counts.
double distance(const std::vector<double>& counts, double first, double second) {
  double square = 0, sum = 0;
  for (size_t w = 0; w < 5; ++w) square += std::pow(counts[w] * kIdf[w], 2);
  for (size_t w = 0; w < 5; ++w)
    sum +=
        std::pow(counts[w] * kIdf[w] / std::sqrt(square) - first * kTopics[w] - second * kTopics[5 + w], 2);
  return sum;
}

// The best weights are found by trying all on a grid, then on a finer one around the best.
TEST(Nmf, MixtureIsTheNearestSumOfTopics) {
  const auto model = two_topics_of_five_words();
  for (const std::vector<double>& counts :
       {std::vector<double>{2, 1, 0, 0, 0}, {1, 1, 1, 1, 0}, {0, 0, 3, 1, 0}, {3, 0, 1, 0, 2}}) {
    std::vector<int64_t> words;
    for (size_t w = 0; w < 5; ++w)
      words.insert(words.end(), static_cast<size_t>(counts[w]), static_cast<int64_t>(w));
    double best[2] = {0, 0};
    for (double step = 0.1, reach = 2; step > 1e-6; reach = 2 * step, step /= 10) {
      const double first = best[0], second = best[1];
      double least = std::numeric_limits<double>::infinity();
      for (double a = std::max(0.0, first - reach); a <= first + reach; a += step) {
        for (double b = std::max(0.0, second - reach); b <= second + reach; b += step) {
          if (const double now = distance(counts, a, b); now < least) least = now, best[0] = a, best[1] = b;
        }
      }
    }
    const auto mixture = model->topics()->mixture(words);
    EXPECT_NEAR(mixture[0], best[0] / (best[0] + best[1]), 1e-4);
    EXPECT_NEAR(mixture[0] + mixture[1], 1, 1e-12);
  }
}

TEST(Nmf, TextsWithoutWordsAndWordsOutside) {
  const auto model = two_topics_of_five_words();
  EXPECT_EQ(model->topics()->mixture({}), (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(model->topics()->mixture(std::vector<int64_t>{4}), (std::vector<double>{0.5, 0.5}));
  expect_error([&] { model->topics()->mixture(std::vector<int64_t>{5}); }, "outside its vocabulary");
  const auto phi = model->topics()->word_probabilities().values();
  EXPECT_NEAR(phi[0], 0.8 / 1.4, 1e-12);
  EXPECT_NEAR(phi[5], 0.25, 1e-12);
}

}  // namespace
}  // namespace hodhod
