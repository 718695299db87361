// SPDX-License-Identifier: Apache-2.0
// For tests of what ops refuse.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "hodhod/ops/test_tensors.h"

namespace hodhod {

struct Refusal {
  std::function<void()> run;
  std::vector<std::string> parts;  // of the message: the op first, what was given, what it met
};

inline Tensor f(const Shape& shape) { return random_tensor(shape, 1, DType::f32); }
inline Tensor d(const Shape& shape) { return random_tensor(shape, 1, DType::f64); }
inline Tensor ids(std::initializer_list<int64_t> values, const Shape& shape) {
  return Tensor::from(std::vector<int64_t>(values), shape);
}
inline Tensor whole(const Shape& shape) { return Tensor::zeros(shape, DType::i64); }
inline const Tensor kUndefined;

inline void expect_refused(const std::vector<Refusal>& all) {
  for (size_t i = 0; i < all.size(); ++i) {
    try {
      all[i].run();
      ADD_FAILURE() << "case " << i << " (" << all[i].parts[0] << "): no error";
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.find(all[i].parts[0] + ":"), 0u) << "case " << i << ": " << message;
      for (const std::string& part : all[i].parts) {
        EXPECT_NE(message.find(part), std::string::npos)
            << "case " << i << ": " << message << " lacks " << part;
      }
    }
  }
}

}  // namespace hodhod
