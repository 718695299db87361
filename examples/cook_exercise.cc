// SPDX-License-Identifier: Apache-2.0
// The cook's exercise: find the matrices from examples alone, in closed form and by gradient descent.
// تمرین آشپز: ماتریس‌ها را تنها از روی مثال‌ها پیدا
// کنید؛ یک بار با حل مستقیم و یک بار با کاهش گرادیان.
//
// The inputs are one-hot, so least squares is a mean: row i of W is the mean of the outputs that followed
// input i. Gradient descent goes down ½ · mean over the examples of ‖x W − y‖².
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

using namespace hodhod;

double distance(const Tensor& a, const Tensor& b) {
  const auto x = a.values(), y = b.values();
  double greatest = 0;
  for (size_t i = 0; i < x.size(); ++i) greatest = std::max(greatest, std::abs(x[i] - y[i]));
  return greatest;
}

// Xᵀ Y, each row divided by how often its input occurs.
Tensor least_squares(const Tensor& x, const Tensor& y) {
  const NoGrad off;
  const Tensor sums = matmul(x, y, {.transpose_a = true});
  const Tensor counts = matmul(x, Tensor::full({x.dim(0), 1}, 1), {.transpose_a = true});
  return div(sums, counts);
}

void print_matrix(const Tensor& w) {
  const auto values = w.values();
  for (size_t i = 0; i < values.size(); ++i)
    fmt::print("{}{:6.3f}", i % static_cast<size_t>(w.dim(1)) == 0 ? "   |" : "", values[i]);
  fmt::print("\n");
}

// The number of steps after which every element is within 10⁻³ of the truth.
int descend(const Tensor& x, const Tensor& y, const Tensor& truth) {
  Tensor w = Tensor::zeros({x.dim(1), 3});
  w.set_requires_grad();
  const auto optimizer = make_optimizer({{"w", w}}, {.kind = OptimizerKind::sgd});
  for (int step = 1;; ++step) {
    const Tensor loss = scale(mse_loss(matmul(x, w), y, Reduction::sum), 0.5 / static_cast<double>(x.dim(0)));
    backward(loss);
    optimizer->step(0.5);
    const bool done = distance(w, truth) < 1e-3;
    if (step % 5 == 0 || done) {
      fmt::print("   step {:2}  loss {:.6f}", step, loss.item());
      print_matrix(w);
    }
    if (done) return step;
  }
}

int main() {
  const Tensor sunny_rainy = Tensor::from(std::vector<float>{1, 0, 0, 1}, {2, 2});
  const Tensor chicken_pizza = Tensor::from(std::vector<float>{1, 0, 0, 0, 1, 0}, {2, 3});
  const Tensor yesterday = Tensor::from(std::vector<float>{1, 0, 0, 0, 1, 0, 0, 0, 1}, {3, 3});
  const Tensor today = Tensor::from(std::vector<float>{0, 0, 1, 1, 0, 0, 0, 1, 0}, {3, 3});
  fmt::print("least squares\n");
  print_matrix(least_squares(sunny_rainy, chicken_pizza));
  print_matrix(least_squares(yesterday, today));
  const bool exact = distance(least_squares(sunny_rainy, chicken_pizza), chicken_pizza) == 0 &&
                     distance(least_squares(yesterday, today), today) == 0;
  fmt::print("gradient descent, the weather's matrix [2, 3]\n");
  const int weather = descend(sunny_rainy, chicken_pizza, chicken_pizza);
  fmt::print("gradient descent, the schedule's matrix [3, 3]\n");
  const int schedule = descend(yesterday, today, today);
  fmt::print("within 0.001 after {} and {} steps\n", weather, schedule);
  return exact && weather == 25 && schedule == 38 ? 0 : 1;
}
