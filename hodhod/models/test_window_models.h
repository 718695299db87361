// SPDX-License-Identifier: Apache-2.0
// What every language model that sees the last tokens alone must do, for tests: of a vocabulary of 11 and
// texts of up to 32 tokens, whose config.json has context_size, hidden_size, num_hidden_layers and dropout.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/description.h"
#include "hodhod/models/directory.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {

using Ids = std::vector<int64_t>;

inline Tensor window_logits(const LanguageModel& role, const std::vector<Ids>& rows) {
  return role.logits({.target = TokenBatch::of(rows, 0)}, plain());
}

// Of row b, after its token t.
inline std::vector<float> row_of_window(const Tensor& logits, int64_t b, int64_t t) {
  const int64_t V = logits.dim(2);
  const float* from = logits.data<float>() + (b * logits.dim(1) + t) * V;
  return {from, from + V};
}

// `context`: how many tokens the model sees.
inline void expect_it_sees_its_last_tokens(const Model& model, int64_t context) {
  const LanguageModel& role = *model.language_model();
  EXPECT_EQ(role.reach(), context);
  const Ids one = {4, 10, 0, 3, 3, 7}, other = {9, 2, 0, 3, 3, 7};
  const Tensor alone = window_logits(role, {one}), together = window_logits(role, {other, one, {1, 2}});
  for (int64_t t = 0; t < 6; ++t) EXPECT_EQ(row_of_window(alone, 0, t), row_of_window(together, 1, t)) << t;
  const bool same = row_of_window(together, 0, 5) == row_of_window(together, 1, 5);
  EXPECT_EQ(same, context <= 4);
}

// Rows change places, and rows join later.
inline void expect_steps_give_the_bits_of_the_whole(const Model& model) {
  const LanguageModel& role = *model.language_model();
  const std::vector<Ids> texts = {{4, 10, 0, 3, 3}, {1, 1, 2, 8, 9}, {5, 6, 7, 0, 10}};
  const Tensor whole = window_logits(role, texts);
  const std::vector<Prompt> first = {{.target = {4, 10}}, {.target = {1}}};
  const auto state = role.start(first, plain());
  const Tensor start = role.step(*state, Ids{10, 1}, plain());
  EXPECT_EQ(select(start, 0, 0).values<float>(), row_of_window(whole, 0, 1));
  EXPECT_EQ(select(start, 0, 1).values<float>(), row_of_window(whole, 1, 0));
  const std::vector<Prompt> late = {{.target = {5, 6, 7, 0}}};
  state->append(std::move(*role.start(late, plain())));
  const Tensor next = role.step(*state, Ids{0, 1, 0}, plain());
  EXPECT_EQ(select(next, 0, 0).values<float>(), row_of_window(whole, 0, 2));
  EXPECT_EQ(select(next, 0, 1).values<float>(), row_of_window(whole, 1, 1));
  EXPECT_EQ(select(next, 0, 2).values<float>(), row_of_window(whole, 2, 3));
  state->select(Ids{2, 0, 0});
  const Tensor last = role.step(*state, Ids{10, 3, 5}, plain());
  EXPECT_EQ(select(last, 0, 0).values<float>(), row_of_window(whole, 2, 4));
  EXPECT_EQ(select(last, 0, 1).values<float>(), row_of_window(whole, 0, 3));
  expect_error([&] { role.step(*state, Ids{10, 11, 5}, plain()); }, "11");
  const std::vector<Prompt> unknown = {{.target = {-1, 2}}};
  expect_error([&] { role.start(unknown, plain()); }, "token -1 is not one of the 11");
}

inline void expect_gradients_of_differences(Model& model) {
  const SequenceBatch batch{.target = TokenBatch::of(std::vector<Ids>{{4, 10, 0, 3, 3}, {1, 2, 2}}, 0)};
  const Tensor labels = Tensor::from<int64_t>({10, 0, 3, 3, 7, 2, 2, 5, kIgnoreIndex, kIgnoreIndex}, {2, 5});
  const auto loss = [&] { return model.language_model()->loss(batch, labels, {}, plain()); };
  set_requires_grad(model);
  backward(loss());
  for (auto& [name, parameter] : parameters_of(model)) {
    const Tensor gradient = parameter.grad();
    for (int64_t i = 0; i < parameter.numel(); i += std::max<int64_t>(1, parameter.numel() / 9)) {
      float& weight = parameter.data<float>()[i];
      const float before = weight;
      const auto at = [&](float value) {
        weight = value;
        const NoGrad off;
        return static_cast<double>(loss().item());
      };
      const double slope = (at(before + 0.01f) - at(before - 0.01f)) / 0.02;
      weight = before;
      EXPECT_NEAR(gradient.data<float>()[i], slope, 2e-3 * std::max(1.0, std::abs(slope)))
          << name << " " << i;
    }
  }
}

// With the bits that it had; settings out of range are refused.
inline void expect_it_is_saved_and_loaded(Model& model, int64_t parameters) {
  const TemporaryDirectory directory;
  save_model_files(model, directory.path(), Json::object(), {});
  const LoadedModel loaded = load_model(ModelDirectory::open(directory.path()), {});
  EXPECT_THAT(loaded.warnings, testing::IsEmpty());
  const SequenceBatch batch{.target = TokenBatch::of(std::vector<Ids>{{4, 10, 0}}, 0)};
  EXPECT_EQ(loaded.model->language_model()->logits(batch, plain()).values<float>(),
            model.language_model()->logits(batch, plain()).values<float>());
  EXPECT_EQ(describe(model.config(), {.length = 8}).parameters, parameters);
  for (const auto& [key, value, said] : {std::tuple{"context_size", "0", "context"},
                                         {"context_size", "5000", "context"},
                                         {"hidden_size", "-1", "hidden"},
                                         {"num_hidden_layers", "1000000", "layers"},
                                         {"dropout", "1.5", "dropout"}}) {
    const std::string path = directory / "config.json";
    Json json = read_json(path);
    json[key] = parse_json(value, "value");
    const TemporaryDirectory other;
    other.put("config.json", format_json(json, 1));
    expect_error([&] { ModelDirectory::open(other.path()); }, said);
  }
}

}  // namespace hodhod
