// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/packed_weights.h"

#include <vector>

#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

TEST(PackedWeights, ChangeNoBitOfAProduct) {
  for (const Shape& shape : {Shape{1, 1}, Shape{5, 3}, Shape{70, 800}, Shape{33, 64}}) {
    const Tensor w = random_tensor(shape, 1, DType::f32), b = random_tensor({shape[0]}, 2, DType::f32);
    PackedWeights packed;
    for (int round = 0; round < 2; ++round) packed.of(w, 4);
    ASSERT_NE(packed.of(w, 1).packed(), nullptr);
    for (int64_t rows : {1, 2, 3, 7, 32, 100}) {
      const Tensor x = random_tensor({rows, shape[1]}, 3, DType::f32);
      const Tensor residual = random_tensor({rows, shape[0]}, 4, DType::f32);
      const LinearOptions options{.activation = kernels::Activation::gelu, .residual = residual};
      EXPECT_EQ(linear(x, packed.of(w, rows), b, options).values<float>(),
                linear(x, w, b, options).values<float>())
          << rows << " rows, weight " << to_string(shape);
    }
  }
}

TEST(PackedWeights, ChangeNoBitOfALossOrAnEmbedding) {
  const Tensor w = random_tensor({33, 20}, 1, DType::f32), b = random_tensor({33}, 2, DType::f32);
  PackedWeights packed;
  for (int round = 0; round < 2; ++round) packed.of(w, 4);
  ASSERT_NE(packed.of(w, 4).packed(), nullptr);
  const Tensor x = random_tensor({5, 20}, 3, DType::f32);
  const Tensor targets = Tensor::from(std::vector<int64_t>{3, 32, 0, 7, 7}, {5});
  for (const Reduction reduction : {Reduction::none, Reduction::mean}) {
    EXPECT_EQ(linear_cross_entropy(x, packed.of(w, 5), b, targets, {.reduction = reduction}).values<float>(),
              linear_cross_entropy(x, w, b, targets, {.reduction = reduction}).values<float>());
  }
  EXPECT_EQ(linear_log_probabilities(x, packed.of(w, 5), b, targets).values<float>(),
            linear_log_probabilities(x, w, b, targets).values<float>());
  EXPECT_EQ(embedding(targets, packed.of(w, 5)).values<float>(), embedding(targets, w).values<float>());
}

TEST(PackedWeights, PackWhatIsUsedWithFewRowsAgainAndHasRoom) {
  const Tensor w = Tensor::zeros({40, 10}), other = Tensor::zeros({40, 10});
  PackedWeights packed(w.bytes() + 1);
  EXPECT_EQ(packed.of(w, 1).packed(), nullptr);
  EXPECT_EQ(packed.of(w, 33).packed(), nullptr);
  EXPECT_EQ(packed.of(w, 2).packed(), nullptr) << "the first time";
  EXPECT_EQ(packed.of(w, 1).packed(), nullptr);
  EXPECT_NE(packed.of(w, 2).packed(), nullptr);
  EXPECT_NE(packed.of(w, 500).packed(), nullptr) << "as it is there";
  EXPECT_EQ(packed.of(w.with_layout({20, 10}, {10, 1}), 2).packed(), nullptr) << "another matrix";
  packed.of(other, 2);
  EXPECT_EQ(packed.of(other, 2).packed(), nullptr) << "no room";
  EXPECT_GE(packed.bytes(), w.bytes());
}

TEST(PackedWeights, LeaveOthersAlone) {
  PackedWeights packed;
  for (const Tensor& w :
       {Tensor::zeros({4, 3}, DType::f64), Tensor::zeros({4, 3}, DType::f32, Device::shapes),
        Tensor::zeros({4, 3}).with_layout({3, 4}, {1, 3}), Tensor::zeros({4}), Tensor()}) {
    for (int round = 0; round < 3; ++round) EXPECT_EQ(packed.of(w, 4).packed(), nullptr);
  }
  EXPECT_EQ(packed.bytes(), 0);
}

}  // namespace
}  // namespace hodhod
