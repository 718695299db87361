// SPDX-License-Identifier: Apache-2.0
// For tests: the directory of a small model, whose files can be changed.
#pragma once

#include <string>
#include <utility>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/rng.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/models/directory.h"

namespace hodhod {

class TestDirectory {
 public:
  // A model of the preset with small sizes: vocabulary 23, width 12, 2 heads, 2 layers, feed-forward 20,
  // texts of 16 tokens.
  explicit TestDirectory(const char* preset, HeadKind head = HeadKind::language_model, int64_t labels = 0)
      : TestDirectory(small(preset, head, labels)) {}
  explicit TestDirectory(const TransformerConfig& config) {
    Transformer model(config, Rng(3));
    save_transformer(model, directory_.path(), Json::object());
    const SafetensorsReader file(directory_.path());
    for (const TensorEntry& entry : file.entries())
      weights_.emplace_back(entry.name, file.load(entry).clone());
    config_ = read_json(directory_ / "config.json");
  }

  static TransformerConfig small(const char* preset, HeadKind head = HeadKind::language_model,
                                 int64_t labels = 0) {
    TransformerConfig config = transformer_preset(preset);
    config.vocabulary = 23;
    config.width = 12;
    config.heads = 2;
    config.kv_heads = 0;
    config.encoder_layers = config.has_encoder() ? 2 : 0;
    config.decoder_layers = config.has_decoder() ? 2 : 0;
    config.feed_forward = 20;
    config.max_length = 16;
    config.head = head;
    config.labels = labels;
    return config;
  }

  Json& config() { return config_; }
  NamedTensors& weights() { return weights_; }
  Tensor& weight(const std::string& name) {
    for (auto& [theirs, values] : weights_) {
      if (theirs == name) return values;
    }
    fail("the test's model has no tensor {}", name);
  }
  void add(const std::string& name, const Tensor& values) { weights_.emplace_back(name, values); }
  void remove(const std::string& key) {
    Json rest = Json::object();
    for (const auto& [other, value] : config_.items()) {
      if (other != key) rest[other] = value;
    }
    config_ = rest;
  }

  const std::string& path() const { return directory_.path(); }
  // Writes both files as they are now.
  const std::string& write() const {
    write_safetensors(directory_ / "model.safetensors", weights_);
    write_file_atomically(directory_ / "config.json", format_json(config_));
    return directory_.path();
  }
  LoadedTransformer load() const { return load_transformer(write()); }

 private:
  TemporaryDirectory directory_;
  Json config_;
  NamedTensors weights_;
};

}  // namespace hodhod
