// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/word_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/rng.h"

namespace hodhod {
namespace {

Tensor random_vectors(int64_t words, int64_t width, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values;
  for (int64_t i = 0; i < words * width; ++i) values.push_back(static_cast<float>(rng.normal()));
  return Tensor::from(values, {words, width});
}

// By the definition, in double.
double plain_cosine(const Tensor& vectors, int64_t a, int64_t b) {
  const auto v = vectors.values();
  const int64_t width = vectors.dim(1);
  double ab = 0, aa = 0, bb = 0;
  for (int64_t c = 0; c < width; ++c) {
    ab += v[a * width + c] * v[b * width + c];
    aa += v[a * width + c] * v[a * width + c];
    bb += v[b * width + c] * v[b * width + c];
  }
  return ab / std::sqrt(aa * bb);
}

TEST(WordSpace, ListsTheNearestWordsInOrder) {
  const Tensor vectors = random_vectors(300, 7, 1);
  const WordSpace space(vectors);
  const std::vector<int64_t> without = {5};
  const auto found = space.nearest(space.vector(5), 20, without, 250);
  ASSERT_EQ(found.size(), 20U);
  std::vector<double> all;
  for (int64_t w = 0; w < 250; ++w) {
    if (w != 5) all.push_back(plain_cosine(vectors, 5, w));
  }
  std::sort(all.rbegin(), all.rend());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].cosine, all[i], 1e-5);
    EXPECT_NEAR(found[i].cosine, plain_cosine(vectors, 5, found[i].word), 1e-5);
  }
  EXPECT_EQ(space.nearest(space.vector(5), 1000, without, 1000).size(), 299U);
}

TEST(WordSpace, AnswersAnalogiesAsTheNearestWordToTheSum) {
  const Tensor vectors = random_vectors(90, 12, 2);
  const WordSpace space(vectors);
  Rng rng(3);
  std::vector<Analogy> questions;
  int64_t right = 0;
  for (int i = 0; i < 200; ++i) {
    Analogy q;
    for (auto& word : q) word = static_cast<int64_t>(rng.below(80));
    std::vector<float> sum(12);
    for (size_t c = 0; c < 12; ++c)
      sum[c] = space.vector(q[1])[c] - space.vector(q[0])[c] + space.vector(q[2])[c];
    const auto answer = space.nearest(sum, 1, std::span(q).first(3), 80)[0].word;
    if (i % 2 == 0) q[3] = answer;
    right += answer == q[3];
    questions.push_back(q);
  }
  const AnalogyScore score = space.score(questions, 80);
  EXPECT_EQ(score.asked, 200);
  EXPECT_EQ(score.right, right);
}

TEST(WordSpace, AVectorOfZerosHasNoDirection) {
  const WordSpace space(Tensor::from(std::vector<float>{0, 0, 3, 4}, {2, 2}));
  EXPECT_EQ(space.vector(0)[0], 0);
  EXPECT_FLOAT_EQ(space.vector(1)[1], 0.8f);
  EXPECT_EQ(cosine_of(space.vector(0), space.vector(1)), 0);
}

TEST(ClusterPurity, IsOneForClearGroupsAndTheSameOnEveryCall) {
  constexpr int64_t kGroups = 5, kEach = 20, kWidth = 8;
  Rng rng(4);
  std::vector<float> values;
  std::vector<int64_t> categories;
  for (int64_t i = 0; i < kGroups * kEach; ++i) {
    categories.push_back(i % kGroups);
    for (int64_t c = 0; c < kWidth; ++c)
      values.push_back(static_cast<float>((c == i % kGroups ? 5.0 : 0.0) + 0.3 * rng.normal()));
  }
  const WordSpace words(Tensor::from(values, {kGroups * kEach, kWidth}));
  EXPECT_EQ(cluster_purity(words, categories, 10, 1), 1);
  std::vector<int64_t> mixed = categories;
  for (size_t i = 0; i < 10; ++i) mixed[i] = (mixed[i] + 1) % kGroups;
  EXPECT_DOUBLE_EQ(cluster_purity(words, mixed, 10, 1), 0.9);
  const WordSpace noise(random_vectors(60, 5, 9));
  std::vector<int64_t> any;
  for (int64_t i = 0; i < 60; ++i) any.push_back(i % 6);
  EXPECT_EQ(cluster_purity(noise, any, 3, 7), cluster_purity(noise, any, 3, 7));
}

}  // namespace
}  // namespace hodhod
