// SPDX-License-Identifier: Apache-2.0
// For op tests: tensors of every layout, and the checks that every op has to pass.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/tensor/gradcheck.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

using Inputs = std::span<const Tensor>;
using Op = std::function<Tensor(Inputs)>;

// Values between −2.5 and 2.5 that f32 holds exactly.
inline Tensor random_tensor(const Shape& shape, uint64_t seed, DType dtype = DType::f64) {
  Rng rng(seed, 77);
  std::vector<double> values(static_cast<size_t>(shape.numel()));
  for (double& value : values) value = (rng.uniform() - 0.5f) * 5.0f;
  return Tensor::from(values, shape).converted(dtype);
}

// The same as every second element of a larger tensor whose last two dimensions are swapped: steps are not
// dense.
inline Tensor strided_tensor(const Shape& shape, uint64_t seed) {
  const Tensor x = random_tensor(shape, seed);
  if (shape.rank() == 0) return x;
  Shape outer = shape;
  if (shape.rank() > 1) std::swap(outer[-1], outer[-2]);
  outer[-1] *= 2;
  const Tensor all = Tensor::zeros(outer, DType::f64);
  Shape steps = all.strides();
  steps[-1] *= 2;
  if (shape.rank() > 1) std::swap(steps[-1], steps[-2]);
  const Tensor view = all.with_layout(shape, steps);
  copy(x, view);
  return view;
}

namespace detail {

// The result and the gradients of all floating inputs, one behind the other, as `dtype` computes them.
inline std::vector<double> value_and_gradients(const Op& op, const std::vector<Tensor>& inputs, DType dtype) {
  std::vector<Tensor> held;
  for (const Tensor& input : inputs) {
    held.push_back(is_floating(input.dtype()) ? input.converted(dtype).clone().set_requires_grad() : input);
  }
  const Tensor y = op(held);
  std::vector<double> all = y.values();
  if (y.requires_grad()) backward(y, {.gradient = random_tensor(y.shape(), 99, dtype)});
  for (const Tensor& input : held) {
    if (!input.is_leaf() || !input.grad().defined()) continue;
    const auto gradient = input.grad().values();
    all.insert(all.end(), gradient.begin(), gradient.end());
  }
  return all;
}

}  // namespace detail

// Gradients against finite differences in f64, for inputs as they lie.
inline void expect_gradients(const Op& op, const std::vector<Tensor>& inputs, const std::string& what) {
  const GradcheckResult result = gradcheck(op, inputs);
  EXPECT_TRUE(result.passed) << what << ": " << result.message;
}

// f32 against f64, values and gradients, to 1e-4; and f32's bits with 1, 2, 4 and 8 threads.
inline void expect_f32_agrees(const Op& op, const std::vector<Tensor>& inputs, const std::string& what) {
  const auto want = detail::value_and_gradients(op, inputs, DType::f64);
  const int before = thread_count();
  set_thread_count(1);
  const auto got = detail::value_and_gradients(op, inputs, DType::f32);
  for (int threads : {2, 4, 8}) {
    set_thread_count(threads);
    EXPECT_EQ(detail::value_and_gradients(op, inputs, DType::f32), got)
        << what << " with " << threads << " threads";
  }
  set_thread_count(before);
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isinf(want[i])) {
      ASSERT_EQ(got[i], want[i]) << what << ": number " << i;
    } else {
      ASSERT_NEAR(got[i], want[i], 1e-4 * std::max(1.0, std::fabs(want[i]))) << what << ": number " << i;
    }
  }
}

inline void expect_op(const Op& op, const std::vector<Tensor>& inputs, const std::string& what) {
  expect_gradients(op, inputs, what);
  expect_f32_agrees(op, inputs, what);
}

}  // namespace hodhod
