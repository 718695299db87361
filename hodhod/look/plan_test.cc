// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/plan.h"

#include <gtest/gtest.h>

#include <numeric>

#include "hodhod/base/rng.h"

namespace hodhod::look {
namespace {

int64_t planned_bytes(const std::vector<PlanItem>& items, const std::vector<Form>& forms) {
  int64_t sum = 0;
  for (size_t i = 0; i < items.size(); ++i)
    sum += expected_bytes(items[i], forms[i]) + (forms[i] == Form::none ? 0 : kIndexBytes);
  return sum;
}

std::vector<PlanItem> random_items(Rng& rng) {
  constexpr std::string_view kNames[] = {"decoder.embedding.input",
                                         "decoder.embedding.output",
                                         "decoder.layer.1.output",
                                         "decoder.layer.0.self_attention.probabilities",
                                         "decoder.layer.0.self_attention.scores",
                                         "decoder.layer.0.self_attention.queries",
                                         "decoder.layer.0.feed_forward.hidden",
                                         "decoder.layer.0.feed_forward.output",
                                         "decoder.layer.0.output.gradient"};
  std::vector<PlanItem> items;
  const uint64_t count = 1 + rng.below(40);
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view name = kNames[rng.below(std::size(kNames))];
    const bool attention = name.ends_with("probabilities") || name.ends_with("scores");
    const auto extent = [&] { return static_cast<int64_t>(rng.below(300)); };
    const int64_t time = extent();
    const Shape shape = attention ? Shape{1 + extent() % 12, time, time} : Shape{time, extent()};
    const Visible visible{.left = -1, .right = attention && rng.below(2) ? 0 : -1};
    PlanItem item = plan_item(name, attention ? "HTS" : "TC", shape, visible);
    item.whole_numbers = name.ends_with(".input");
    item.asked = rng.below(9) == 0;
    items.push_back(item);
  }
  return items;
}

TEST(Plan, StaysWithinTheLimitAndGrowsWithIt) {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    Rng rng(seed);
    const std::vector<PlanItem> items = random_items(rng);
    std::vector<Form> before(items.size(), Form::none);
    int64_t limit = 0;
    for (int step = 0; step < 8; ++step) {
      const std::vector<Form> forms = plan(items, limit);
      ASSERT_LE(planned_bytes(items, forms), limit) << seed;
      for (size_t i = 0; i < items.size(); ++i) {
        ASSERT_GE(forms[i], before[i]) << seed << ": item " << i << " within " << limit;
        const bool of_shares = forms[i] == Form::top || forms[i] == Form::sqrt8;
        ASSERT_TRUE(!of_shares || items[i].probabilities);
        ASSERT_TRUE(!items[i].whole_numbers || forms[i] == Form::none || forms[i] == Form::i32);
      }
      before = forms;
      limit = limit * 3 + static_cast<int64_t>(rng.below(20000));
    }
  }
}

TEST(Plan, KeepsAllExactlyWhereThereIsRoom) {
  Rng rng(3);
  const std::vector<PlanItem> items = random_items(rng);
  for (const auto& [i, form] : [&] {
         std::vector<std::pair<size_t, Form>> all;
         const auto forms = plan(items, int64_t{1} << 50);
         for (size_t i = 0; i < forms.size(); ++i) all.emplace_back(i, forms[i]);
         return all;
       }())
    EXPECT_EQ(form, items[i].whole_numbers ? Form::i32 : Form::f32);
}

// The forms of tensors are upgraded in whole classes, and a mask halves what a causal matrix takes.
TEST(Plan, AttentionOfTwelveLayersFitsInTwentyMegabytes) {
  std::vector<PlanItem> items;
  for (int layer = 0; layer < 12; ++layer) {
    const std::string name = "decoder.layer." + std::to_string(layer);
    items.push_back(plan_item(name + ".self_attention.probabilities", "HTS", {12, 512, 512}, {.right = 0}));
    items.push_back(plan_item(name + ".output", "TC", {512, 768}, {}));
    items.push_back(plan_item(name + ".self_attention.queries", "THD", {512, 12, 64}, {}));
  }
  EXPECT_EQ(items[0].cells, 12 * 512 * 513 / 2);
  const std::vector<Form> forms = plan(items, 20'000'000);
  for (size_t i = 0; i < forms.size(); i += 3) {
    EXPECT_EQ(forms[i], Form::sqrt8);
    EXPECT_GE(forms[i + 1], Form::i8);
  }
}

TEST(Plan, WhatWasAskedForComesFirst) {
  std::vector<PlanItem> items;
  for (int layer = 0; layer < 4; ++layer)
    items.push_back(plan_item("encoder.layer.0.self_attention.scores", "HTS", {4, 64, 64}, {}));
  items[3].asked = true;
  const std::vector<Form> forms = plan(items, expected_bytes(items[3], Form::f32) + kIndexBytes);
  EXPECT_EQ(forms, (std::vector<Form>{Form::none, Form::none, Form::none, Form::f32}));
}

}  // namespace
}  // namespace hodhod::look
