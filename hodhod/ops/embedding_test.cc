// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/embedding.h"

#include <gtest/gtest.h>

#include <vector>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

Tensor ids_of(const std::vector<int64_t>& ids, const Shape& shape) { return Tensor::from(ids, shape); }

TEST(Embedding, Gradients) {
  const Tensor ids = ids_of({1, 4, 1, 0, 1, 3}, {2, 3});
  for (const EmbeddingOptions& options : {EmbeddingOptions{}, EmbeddingOptions{.factor = 2.5}}) {
    expect_op([=](Inputs in) { return embedding(ids, in[0], options); }, {strided_tensor({5, 7}, 1)},
              "embedding");
    expect_op([=](Inputs in) { return embedding(ids.converted(DType::i32), in[0], options); },
              {random_tensor({5, 1}, 1)}, "i32");
  }
  expect_op(
      [=](Inputs in) {
        return embedding(ids_of({}, {0, 2}), in[0]);
      },
      {random_tensor({5, 2}, 1)}, "none");
  expect_op([=](Inputs in) { return embedding(ids_of({2}, {}), in[0]); }, {random_tensor({5, 2}, 1)}, "one");
  // The table used a second time adds to the same gradient.
  expect_op([=](Inputs in) { return embedding(ids, in[0]) * embedding(ids, tanh(in[0])); },
            {random_tensor({5, 2}, 1)}, "tied");
}

TEST(Embedding, Large) {
  std::vector<int64_t> ids(3000);
  Rng rng(1);
  for (int64_t& id : ids) id = static_cast<int64_t>(rng.below(50));
  expect_f32_agrees([=](Inputs in) { return embedding(ids_of(ids, {3000}), in[0]); },
                    {random_tensor({50, 65}, 1)}, "large");
}

TEST(Embedding, PaddingHasNoGradient) {
  Tensor table = random_tensor({3, 2}, 1);
  table.set_requires_grad();
  backward(embedding(ids_of({0, 1, 1, 2}, {4}), table, {.padding = 1}),
           {.gradient = Tensor::full({4, 2}, 1, DType::f64)});
  EXPECT_EQ(table.grad().values(), (std::vector<double>{1, 1, 0, 0, 1, 1}));
}

TEST(Embedding, TheGradientAsRowsIsThatOfTheTable) {
  const Tensor ids = ids_of({4, 1, 6, 1, 0, 6, 6}, {7}), dy = random_tensor({7, 3}, 2);
  const auto gradient = [&](bool rows) {
    Tensor table = random_tensor({9, 3}, 1);
    table.set_requires_grad();
    backward(embedding(ids, table, {.factor = 1.5, .padding = 1, .row_gradient = rows}), {.gradient = dy});
    return table.gradient();
  };
  const Gradient rows = gradient(true);
  EXPECT_EQ(rows.rows.values<int64_t>(), (std::vector<int64_t>{0, 4, 6}));
  EXPECT_EQ(rows.whole({9, 3}).values(), gradient(false).values.values());
}

TEST(Embedding, Errors) {
  const Tensor table = random_tensor({5, 2}, 1);
  expect_error(
      [&] {
        embedding(ids_of({0, 5}, {2}), table);
      },
      "embedding", "id 5", "place 1", "5 rows", "0 to 4");
  expect_error([&] { embedding(ids_of({-1}, {1}), table); }, "embedding", "id -1");
  expect_error([&] { embedding(table, table); }, "embedding", "f64", "i64");
  expect_error([&] { embedding(ids_of({0}, {1}), random_tensor({5}, 1)); }, "embedding", "[5]", "[V, C]");
}

}  // namespace
}  // namespace hodhod
