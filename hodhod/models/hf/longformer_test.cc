// SPDX-License-Identifier: Apache-2.0
// Longformer: windows in config.json, and which tokens see which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kLongTime = 12;

TransformerModelConfig read_longformer(const Json& changes) {
  Json json = {{"vocab_size", 40},
               {"hidden_size", 16},
               {"num_hidden_layers", 2},
               {"num_attention_heads", 2},
               {"type_vocab_size", 1},
               {"intermediate_size", 24},
               {"max_position_embeddings", 30}};
  for (const auto& [key, value] : changes.items()) json[key] = value;
  std::vector<std::string> warnings;
  TransformerModelConfig config = hf::read_config(hf::longformer(), json, "config.json", warnings);
  EXPECT_THAT(warnings, testing::IsEmpty());
  return config;
}

TransformerModel small_longformer(HeadKind head) {
  TransformerModelConfig config = read_longformer({{"attention_window", 2}});
  config.head.kind = head;
  config.head.labels = config.head.has_labels() ? 3 : 0;
  return {config, Rng(5)};
}

// Ids that are not special, the same for each seed.
std::vector<int64_t> long_row(int64_t length, uint64_t seed) {
  Rng rng(seed, 1);
  std::vector<int64_t> ids(static_cast<size_t>(length));
  for (int64_t& id : ids) id = 5 + static_cast<int64_t>(rng.below(30));
  return ids;
}

TokenBatch one_row(const std::vector<int64_t>& ids) {
  const std::vector<std::vector<int64_t>> rows = {ids};
  return TokenBatch::of(rows, 1);
}

std::vector<float> states_at(const Tensor& states, int64_t row, int64_t begin, int64_t end) {
  return slice(slice(states, 0, row, row + 1), 1, begin, end).values<float>();
}

TEST(Longformer, WindowsAreOfEachLayerOrOneForAll) {
  EXPECT_THAT(read_longformer({{"attention_window", Json::array({4, 8})}}).body.reach, ElementsAre(2, 4));
  EXPECT_THAT(read_longformer({{"attention_window", 6}}).body.reach, ElementsAre(3, 3));
  EXPECT_THAT(read_longformer(Json::object()).body.reach, ElementsAre(256, 256));
  for (const Json& bad : {Json(5), Json(0), Json(-2), Json::array({4}), Json::array({4, 3})}) {
    EXPECT_THAT(error_of([&] {
                  read_longformer({{"attention_window", bad}});
                }),
                HasSubstr("config.json: attention_window: "));
  }
  EXPECT_THAT(error_of([] { read_longformer({{"attention_mode", "n2"}}); }), HasSubstr("attention_mode"));
}

TEST(Longformer, ATokenReachesFartherOnlyThroughGlobalOnes) {
  const NoGrad off;
  const TransformerModel model = small_longformer(HeadKind::none);
  std::vector<int64_t> row = long_row(kLongTime, 1), other = row;
  other[0] = row[0] == 5 ? 6 : 5;
  const auto encode = [&](const std::vector<int64_t>& ids, int64_t global) {
    TokenBatch batch = one_row(ids);
    if (global >= 0) {
      batch.global = Tensor::zeros({1, kLongTime}, DType::i64);
      batch.global.data<int64_t>()[global] = 1;
    }
    return model.encode(batch, plain()).states;
  };
  // Two layers that see one token on each side: the third token from the change is the first unchanged one.
  const Tensor before = encode(row, -1), after = encode(other, -1);
  EXPECT_NE(states_at(before, 0, 2, 3), states_at(after, 0, 2, 3));
  EXPECT_EQ(states_at(before, 0, 3, kLongTime), states_at(after, 0, 3, kLongTime));
  const Tensor seen = encode(row, 0), changed = encode(other, 0);
  for (int64_t t = 0; t < kLongTime; ++t) {
    EXPECT_NE(states_at(seen, 0, t, t + 1), states_at(changed, 0, t, t + 1)) << t;
  }
}

TEST(Longformer, ARowIsTheSameAloneAndInABatch) {
  const NoGrad off;
  const TransformerModel model = small_longformer(HeadKind::none);
  const std::vector<std::vector<int64_t>> rows = {long_row(7, 2), long_row(kLongTime, 3), long_row(9, 4)};
  TokenBatch batch = TokenBatch::of(rows, 1);
  batch.global = Tensor::zeros({3, kLongTime}, DType::i64);
  for (const int64_t place : {0 * kLongTime + 2, 2 * kLongTime + 0, 2 * kLongTime + 5})
    batch.global.data<int64_t>()[place] = 1;
  const Tensor states = model.encode(batch, plain()).states;
  for (int64_t b = 0; b < 3; ++b) {
    const auto length = std::ssize(rows[static_cast<size_t>(b)]);
    TokenBatch one = one_row(rows[static_cast<size_t>(b)]);
    if (b != 1) one.global = slice(slice(batch.global, 0, b, b + 1), 1, 0, length).dense();
    EXPECT_EQ(states_at(states, b, 0, length), states_at(model.encode(one, plain()).states, 0, 0, length))
        << b;
  }
}

TEST(Longformer, HeadsTakeTheirUsualGlobalTokens) {
  const NoGrad off;
  std::vector<int64_t> row = long_row(kLongTime, 6);
  row[4] = 2;  // the end of the question
  const auto states_of = [&](HeadKind head, int64_t global) {
    TokenBatch batch = one_row(row);
    if (global >= 0) {
      batch.global = Tensor::zeros({1, kLongTime}, DType::i64);
      std::fill_n(batch.global.data<int64_t>(), global, 1);
    }
    return small_longformer(head).encode(batch, plain()).states.values<float>();
  };
  EXPECT_EQ(states_of(HeadKind::classifier, -1), states_of(HeadKind::classifier, 1));
  EXPECT_EQ(states_of(HeadKind::span, -1), states_of(HeadKind::span, 4));
  EXPECT_EQ(states_of(HeadKind::tagger, -1), states_of(HeadKind::tagger, 0));
}

}  // namespace
}  // namespace hodhod
