// SPDX-License-Identifier: Apache-2.0
// RoFormer, read from files with its own names, compared with the paper's formulas in float64.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/directory.h"
#include "hodhod/nn/module.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using Matrix = std::vector<std::vector<double>>;
using testing::HasSubstr;

constexpr int64_t kVocabulary = 11, kWidth = 8, kHeads = 2, kHidden = 12, kLayers = 2, kLabels = 3;

// Weights under the names in files of RoFormerForSequenceClassification.
class RoFormerFiles {
 public:
  RoFormerFiles() {
    add("roformer.embeddings.word_embeddings.weight", {kVocabulary, kWidth});
    add("roformer.embeddings.token_type_embeddings.weight", {2, kWidth});
    norm("roformer.embeddings.LayerNorm");
    for (int64_t i = 0; i < kLayers; ++i) {
      const std::string at = layer(i);
      for (const char* name :
           {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) {
        linear(at + name, kWidth, kWidth);
      }
      norm(at + "attention.output.LayerNorm");
      linear(at + "intermediate.dense", kHidden, kWidth);
      linear(at + "output.dense", kWidth, kHidden);
      norm(at + "output.LayerNorm");
    }
    linear("classifier.dense", kWidth, kWidth);
    linear("classifier.out_proj", kLabels, kWidth);
    config_ = {{"model_type", "roformer"},      {"architectures", {"RoFormerForSequenceClassification"}},
               {"vocab_size", kVocabulary},     {"hidden_size", kWidth},
               {"embedding_size", kWidth},      {"num_attention_heads", kHeads},
               {"num_hidden_layers", kLayers},  {"intermediate_size", kHidden},
               {"max_position_embeddings", 16}, {"hidden_act", "gelu"},
               {"rotary_value", false},         {"id2label", {{"0", "a"}, {"1", "b"}, {"2", "c"}}}};
  }

  Json& config() { return config_; }
  const NamedTensors& weights() const { return weights_; }

  void write() const {
    write_safetensors(join_path(directory_.path(), "model.safetensors"), weights_);
    write_file_atomically(join_path(directory_.path(), "config.json"), format_json(config_));
  }
  const std::string& path() const { return directory_.path(); }

  // The logits of the labels for one sequence.
  std::vector<double> logits(const std::vector<int64_t>& ids) const {
    Matrix x;
    for (int64_t id : ids) {
      std::vector<double> row = at("roformer.embeddings.word_embeddings.weight")[static_cast<size_t>(id)];
      const std::vector<double>& segment = at("roformer.embeddings.token_type_embeddings.weight")[0];
      for (size_t c = 0; c < row.size(); ++c) row[c] += segment[c];
      x.push_back(row);
    }
    x = normed("roformer.embeddings.LayerNorm", x);
    for (int64_t i = 0; i < kLayers; ++i) {
      const std::string name = layer(i);
      x = normed(name + "attention.output.LayerNorm",
                 sum(x, product(name + "attention.output.dense", attended(name + "attention.self.", x))));
      const Matrix hidden = gelu(product(name + "intermediate.dense", x));
      x = normed(name + "output.LayerNorm", sum(x, product(name + "output.dense", hidden)));
    }
    return product("classifier.out_proj", gelu(product("classifier.dense", {x[0]})))[0];
  }

 private:
  static std::string layer(int64_t i) { return "roformer.encoder.layer." + std::to_string(i) + "."; }

  void add(const std::string& name, const Shape& shape, double mean = 0, double deviation = 0.5) {
    Tensor values = Tensor::empty(shape);
    const int64_t columns = shape[shape.rank() - 1];
    Matrix& rows = values_[name];
    rows.assign(static_cast<size_t>(values.numel() / columns), {});
    for (int64_t i = 0; i < values.numel(); ++i) {
      values.data<float>()[i] = static_cast<float>(mean + deviation * rng_.normal());
      rows[static_cast<size_t>(i / columns)].push_back(values.data<float>()[i]);
    }
    weights_.emplace_back(name, values);
  }
  void linear(const std::string& name, int64_t out, int64_t in) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  }
  void norm(const std::string& name) {
    add(name + ".weight", {kWidth}, 1, 0.2);
    add(name + ".bias", {kWidth}, 0, 0.2);
  }
  const Matrix& at(const std::string& name) const { return values_.at(name); }

  Matrix product(const std::string& name, const Matrix& x) const {
    Matrix y;
    for (const auto& row : x) {
      y.push_back(at(name + ".bias")[0]);
      for (size_t o = 0; o < y.back().size(); ++o) {
        for (size_t i = 0; i < row.size(); ++i) y.back()[o] += at(name + ".weight")[o][i] * row[i];
      }
    }
    return y;
  }
  Matrix normed(const std::string& name, Matrix x) const {
    for (auto& row : x) {
      double mean = 0, variance = 0;
      for (double value : row) mean += value / kWidth;
      for (double value : row) variance += (value - mean) * (value - mean) / kWidth;
      for (size_t c = 0; c < row.size(); ++c) {
        row[c] = (row[c] - mean) / std::sqrt(variance + 1e-12) * at(name + ".weight")[0][c] +
                 at(name + ".bias")[0][c];
      }
    }
    return x;
  }
  static Matrix sum(Matrix x, const Matrix& y) {
    for (size_t t = 0; t < x.size(); ++t) {
      for (size_t c = 0; c < x[t].size(); ++c) x[t][c] += y[t][c];
    }
    return x;
  }
  static Matrix gelu(Matrix x) {
    for (auto& row : x) {
      for (double& value : row) value = value * 0.5 * std::erfc(-value / std::sqrt(2.0));
    }
    return x;
  }
  // Channels 2i and 2i + 1 of each head are rotated by t / 10000^(2i/D) (the paper's equation 34).
  static Matrix turned(Matrix x) {
    constexpr int64_t kHead = kWidth / kHeads;
    for (size_t t = 0; t < x.size(); ++t) {
      for (int64_t c = 0; c < kWidth; c += 2) {
        const double angle =
            static_cast<double>(t) * std::pow(10000.0, -static_cast<double>(c % kHead) / kHead);
        double &even = x[t][static_cast<size_t>(c)], &odd = x[t][static_cast<size_t>(c) + 1];
        const double first = even * std::cos(angle) - odd * std::sin(angle);
        odd = odd * std::cos(angle) + even * std::sin(angle);
        even = first;
      }
    }
    return x;
  }
  Matrix attended(const std::string& name, const Matrix& x) const {
    constexpr size_t kHead = kWidth / kHeads;
    const Matrix query = turned(product(name + "query", x)), key = turned(product(name + "key", x)),
                 value = product(name + "value", x);
    Matrix y(x.size(), std::vector<double>(kWidth, 0));
    for (size_t head = 0; head < kWidth; head += kHead) {
      for (size_t t = 0; t < x.size(); ++t) {
        std::vector<double> weights;
        double total = 0;
        for (size_t s = 0; s < x.size(); ++s) {
          double score = 0;
          for (size_t c = head; c < head + kHead; ++c) score += query[t][c] * key[s][c];
          weights.push_back(std::exp(score / std::sqrt(static_cast<double>(kHead))));
          total += weights.back();
        }
        for (size_t s = 0; s < x.size(); ++s) {
          for (size_t c = head; c < head + kHead; ++c) y[t][c] += weights[s] / total * value[s][c];
        }
      }
    }
    return y;
  }

  TemporaryDirectory directory_;
  Rng rng_{5};
  Json config_;
  NamedTensors weights_;
  std::map<std::string, Matrix> values_;
};

TEST(RoFormer, LogitsAreThoseOfTheFormulas) {
  const RoFormerFiles files;
  files.write();
  EXPECT_EQ(ModelDirectory::open(files.path()).type->name(), "roformer");
  const auto loaded = load_model(files.path());
  const std::vector<std::vector<int64_t>> rows = {{3, 1, 4, 1, 5, 9, 2, 6}, {7, 10, 8}};
  Context context;
  const NoGrad off;
  const Tensor logits = classify(*loaded.model, TokenBatch::of(rows, 0), context);
  for (size_t b = 0; b < rows.size(); ++b) {
    const std::vector<double> expected = files.logits(rows[b]);
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(logits.data<float>()[b * kLabels + i], expected[i], 1e-5) << "row " << b << ", label " << i;
    }
  }
}

TEST(RoFormer, IsStoredUnderTheNamesThatItWasReadFrom) {
  const RoFormerFiles files;
  files.write();
  const TemporaryDirectory written;
  const auto loaded = load_model(files.path());
  save_model_files(*loaded.model, written.path());
  const TensorFile reader(written.path());
  for (const auto& [name, values] : files.weights()) {
    const TensorEntry* entry = reader.find(name);
    ASSERT_TRUE(entry) << name;
    EXPECT_EQ(reader.load(*entry).values<float>(), values.values<float>()) << name;
  }
  const Json config = read_json(join_path(written.path(), "config.json"));
  EXPECT_EQ(config["model_type"], "roformer");
  EXPECT_EQ(config["architectures"][0], "RoFormerForSequenceClassification");
}

TEST(RoFormer, HasOneClassifierForLabelsOfTokens) {
  const auto config = model_preset("roformer-tiny");
  config->set_vocabulary(20);
  config->head = {.kind = HeadKind::tagger, .labels = 4};
  const auto model = make_model(*config, Rng(1));
  const TemporaryDirectory written;
  save_model_files(*model, written.path());
  const TensorFile reader(written.path());
  EXPECT_TRUE(reader.find("classifier.weight"));
  EXPECT_FALSE(reader.find("classifier.out_proj.weight"));
  EXPECT_TRUE(load_model(written.path()).missing.empty());
}

TEST(RoFormer, WhatIsNotKnownIsRefused) {
  const auto message_with = [](const char* option, const Json& value) -> std::string {
    RoFormerFiles files;
    files.config()[option] = value;
    files.write();
    return error_of([&] { load_model(files.path()); });
  };
  EXPECT_THAT(message_with("rotary_value", true), HasSubstr("rotary_value is true"));
  EXPECT_THAT(message_with("embedding_size", 6),
              HasSubstr("embedding_size is 6, and only models where it is 8 are known"));
}

TEST(Bert, RelativePositionsAreRefused) {
  const TemporaryDirectory directory;
  write_file_atomically(join_path(directory.path(), "config.json"),
                        R"({"model_type": "bert", "position_embedding_type": "relative_key"})");
  EXPECT_THAT(error_of([&] { ModelDirectory::open(directory.path()); }),
              HasSubstr("position_embedding_type is \"relative_key\""));
}

}  // namespace
}  // namespace hodhod
