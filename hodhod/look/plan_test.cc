// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/plan.h"

#include <gtest/gtest.h>

#include <numeric>

#include "hodhod/base/rng.h"

namespace hodhod::look {
namespace {

int64_t planned_bytes(const std::vector<PlanItem>& items, const std::vector<Planned>& forms) {
  int64_t sum = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const PlanItem kept = forms[i].heads > 0 ? first_heads(items[i], forms[i].heads) : items[i];
    sum += expected_bytes(kept, forms[i].form) + (forms[i].form == Form::none ? 0 : kIndexBytes);
  }
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
    const int64_t time = extent() * (rng.below(9) == 0 ? 9 : 1);
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
    std::vector<Planned> before(items.size());
    int64_t limit = 0;
    for (int step = 0; step < 8; ++step) {
      const std::vector<Planned> forms = plan(items, limit);
      ASSERT_LE(planned_bytes(items, forms), limit) << seed;
      for (size_t i = 0; i < items.size(); ++i) {
        const auto [form, heads] = forms[i];
        ASSERT_GE(form, before[i].form) << seed << ": item " << i << " within " << limit;
        ASSERT_TRUE(heads == 0 || (form == Form::top && heads < items[i].heads));
        if (form == before[i].form) {
          ASSERT_TRUE(heads == 0 || heads >= before[i].heads) << seed;
        }
        const bool of_shares = form == Form::top || form == Form::sqrt8;
        ASSERT_TRUE(!of_shares || items[i].probabilities);
        ASSERT_TRUE(!items[i].whole_numbers || form == Form::none || form == Form::i32);
      }
      before = forms;
      limit = limit * 3 + static_cast<int64_t>(rng.below(20000));
    }
  }
}

TEST(Plan, KeepsAllExactlyWhereThereIsRoom) {
  Rng rng(3);
  const std::vector<PlanItem> items = random_items(rng);
  const std::vector<Planned> forms = plan(items, int64_t{1} << 50);
  for (size_t i = 0; i < forms.size(); ++i)
    EXPECT_EQ(forms[i], (Planned{items[i].whole_numbers ? Form::i32 : Form::f32}));
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
  const std::vector<Planned> forms = plan(items, 20'000'000);
  for (size_t i = 0; i < forms.size(); i += 3) {
    EXPECT_EQ(forms[i].form, Form::sqrt8);
    EXPECT_GE(forms[i + 1].form, Form::i8);
  }
}

// Of very long texts every head has its strongest keys before anything is whole, as far as they fit; of the
// layer that does not fit, some heads.
TEST(Plan, VeryLongTextsHaveTheStrongestKeysOfEveryHead) {
  std::vector<PlanItem> items;
  for (int layer = 0; layer < 6; ++layer) {
    const std::string name = "decoder.layer." + std::to_string(layer);
    items.push_back(plan_item(name + ".self_attention.scores", "HTS", {8, 8000, 8000}, {.right = 0}));
    items.push_back(plan_item(name + ".self_attention.probabilities", "HTS", {8, 8000, 8000}, {.right = 0}));
    items.push_back(plan_item(name + ".output", "TC", {8000, 64}, {}));
  }
  const std::vector<Planned> forms = plan(items, 30'000'000);
  for (size_t i = 0; i < forms.size(); i += 3) {
    EXPECT_EQ(forms[i], Planned{});
    EXPECT_EQ(forms[i + 1], Planned{Form::top});
    EXPECT_GE(forms[i + 2].form, Form::i8);
  }
  // What is asked for comes after them, so that they are there even if it does not fit.
  items[1].asked = true;
  EXPECT_EQ(plan(items, 30'000'000)[1], Planned{Form::top});
  const int64_t layer = expected_bytes(items[1], Form::top) + kIndexBytes;
  const std::vector<Planned> fewer = plan(items, 2 * layer + layer / 2);
  EXPECT_EQ(fewer[4], Planned{Form::top});
  EXPECT_EQ(fewer[7].form, Form::top);
  EXPECT_GE(fewer[7].heads, 3);
  EXPECT_LE(fewer[7].heads, 4);
  EXPECT_EQ(fewer[10], Planned{});
}

TEST(Plan, WhatWasAskedForComesFirst) {
  std::vector<PlanItem> items;
  for (int layer = 0; layer < 4; ++layer)
    items.push_back(plan_item("encoder.layer.0.self_attention.scores", "HTS", {4, 64, 64}, {}));
  items[3].asked = true;
  const std::vector<Planned> forms = plan(items, expected_bytes(items[3], Form::f32) + kIndexBytes);
  EXPECT_EQ(forms, (std::vector<Planned>{{}, {}, {}, {Form::f32}}));
}

}  // namespace
}  // namespace hodhod::look
