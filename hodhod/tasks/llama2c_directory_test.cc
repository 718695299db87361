// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/llama2c_directory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/tasks/generate.h"

namespace hodhod {
namespace {

constexpr int64_t kChannels = 8, kInner = 12, kDeep = 2, kHeads = 4, kKeys = 2, kTokens = 262, kLongest = 16;
constexpr int64_t kKeyWidth = kKeys * kChannels / kHeads;

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void append_random(std::string& bytes, int64_t count, Rng& rng) {
  for (int64_t i = 0; i < count; ++i) append(bytes, static_cast<float>(rng.uniform() - 0.5));
}

void append_sizes(std::string& bytes, int32_t vocabulary) {
  for (const int64_t size : {kChannels, kInner, kDeep, kHeads, kKeys, int64_t{vocabulary}, kLongest})
    append(bytes, static_cast<int32_t>(size));
}

// A file of the first layout.
std::string first_layout(bool tied) {
  std::string bytes;
  append_sizes(bytes, static_cast<int32_t>(tied ? kTokens : -kTokens));
  Rng rng(3);
  append_random(bytes, kTokens * kChannels, rng);
  append_random(bytes, kDeep * kChannels, rng);
  append_random(bytes, kDeep * (2 * kChannels + 2 * kKeyWidth) * kChannels, rng);
  append_random(bytes, kDeep * kChannels, rng);
  append_random(bytes, kDeep * 3 * kInner * kChannels, rng);
  append_random(bytes, kChannels, rng);
  append_random(bytes, kLongest * kChannels / kHeads, rng);
  if (!tied) append_random(bytes, kTokens * kChannels, rng);
  return bytes;
}

std::string tokenizer_file() {
  std::string bytes;
  append(bytes, uint32_t{9});
  const auto piece = [&](const std::string& text, float score) {
    append(bytes, score);
    append(bytes, static_cast<int32_t>(text.size()));
    bytes += text;
  };
  piece("<unk>", 0);
  piece("\n<s>\n", 0);
  piece("\n</s>\n", 0);
  constexpr const char* kDigits = "0123456789ABCDEF";
  for (int byte = 0; byte < 256; ++byte)
    piece(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">", 0);
  piece(" a", -1);
  piece(" ", -2);
  piece("a", -3);
  return bytes;
}

// The same weights in a model whose pairs lie side by side, as llama2.c computes: the tensors in the order of
// the file.
Tensor logits_with_pairs(const std::string& file, bool tied, const std::vector<int64_t>& ids) {
  TransformerConfig config = transformer_preset("llama-tiny");
  config.width = kChannels;
  config.feed_forward = kInner;
  config.decoder_layers = kDeep;
  config.heads = kHeads;
  config.kv_heads = kKeys;
  config.vocabulary = kTokens;
  config.max_length = kLongest;
  config.norm_epsilon = 1e-5;
  config.tie_embeddings = tied;
  config.rotary_interleaved = true;
  TransformerModel model{TransformerModelConfig(config)};
  size_t at = 7 * sizeof(int32_t);
  const auto fill = [&](const std::string& wanted) {
    model.for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (name != wanted) return;
      const size_t size = static_cast<size_t>(parameter.numel()) * sizeof(float);
      std::memcpy(parameter.data<float>(), file.data() + at, size);
      at += size;
    });
  };
  const auto of_layers = [&](const std::string& name) {
    for (int64_t layer = 0; layer < kDeep; ++layer)
      fill("decoder.layer." + std::to_string(layer) + "." + name);
  };
  fill("embedding.weight");
  of_layers("self_attention_norm.weight");
  for (const char* name : {"query", "key", "value", "output"})
    of_layers(std::string("self_attention.") + name + ".weight");
  of_layers("feed_forward_norm.weight");
  for (const char* name : {"gate", "down", "up"}) of_layers(std::string("feed_forward.") + name + ".weight");
  fill("decoder.final_norm.weight");
  at += static_cast<size_t>(kLongest * kChannels / kHeads) * sizeof(float);
  if (!tied) fill("output.weight");
  EXPECT_EQ(at, file.size());
  Context context;
  const Tensor batch = Tensor::from<int64_t>(ids, {1, static_cast<int64_t>(ids.size())});
  return model.logits({.target = {.ids = batch}}, context);
}

TEST(Llama2cDirectory, ComputesWhatPairsSideBySideCompute) {
  const std::vector<int64_t> ids = {1, 259, 5, 261, 80, 80, 7};
  for (const bool tied : {true, false}) {
    const TemporaryDirectory work;
    const std::string bytes = first_layout(tied), file = work.put("model.bin", bytes);
    work.put("tok262.bin", tokenizer_file());
    ASSERT_TRUE(is_llama2c(file));
    EXPECT_TRUE(llama2c_to_directory(file, work / "out").empty());
    const TextGenerator generator = TextGenerator::load(work / "out");
    EXPECT_EQ(generator.tokenizer->encode("aa b").ids, (std::vector<int32_t>{1, 259, 261, 260, 101}));
    Context context;
    const Tensor batch = Tensor::from<int64_t>(ids, {1, static_cast<int64_t>(ids.size())});
    const auto* model = dynamic_cast<const TransformerModel*>(generator.model.get());
    ASSERT_NE(model, nullptr);
    const Tensor found = model->logits({.target = {.ids = batch}}, context);
    const Tensor wanted = logits_with_pairs(bytes, tied, ids);
    ASSERT_EQ(found.shape(), wanted.shape());
    for (int64_t i = 0; i < found.numel(); ++i)
      EXPECT_NEAR(found.data<float>()[i], wanted.data<float>()[i], 1e-5);
  }
}

TEST(Llama2cDirectory, VersionOneHasTheSameWeightsInAnotherOrder) {
  const TemporaryDirectory work;
  const std::string first = first_layout(true);
  size_t at = 7 * sizeof(int32_t);
  const auto part = [&](int64_t count) {
    const std::string piece = first.substr(at, static_cast<size_t>(count) * sizeof(float));
    at += piece.size();
    return piece;
  };
  const std::string table = part(kTokens * kChannels), before = part(kDeep * kChannels),
                    attention = part(kDeep * (2 * kChannels + 2 * kKeyWidth) * kChannels),
                    between = part(kDeep * kChannels), forward = part(kDeep * 3 * kInner * kChannels),
                    last = part(kChannels);
  std::string second;
  append(second, uint32_t{0x616b3432});
  append(second, int32_t{1});
  append_sizes(second, kTokens);
  second += '\1';
  second.resize(256, '\0');
  second += before + between + last + table + attention + forward;
  work.put("first.bin", first);
  work.put("second.bin", second);
  for (const char* name : {"first", "second"}) {
    const auto said = llama2c_to_directory(work / (std::string(name) + ".bin"), work / name);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_NE(said[0].find("neither tok262.bin nor tokenizer.bin"), std::string::npos) << said[0];
  }
  EXPECT_EQ(read_file(work / "first/model.safetensors"), read_file(work / "second/model.safetensors"));
}

TEST(Llama2cDirectory, WhatIsDamagedIsRefused) {
  const TemporaryDirectory work;
  const std::string whole = first_layout(true);
  EXPECT_FALSE(is_llama2c(work.put("short.bin", whole.substr(0, whole.size() - 1))));
  EXPECT_FALSE(is_llama2c(work.put("long.bin", whole + "x")));
  EXPECT_FALSE(is_llama2c(work.put("empty.bin", "")));
  for (size_t size = 0; size < 7; ++size) {
    for (const int32_t value : {0, -3, 7, 1 << 30, INT32_MIN}) {
      std::string bytes = whole;
      std::memcpy(bytes.data() + size * sizeof(int32_t), &value, sizeof value);
      EXPECT_FALSE(is_llama2c(work.put("sizes.bin", bytes))) << size << " " << value;
    }
  }
  const std::string file = work.put("model.bin", whole), pieces = tokenizer_file();
  const auto with_tokenizer = [&](const std::string& bytes) {
    work.put("tokenizer.bin", bytes);
    return [&] { llama2c_to_directory(file, work / "out"); };
  };
  expect_error(with_tokenizer(pieces.substr(0, pieces.size() - 1)), "before its last piece does");
  expect_error(with_tokenizer(""), "before its last piece does");
  expect_error(with_tokenizer(pieces + "abc"), "3 bytes behind the 262 pieces");
  std::string long_piece = pieces;
  const int32_t most = INT32_MAX;
  std::memcpy(long_piece.data() + 8, &most, sizeof most);
  expect_error(with_tokenizer(long_piece), "before its last piece does");
  std::string version("24ka\2\0\0\0", 8);
  append_sizes(version, kTokens);
  version.resize(400, '\0');
  expect_error([&] { llama2c_to_directory(work.put("whole.bin", version), work / "out"); }, "whole numbers");
}

}  // namespace
}  // namespace hodhod
