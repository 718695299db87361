// SPDX-License-Identifier: Apache-2.0
// For tests: the directory of a small model, whose files can be changed.
#pragma once

#include <string>
#include <utility>

#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/rng.h"
#include "hodhod/io/safetensors.h"
#include "hodhod/io/tensor_file.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/transformer_model.h"

namespace hodhod {

// The model or configuration as its own class.
inline TransformerModel& as_transformer(const std::unique_ptr<Model>& model) {
  return dynamic_cast<TransformerModel&>(*model);
}
inline const TransformerModelConfig& as_transformer(const std::unique_ptr<ModelConfig>& config) {
  return dynamic_cast<const TransformerModelConfig&>(*config);
}
inline TransformerModelConfig& as_transformer(std::unique_ptr<ModelConfig>& config) {
  return dynamic_cast<TransformerModelConfig&>(*config);
}

class TestDirectory {
 public:
  // A model of the preset with small sizes: vocabulary 23, width 12, 2 heads, 2 layers, feed-forward 20,
  // texts of 16 tokens.
  explicit TestDirectory(const char* preset) : TestDirectory(small(preset)) {}
  TestDirectory(const char* preset, HeadKind head, int64_t labels)
      : TestDirectory(small(preset, head, labels)) {}
  explicit TestDirectory(const TransformerModelConfig& config) {
    TransformerModel model(config, Rng(3));
    save_model_files(model, directory_.path());
    const TensorFile file(directory_.path());
    for (const TensorEntry& entry : file.entries())
      weights_.emplace_back(entry.name, file.load(entry).clone());
    config_ = read_json(directory_ / "config.json");
  }

  static TransformerModelConfig small(const char* preset) {
    const auto found = model_preset(preset);
    auto config = dynamic_cast<const TransformerModelConfig&>(*found);
    config.body.vocabulary = 23;
    config.body.width = 12;
    config.body.heads = 2;
    config.body.kv_heads = 0;
    config.body.encoder_layers = config.body.has_encoder() ? 2 : 0;
    config.body.decoder_layers = config.body.has_decoder() ? 2 : 0;
    config.body.feed_forward = 20;
    config.body.max_length = 16;
    return config;
  }
  static TransformerModelConfig small(const char* preset, HeadKind head, int64_t labels) {
    TransformerModelConfig config = small(preset);
    config.head.kind = head;
    config.head.labels = labels;
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
  // Writes both files in their present state and returns the path.
  const std::string& write() const {
    write_safetensors(directory_ / "model.safetensors", weights_);
    write_file_atomically(directory_ / "config.json", format_json(config_));
    return directory_.path();
  }
  LoadedModel load() const { return load_model(write()); }

 private:
  TemporaryDirectory directory_;
  Json config_;
  NamedTensors weights_;
};

}  // namespace hodhod
