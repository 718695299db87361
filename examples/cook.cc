// SPDX-License-Identifier: Apache-2.0
// A cook chooses by the weather, by yesterday's dish, and by both: networks whose weights are written down.
// آشپز بر پایهٔ هوا، غذای دیروز و هر دو تصمیم
// می‌گیرد؛ شبکه‌هایی که وزن‌هایشان را خودمان
// می‌نویسیم.
//
// Dishes are chicken, pizza and sandwich, one-hot vectors of length 3; the weather is sunny or
// rainy, of length 2. A vector is a row, so a matrix stands on its right: y = x W.
#include <fmt/core.h>

#include <array>

#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

using namespace hodhod;
using Matrix = std::vector<float>;

constexpr std::array kDishes = {"chicken", "pizza", "sandwich"};
constexpr std::array kWeather = {"sunny", "rainy"};

Tensor one_hot(int64_t place, int64_t length) {
  const Tensor x = Tensor::zeros({1, length});
  x.data<float>()[place] = 1;
  return x;
}
int64_t place_of(const Tensor& x) { return static_cast<int64_t>(argmax(x).item()); }

int failures = 0;
void expect(bool holds, const char* what) {
  if (!holds) fmt::print("NOT SO: {}\n", what);
  failures += holds ? 0 : 1;
}

// A recurrent cell with ReLU, h = max(0, F y + G w − 1): unit i keeps dish i when it is sunny, unit 3 + i
// goes from dish i − 1 to dish i when it is rainy. The dish is the sum of both halves, y = [I I] h.
struct Cook {
  Recurrent cell{RecurrentOptions{.cell = Cell::relu, .input = 2, .hidden = 6, .layers = 1}};
  Tensor both_halves = Tensor::from(Matrix{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}, {6, 3});

  Cook() {
    // After pizza comes chicken, after chicken sandwich, after sandwich pizza.
    const Tensor keep_or_next =
        Tensor::from(Matrix{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0}, {6, 3});
    copy(matmul(keep_or_next, both_halves, {.transpose_b = true}), cell.directions[0].weight_hh);  // F M
    copy(Tensor::from(Matrix{1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1}, {6, 2}), cell.directions[0].weight_ih);
    copy(Tensor::full({6}, -1), cell.directions[0].bias_ih);
    copy(Tensor::zeros({6}), cell.directions[0].bias_hh);
  }
  // The dishes of these days [1, T, 2], beginning from a dish of the day before.
  Tensor dishes(const Tensor& weather, int64_t before, Context& context) const {
    const Tensor first = Tensor::zeros({1, 1, 6});
    first.data<float>()[before] = 1;
    return matmul(cell(weather, context, {.state = {.output = first}}).output, both_halves);
  }
};

int main() {
  const NoGrad off;
  fmt::print("1. By the weather: one matrix [2, 3]\n");
  const Tensor by_weather = Tensor::from(Matrix{1, 0, 0, 0, 1, 0}, {2, 3});
  for (int64_t w = 0; w < 2; ++w)
    fmt::print("   {} day: {}\n", w == 0 ? "sunny" : "rainy",
               kDishes[place_of(matmul(one_hot(w, 2), by_weather))]);
  expect(place_of(matmul(one_hot(0, 2), by_weather)) == 0, "a sunny day gives chicken");
  expect(place_of(matmul(one_hot(1, 2), by_weather)) == 1, "a rainy day gives pizza");

  fmt::print("2. By yesterday's dish: one matrix [3, 3]; the output is the next input\n  ");
  const Tensor next = Tensor::from(Matrix{0, 0, 1, 1, 0, 0, 0, 1, 0}, {3, 3});
  Tensor dish = one_hot(1, 3);
  for (int day = 0; day < 4; ++day, dish = matmul(dish, next)) fmt::print(" {}", kDishes[place_of(dish)]);
  fmt::print("\n");
  expect(matmul(next, matmul(next, next)).values() == std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1},
         "after three days comes the same dish");

  fmt::print("3. By both: a recurrent cell. Sunny: yesterday's dish again; rainy: the next one\n");
  const Cook cook;
  Context context;
  for (int64_t before = 0; before < 3; ++before) {
    for (int64_t w = 0; w < 2; ++w) {
      const int64_t today = place_of(cook.dishes(reshape(one_hot(w, 2), {1, 1, 2}), before, context));
      fmt::print("   {:8} then {}: {}\n", kDishes[before], kWeather[w], kDishes[today]);
      expect(today == (w == 0 ? before : (before + 2) % 3), "the cook's rule");
    }
  }
  constexpr int64_t kDays = 10000;
  Rng rng(1);
  const Tensor weather = Tensor::zeros({1, kDays, 2});
  for (int64_t day = 0; day < kDays; ++day)
    weather.data<float>()[day * 2 + (rng.uniform() < 0.5 ? 1 : 0)] = 1;
  const Tensor cooked = argmax(cook.dishes(weather, 0, context), 2);
  int64_t right = 0, expected = 0;
  for (int64_t day = 0; day < kDays; ++day) {
    if (weather.data<float>()[day * 2 + 1] == 1) expected = (expected + 2) % 3;
    right += cooked.data<int64_t>()[day] == expected ? 1 : 0;
  }
  fmt::print("   right on {} of {} days\n", right, kDays);
  expect(right == kDays, "right for ever");
  return failures;
}
