// SPDX-License-Identifier: Apache-2.0
// Every op of a layer refuses shapes, element types and indices that do not fit, by its name and with both
// values.
#include "hodhod/ops/attention.h"
#include "hodhod/ops/bad_input.h"
#include "hodhod/ops/convolution.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/recurrence.h"
#include "hodhod/ops/rotary.h"

namespace hodhod {
namespace {

TEST(BadInput, Products) {
  expect_refused({
      {[] {
         matmul(f({2, 3}), f({2, 3}));
       },
       {"matmul", "[2, 3]", "3 and 2"}},
      {[] {
         matmul(f({2, 2, 3}), f({3, 3, 4}));
       },
       {"matmul", "[2]", "[3]"}},
      {[] {
         matmul(f({3}), f({3, 4}));
       },
       {"matmul", "[3]", "[3, 4]"}},
      {[] {
         matmul(f({2, 3}), d({3, 4}));
       },
       {"matmul", "f32", "f64"}},
      {[] {
         matmul(whole({2, 3}), whole({3, 4}));
       },
       {"matmul", "i64"}},
      {[] {
         linear(f({2, 3}), f({5, 4}));
       },
       {"linear", "[2, 3]", "[5, 4]"}},
      {[] {
         linear(f({2, 3}), f({5, 3}), f({4}));
       },
       {"linear", "[4]", "[5, 3]"}},
      {[] {
         linear(f({2, 3}), d({5, 3}));
       },
       {"linear", "f32", "f64"}},
      {[] {
         linear(f({2, 3}), f({5, 3}), {}, {.residual = f({5})});
       },
       {"linear", "[5]", "[2, 5]"}},
      {[] {
         linear(kUndefined, f({5, 3}));
       },
       {"linear", "input"}},
      {[] {
         linear(f({2, 3}), kUndefined);
       },
       {"linear", "weight"}},
      {[] {
         conv1d(f({1, 4, 2}), f({3, 1, 2}));
       },
       {"conv1d", "[1, 4, 2]", "[3, 1, 2]"}},
      {[] {
         conv1d(f({1, 4, 2}), f({3, 2, 5}));
       },
       {"conv1d", "5", "4"}},
      {[] {
         conv1d(f({1, 4, 2}), f({3, 2, 2}), f({2}));
       },
       {"conv1d", "[2]", "[3, 2, 2]"}},
      {[] {
         conv1d(kUndefined, f({3, 2, 2}));
       },
       {"conv1d", "[3, 2, 2]"}},
      {[] {
         patch_convolution(f({1, 2, 4, 4}), f({3, 2, 3, 2}));
       },
       {"patch_convolution", "4", "3"}},
      {[] {
         patch_convolution(f({1, 2, 4, 4}), f({3, 1, 2, 2}));
       },
       {"patch_convolution", "[1, 2, 4, 4]", "[3, 1, 2, 2]"}},
      {[] {
         embedding(ids({0, 5}, {2}), f({5, 3}));
       },
       {"embedding", "5"}},
      {[] {
         embedding(ids({-1}, {1}), f({5, 3}));
       },
       {"embedding", "-1"}},
      {[] {
         embedding(f({2}), f({5, 3}));
       },
       {"embedding", "f32"}},
      {[] { embedding(ids({0}, {1}), f({5})); }, {"embedding", "[5]"}},
      {[] {
         embedding(kUndefined, f({5, 3}));
       },
       {"embedding", "undefined"}},
      {[] { embedding(ids({0}, {1}), kUndefined); }, {"embedding", "undefined"}},
  });
}

TEST(BadInput, AttentionAndRotary) {
  const Tensor q = f({1, 3, 2, 4});
  expect_refused({
      {[=] {
         attention(q, f({1, 3, 2, 5}), f({1, 3, 2, 5}));
       },
       {"attention", "4", "5"}},
      {[=] {
         attention(q, f({2, 3, 2, 4}), f({2, 3, 2, 4}));
       },
       {"attention", "1", "2"}},
      {[=] {
         attention(q, f({1, 3, 3, 4}), f({1, 3, 3, 4}));
       },
       {"attention", "2", "3"}},
      {[=] {
         attention(q, f({1, 3, 2, 4}), f({1, 2, 2, 4}));
       },
       {"attention", "[1, 3, 2, 4]", "[1, 2, 2, 4]"}},
      {[=] {
         attention(q, d({1, 3, 2, 4}), f({1, 3, 2, 4}));
       },
       {"attention", "f32", "f64"}},
      {[=] { attention(q, q, q, {.key_end = ids({4}, {1})}); }, {"attention", "key_end", "4", "3"}},
      {[=] {
         attention(q, q, q, {.key_end = ids({1, 1}, {2})});
       },
       {"attention", "key_end", "[2]", "[1]"}},
      {[=] {
         attention(q, q, q, {.bias = f({1, 1, 3, 2})});
       },
       {"attention", "[1, 1, 3, 2]"}},
      {[=] { attention(q, q, q, {.dropout = 1}); }, {"attention", "1"}},
      {[=] {
         attention(f({1, 3, 8}), f({1, 3, 8}), f({1, 3, 8}), {.heads = 3});
       },
       {"attention", "[1, 3, 8]", "3"}},
      {[=] { attention(kUndefined, q, q); }, {"attention"}},
      {[=] {
         distance_bias(f({4, 2}), ids({4}, {1}));
       },
       {"distance_bias", "4"}},
      {[=] {
         rotary(q, f({2, 2}), f({2, 2}));
       },
       {"rotary", "2"}},
      {[=] {
         rotary(q, f({9, 2}), f({9, 1}));
       },
       {"rotary", "[9, 2]", "[9, 1]"}},
      {[=] {
         rotary(q, f({9, 3}), f({9, 3}));
       },
       {"rotary", "4"}},
      {[=] {
         rotary(q, f({9, 2}), f({9, 2}), {.positions = ids({0, 1, 9}, {1, 3})});
       },
       {"rotary", "9"}},
      {[=] {
         rotary(q, f({9, 2}), f({9, 2}), {.offset = ids({-1}, {1})});
       },
       {"rotary", "-1"}},
      {[=] {
         rotary(q, d({9, 2}), d({9, 2}));
       },
       {"rotary", "f32", "f64"}},
      {[=] {
         rotary(kUndefined, d({9, 2}), d({9, 2}));
       },
       {"rotary"}},
  });
}

TEST(BadInput, RecurrenceAndLosses) {
  const Tensor x = f({2, 3, 8}), w = f({8, 2});
  expect_refused({
      {[=] {
         recurrence(Cell::lstm, f({2, 3, 7}), {w});
       },
       {"recurrence", "7", "4"}},
      {[=] {
         recurrence(Cell::lstm, x, {f({8, 3})});
       },
       {"recurrence", "[8, 3]"}},
      {[=] {
         recurrence(Cell::lstm, x, {d({8, 2})});
       },
       {"recurrence", "f64", "f32"}},
      {[=] {
         recurrence(Cell::lstm, x, {w}, {}, {.lengths = ids({3, 4}, {2})});
       },
       {"recurrence", "4", "3"}},
      {[=] {
         recurrence(Cell::lstm, x, {w}, {.output = f({3, 2})});
       },
       {"recurrence", "[3, 2]", "[2, 2]"}},
      {[=] {
         recurrence(Cell::tanh, x, {f({8, 8})}, {.cell = f({2, 8})});
       },
       {"recurrence", "cell"}},
      {[=] { recurrence(Cell::tanh, kUndefined, {w}); }, {"recurrence", "gates"}},
      {[=] { recurrence(Cell::lstm, x, {kUndefined}); }, {"recurrence", "hidden weight"}},
      {[=] {
         cross_entropy(f({2, 3}), ids({0, 3}, {2}));
       },
       {"cross_entropy", "3", "2"}},
      {[=] {
         cross_entropy(f({2, 3}), ids({0}, {1}));
       },
       {"cross_entropy", "[2, 3]", "[1]"}},
      {[=] {
         cross_entropy(f({2, 3}), f({2}));
       },
       {"cross_entropy", "f32"}},
      {[=] {
         cross_entropy(f({2, 3}), ids({0, 1}, {2}), {.label_smoothing = 1.5});
       },
       {"cross_entropy", "1.5"}},
      {[=] {
         cross_entropy(f({2, 3}), ids({0, 1}, {2}), {.weight = f({2})});
       },
       {"cross_entropy", "[2]"}},
      {[=] {
         soft_cross_entropy(f({2, 3}), f({2, 2}));
       },
       {"soft_cross_entropy", "[2, 3]", "[2, 2]"}},
      {[=] {
         mse_loss(f({2, 3}), f({2}));
       },
       {"mse_loss", "[2, 3]", "[2]"}},
      {[=] { mse_loss(kUndefined, kUndefined); }, {"mse_loss", "undefined"}},
      {[=] { l1_loss(f({2}), d({2})); }, {"l1_loss", "f32", "f64"}},
      {[=] { smooth_l1_loss(f({2}), f({2}), 0); }, {"smooth_l1_loss", "0"}},
      {[=] { binary_cross_entropy_with_logits(f({2}), f({3})); },
       {"binary_cross_entropy_with_logits", "[2]", "[3]"}},
      {[=] {
         kl_divergence(f({2, 3}), f({3}));
       },
       {"kl_divergence", "[2, 3]", "[3]"}},
      {[=] {
         linear_cross_entropy(f({2, 3}), f({5, 4}), {}, ids({0, 1}, {2}));
       },
       {"linear_cross_entropy", "[2, 3]", "[5, 4]"}},
      {[=] {
         linear_cross_entropy(f({2, 3}), f({5, 3}), {}, ids({0, 5}, {2}));
       },
       {"linear_cross_entropy", "5", "4"}},
      {[=] {
         linear_cross_entropy(f({2, 3}), f({5, 3}), f({3}), ids({0, 1}, {2}));
       },
       {"linear_cross_entropy", "[3]", "[5, 3]"}},
      {[=] {
         linear_cross_entropy(f({2, 3}), d({5, 3}), {}, ids({0, 1}, {2}));
       },
       {"linear_cross_entropy", "f32", "f64"}},
      {[=] {
         linear_cross_entropy(kUndefined, f({5, 3}), {}, ids({0, 1}, {2}));
       },
       {"linear_cross_entropy"}},
  });
}

}  // namespace
}  // namespace hodhod
