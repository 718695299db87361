// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/embedding_bag.h"

#include <gtest/gtest.h>

#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/ops/test_tensors.h"
#include "hodhod/tensor/gradient.h"

namespace hodhod {
namespace {

Tensor bag_ids(const std::vector<int64_t>& ids, const Shape& shape) { return Tensor::from(ids, shape); }

TEST(EmbeddingBag, Gradients) {
  const Tensor ids = bag_ids({1, 4, 1, 0, 1, 3}, {2, 3}), lengths = bag_ids({3, 2}, {2});
  expect_op([=](Inputs in) { return embedding_bag({.ids = ids}, in[0]); }, {strided_tensor({5, 7}, 1)},
            "all");
  expect_op([=](Inputs in) { return embedding_bag({.ids = ids, .lengths = lengths}, in[0]); },
            {random_tensor({5, 2}, 1)}, "lengths");
  expect_op(
      [=](Inputs in) {
        return embedding_bag({ids.converted(DType::i32), lengths, in[1]}, in[0]);
      },
      {random_tensor({5, 3}, 1), random_tensor({2, 3}, 2)}, "weights");
  expect_op(
      [=](Inputs in) {
        return embedding_bag({.ids = bag_ids({}, {2, 0})}, in[0]);
      },
      {random_tensor({5, 2}, 1)}, "empty bags");
}

TEST(EmbeddingBag, Large) {
  std::vector<int64_t> ids(3000);
  Rng rng(1);
  for (int64_t& id : ids) id = static_cast<int64_t>(rng.below(5000));
  for (const int64_t columns : {1, 10, 65}) {
    expect_f32_agrees(
        [=](Inputs in) {
          return embedding_bag({.ids = bag_ids(ids, {30, 100}), .weights = in[1]}, in[0]);
        },
        {random_tensor({5000, columns}, 1), random_tensor({30, 100}, 2)}, std::to_string(columns).c_str());
  }
}

// A leaf's gradient holds the rows that occur; made whole, it is what the rows of the definition are.
TEST(EmbeddingBag, TheGradientHasRows) {
  Tensor table = random_tensor({6, 2}, 1);
  table.set_requires_grad();
  const auto run = [&] {
    backward(embedding_bag({.ids = bag_ids({4, 1, 4, 2}, {2, 2}), .lengths = bag_ids({2, 1}, {2})}, table),
             {.gradient = Tensor::from<double>({1, 2, 10, 20}, {2, 2})});
  };
  run();
  EXPECT_EQ(table.gradient().rows.values<int64_t>(), (std::vector<int64_t>{1, 4}));
  EXPECT_EQ(table.gradient().values.values(), (std::vector<double>{1, 2, 11, 22}));
  run();  // adds
  EXPECT_EQ(table.gradient().values.values(), (std::vector<double>{2, 4, 22, 44}));
  EXPECT_EQ(table.grad().values(), (std::vector<double>{0, 0, 2, 4, 0, 0, 0, 0, 22, 44, 0, 0}));
  EXPECT_FALSE(table.gradient().has_rows());
  run();  // rows are added to a whole gradient
  EXPECT_EQ(table.grad().values(), (std::vector<double>{0, 0, 3, 6, 0, 0, 0, 0, 33, 66, 0, 0}));
}

TEST(EmbeddingBag, ThreadsDoNotMatter) {
  std::vector<int64_t> ids(6400);
  Rng rng(3);
  for (int64_t& id : ids) id = static_cast<int64_t>(rng.below(300));
  const auto run = [&](int threads) {
    set_thread_count(threads);
    Tensor table = random_tensor({300, 33}, 4).converted(DType::f32);
    table.set_requires_grad();
    const Tensor y = embedding_bag({.ids = bag_ids(ids, {64, 100})}, table);
    backward(y, {.gradient = random_tensor(y.shape(), 5).converted(DType::f32)});
    std::vector<float> all = y.values<float>();
    const std::vector<float> gradient = table.grad().values<float>();
    all.insert(all.end(), gradient.begin(), gradient.end());
    return all;
  };
  const int before = thread_count();
  const auto one = run(1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(run(threads), one) << threads;
  set_thread_count(before);
}

TEST(EmbeddingBag, Errors) {
  const Tensor table = random_tensor({5, 2}, 1);
  const Tensor ids = bag_ids({0, 5}, {1, 2});
  expect_error([&] { embedding_bag({.ids = ids}, table); }, "id 5", "place 1", "5 rows");
  expect_error([&] { embedding_bag({.ids = bag_ids({0}, {1})}, table); }, "[B, T]");
  const Tensor good = bag_ids({0, 1}, {1, 2});
  expect_error([&] { embedding_bag({.ids = good, .lengths = bag_ids({3}, {1})}, table); }, "length of 3");
  expect_error([&] { embedding_bag({.ids = good, .weights = random_tensor({1, 1}, 1)}, table); }, "weights");
  expect_error([&] { embedding_bag({.ids = good}, random_tensor({5}, 1)); }, "[V, C]");
}

}  // namespace
}  // namespace hodhod
