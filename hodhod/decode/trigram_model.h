// SPDX-License-Identifier: Apache-2.0
// For tests: a language model that is small enough for every sequence to be tried.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/models/language_model.h"

namespace hodhod {

// A trigram model with random logits: small enough that every sequence can be tried.
class TrigramModel : public LanguageModel {
 public:
  explicit TrigramModel(int64_t vocabulary, uint64_t seed = 1, int64_t max_length = 40)
      : vocabulary_(vocabulary), seed_(seed), max_length_(max_length) {}
  int64_t vocabulary() const override { return vocabulary_; }
  int64_t max_length() const override { return max_length_; }

  std::vector<float> scores_after(std::span<const int64_t> tokens) const {
    uint64_t context = 0;
    for (size_t i = tokens.size() > 2 ? tokens.size() - 2 : 0; i < tokens.size(); ++i) {
      context = context * 100 + static_cast<uint64_t>(tokens[i]) + 1;
    }
    Rng rng = Rng(seed_).fork(context);
    std::vector<float> scores;
    for (int64_t i = 0; i < vocabulary_; ++i) scores.push_back(static_cast<float>(1.5 * rng.normal()));
    return scores;
  }

  struct Rows : State {
    std::vector<std::vector<int64_t>> rows;
    void select(std::span<const int64_t> kept) override {
      std::vector<std::vector<int64_t>> chosen;
      for (int64_t row : kept) chosen.push_back(rows[static_cast<size_t>(row)]);
      rows = chosen;
    }
    void append(State&& other) override {
      for (auto& row : static_cast<Rows&>(other).rows) rows.push_back(std::move(row));
    }
  };
  std::unique_ptr<State> start(std::span<const Prompt> prompts, Context&) const override {
    auto state = std::make_unique<Rows>();
    for (const Prompt& p : prompts) state->rows.emplace_back(p.target.begin(), p.target.end() - 1);
    return state;
  }
  Tensor step(State& state, std::span<const int64_t> tokens, Context&) const override {
    auto& rows = static_cast<Rows&>(state).rows;
    EXPECT_EQ(rows.size(), tokens.size());
    std::vector<float> all;
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[i].push_back(tokens[i]);
      EXPECT_LE(rows[i].size(), static_cast<size_t>(max_length_));
      const auto scores = scores_after(rows[i]);
      all.insert(all.end(), scores.begin(), scores.end());
    }
    return Tensor::from(all, {static_cast<int64_t>(rows.size()), vocabulary_});
  }
  Tensor logits(const SequenceBatch& batch, Context&) const override {
    std::vector<float> all;
    const auto ids = batch.target.ids.values<int64_t>();
    const int64_t rows = batch.target.ids.dim(0), time = batch.target.ids.dim(1);
    for (int64_t b = 0; b < rows; ++b) {
      for (int64_t t = 0; t < time; ++t) {
        const auto first = ids.begin() + b * time;
        const auto scores = scores_after({first, first + t + 1});
        all.insert(all.end(), scores.begin(), scores.end());
      }
    }
    return Tensor::from(all, {rows, time, vocabulary_});
  }

 private:
  int64_t vocabulary_;
  uint64_t seed_;
  int64_t max_length_;
};

inline Prompt prompt(std::vector<int64_t> target) { return {.target = std::move(target)}; }

}  // namespace hodhod
