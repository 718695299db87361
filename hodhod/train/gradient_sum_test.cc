// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/gradient_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"

namespace hodhod {
namespace {

constexpr int64_t kElements = 5;
constexpr int64_t kParameters = 3;

using PartValues = std::optional<std::vector<float>>;

// Values whose sum depends on the order of additions. Parameter 1 has a gradient in odd parts alone,
// parameter 2 in none.
PartValues values_of_part(int64_t part, int64_t parameter) {
  if (parameter == 2 || (parameter == 1 && part % 2 == 0)) return std::nullopt;
  Rng rng = Rng(7).fork(static_cast<uint64_t>(part)).fork(static_cast<uint64_t>(parameter));
  std::vector<float> values;
  for (int64_t i = 0; i < kElements; ++i) values.push_back(static_cast<float>(rng.normal() * 1e3));
  return values;
}

PartialSum single_part(int64_t part) {
  PartialSum sum{.first = part, .end = part + 1, .loss = 0.1 * static_cast<double>(part), .items = 1.0 / 3};
  for (int64_t p = 0; p < kParameters; ++p) {
    const PartValues values = values_of_part(part, p);
    sum.gradients.push_back({values ? Tensor::from(*values, {kElements}) : Tensor()});
  }
  return sum;
}

// The definition, word for word.
PartValues sum_by_definition(int64_t a, int64_t b, int64_t parameter) {
  if (b == a + 1) return values_of_part(a, parameter);
  const auto half = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(b - a - 1)));
  PartValues left = sum_by_definition(a, a + half, parameter);
  const PartValues right = sum_by_definition(a + half, b, parameter);
  if (!left || !right) return left ? left : right;
  for (size_t i = 0; i < left->size(); ++i) (*left)[i] += (*right)[i];
  return left;
}

double loss_by_definition(int64_t a, int64_t b) {
  if (b == a + 1) return 0.1 * static_cast<double>(a);
  const auto half = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(b - a - 1)));
  return loss_by_definition(a, a + half) + loss_by_definition(a + half, b);
}

void expect_whole_sum(GradientSum& sum, int64_t parts) {
  const PoolVector<PartialSum> nodes = sum.take();
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].first, 0);
  EXPECT_EQ(nodes[0].end, parts);
  EXPECT_EQ(nodes[0].loss, loss_by_definition(0, parts));
  for (int64_t p = 0; p < kParameters; ++p) {
    const Tensor& gradient = nodes[0].gradients[static_cast<size_t>(p)].values;
    const PartValues expected = sum_by_definition(0, parts, p);
    ASSERT_EQ(gradient.defined(), expected.has_value()) << "parameter " << p;
    if (expected) {
      EXPECT_EQ(gradient.values<float>(), *expected) << "parameter " << p << " of " << parts;
    }
  }
}

TEST(GradientSum, PartsInAnyOrderMakeTheTree) {
  Rng rng(3);
  for (int64_t parts = 1; parts <= 17; ++parts) {
    for (int attempt = 0; attempt < 5; ++attempt) {
      std::vector<int64_t> order;
      for (int64_t part = 0; part < parts; ++part) order.push_back(part);
      for (size_t i = order.size(); attempt > 0 && i > 1; --i) {
        std::swap(order[i - 1], order[static_cast<size_t>(rng.uniform_double() * static_cast<double>(i))]);
      }
      GradientSum sum(parts);
      for (int64_t part : order) sum.add(single_part(part));
      expect_whole_sum(sum, parts);
    }
  }
}

TEST(GradientSum, MachinesThatShareThePartsMakeTheSameTree) {
  for (int64_t parts : {2, 3, 4, 7, 8, 13}) {
    for (int64_t cut = 1; cut < parts; ++cut) {
      for (bool in_turn : {false, true}) {  // whether the machines take parts in turn, or a range each
        GradientSum first(parts), second(parts), whole(parts);
        for (int64_t part = 0; part < parts; ++part) {
          GradientSum& machine = (in_turn ? part % 2 == 0 : part < cut) ? first : second;
          machine.add(single_part(part));
        }
        for (PartialSum& node : second.take()) whole.add(std::move(node));
        for (PartialSum& node : first.take()) whole.add(std::move(node));
        expect_whole_sum(whole, parts);
      }
    }
  }
}

TEST(GradientSum, TwoMachinesOfTwoPartsExchangeOneSumEach) {
  GradientSum machine(4);
  machine.add(single_part(2));
  machine.add(single_part(3));
  const PoolVector<PartialSum> nodes = machine.take();
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].first, 2);
  EXPECT_EQ(nodes[0].end, 4);
  EXPECT_EQ(nodes[0].gradients[0].values.values<float>(), *sum_by_definition(2, 4, 0));
}

TEST(GradientSum, InOrderFewSumsAreHeld) {
  for (int64_t added = 1; added < 64; ++added) {
    GradientSum sum(64);
    for (int64_t part = 0; part < added; ++part) sum.add(single_part(part));
    EXPECT_EQ(sum.take().size(), static_cast<size_t>(std::popcount(static_cast<uint64_t>(added))));
  }
}

TEST(GradientSum, ASinglePartIsNotCopied) {
  PartialSum part = single_part(0);
  const float* memory = part.gradients[0].values.data<float>();
  GradientSum sum(1);
  sum.add(std::move(part));
  EXPECT_EQ(sum.take()[0].gradients[0].values.data<float>(), memory);
}

TEST(GradientSum, WhatOthersHoldIsNotWritten) {
  PartialSum left = single_part(0);
  const Tensor held = left.gradients[0].values;
  const std::vector<float> before = held.values<float>();
  GradientSum sum(2);
  sum.add(std::move(left));
  sum.add(single_part(1));
  expect_whole_sum(sum, 2);
  EXPECT_EQ(held.values<float>(), before);
}

TEST(GradientSum, WhatIsNoPartOfTheTreeIsRefused) {
  EXPECT_THROW(GradientSum(0), Error);
  GradientSum sum(5);
  const auto refused = [&](int64_t first, int64_t end, size_t gradients = kParameters) {
    PartialSum part = single_part(0);
    part.first = first;
    part.end = end;
    part.gradients.resize(gradients);
    EXPECT_THROW(sum.add(std::move(part)), Error) << first << " to " << end;
  };
  sum.add(single_part(1));
  refused(1, 2);  // there already
  refused(0, 2);  // half of it is there
  refused(1, 3);  // no node
  refused(3, 5);  // no node: 4 stands alone
  refused(4, 6);  // more parts than there are
  refused(-1, 0);
  refused(3, 3);
  refused(2, 3, 2);  // another number of gradients
}

TEST(GradientSum, RowsOfSeveralPartsAreAdded) {
  const auto part = [](int64_t number, const std::vector<int64_t>& rows, const std::vector<float>& values) {
    PartialSum sum{.first = number, .end = number + 1};
    const auto count = std::ssize(rows);
    sum.gradients.push_back({Tensor::from(values, {count, 2}), Tensor::from(rows, {count})});
    return sum;
  };
  GradientSum sum(2);
  sum.add(part(0, {1, 4}, {1, 2, 3, 4}));
  sum.add(part(1, {0, 4, 7}, {10, 20, 30, 40, 50, 60}));
  const Gradient both = sum.take()[0].gradients[0];
  EXPECT_EQ(both.rows.values<int64_t>(), (std::vector<int64_t>{0, 1, 4, 7}));
  EXPECT_EQ(both.values.values<float>(), (std::vector<float>{10, 20, 1, 2, 33, 44, 50, 60}));
}

TEST(GradientSum, TakesAndGivesBackGradientsOfParameters) {
  const NamedParameters parameters{{"a", Tensor::zeros({2}).set_requires_grad()},
                                   {"b", Tensor::zeros({2}).set_requires_grad()}};
  parameters[0].second.set_grad(Tensor::full({2}, 3));
  PoolVector<Gradient> gradients = take_gradients(parameters);
  ASSERT_EQ(gradients.size(), 2u);
  EXPECT_FALSE(gradients[1].defined());
  EXPECT_FALSE(parameters[0].second.grad().defined());
  parameters[1].second.set_grad(Tensor::full({2}, 4));
  set_gradients(parameters, gradients);
  EXPECT_EQ(parameters[0].second.grad().values<float>(), (std::vector<float>{3, 3}));
  EXPECT_EQ(parameters[1].second.grad().values<float>(), (std::vector<float>{4, 4}));
}

}  // namespace
}  // namespace hodhod
