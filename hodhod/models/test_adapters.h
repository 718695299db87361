// SPDX-License-Identifier: Apache-2.0
// For tests of adapters: small models of every family, and one with an adapter on disk.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/models/adapters.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/test_directory.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"

namespace hodhod {

inline TransformerModelConfig small_of(const hf::Family& family) {
  TransformerModelConfig config(family.defaults());
  TransformerConfig& c = config.body;
  c.vocabulary = 23;
  c.source_vocabulary = 0;
  c.width = 32;
  c.heads = 4;
  c.decoder_heads = 0;
  c.kv_heads = c.kv_heads > 1 ? 2 : c.kv_heads;
  c.head_size = c.head_size > 0 ? 6 : 0;
  c.encoder_layers = c.has_encoder() ? 2 : 0;
  c.decoder_layers = c.has_decoder() ? 2 : 0;
  c.feed_forward = 20;
  c.decoder_feed_forward = 0;
  c.max_length = 16;
  c.window = c.window > 0 ? 3 : 0;
  if (!c.reach.empty()) c.reach = {2, 2};
  c.special = c.position_offset > 0 ? SpecialIds{.pad = c.position_offset - 1} : SpecialIds{};
  return config;
}

inline const ModelType& type_of(const hf::Family& family) {
  return model_type_named(family.model_type, "test");
}

// What the model makes of a few tokens.
inline std::vector<float> states_of(const Model& model) {
  const NoGrad off;
  Context context;
  const TokenBatch tokens{.ids = Tensor::from<int64_t>({3, 9, 4, 1, 8, 2, 6, 5}, {2, 4})};
  if (const SequenceToSequence* both = model.sequence_to_sequence())
    return both->logits({.source = tokens, .target = tokens}, context).values<float>();
  return model.encoder()->encode(tokens, context).states.values<float>();
}

// Gives every B of the model's adapters values, as training does.
inline void fill_adapters(Model& model, uint64_t seed) {
  model.for_each_parameter([&](const std::string& name, Tensor& p) {
    if (name.ends_with(".B")) init_normal(p, 0, 0.3, stream_of(Rng(seed), name));
  });
}

inline std::map<std::string, std::vector<float>> values_of(Model& model, bool adapters) {
  std::map<std::string, std::vector<float>> values;
  for (const auto& [name, parameter] : parameters_of(model)) {
    if (is_adapter_parameter(name) == adapters) values[name] = parameter.values<float>();
  }
  return values;
}

// The tensors of the adapter in a directory.
inline std::map<std::string, Shape> shapes_in(const std::string& directory) {
  std::map<std::string, Shape> shapes;
  const TensorFile file(join_path(directory, kAdapterWeights));
  for (const TensorEntry& entry : file.entries()) shapes[entry.name] = file.load(entry).shape();
  return shapes;
}

// A model of two layers with an adapter on disk, beside its base.
class Adapted {
 public:
  explicit Adapted(const TransformerModelConfig& config, const ModelType& type, const LoraOptions& options,
                   std::vector<std::string> trained = {})
      : base_(config, Rng(3)) {
    save_model_files(base_, directory_ / "base", Json::object(), origin_of(type));
    LoadedModel loaded = load_model(directory_ / "base");
    model_ = std::move(loaded.model);
    origin_ = std::move(loaded.origin);
    origin_.adapter =
        ModelAdapter{.config = attach_adapter(*model_, type, options, 7), .trained = std::move(trained)};
    origin_.adapter->config.base = directory_ / "base";
    fill_adapters(*model_, 5);
  }

  void save(const std::string& name = "adapter") {
    save_adapter_files(*model_, directory_ / name, Json::object(), origin_);
  }
  Model& base() { return base_; }
  Model& model() { return *model_; }
  ModelOrigin& origin() { return origin_; }
  std::string path(const std::string& name = "adapter") const { return directory_ / name; }
  Json settings() const { return read_json(join_path(path(), kAdapterConfig)); }
  void set(const std::string& key, const Json& value) {
    Json json = settings();
    json[key] = value;
    write_file_atomically(join_path(path(), kAdapterConfig), format_json(json));
  }

 private:
  static ModelOrigin origin_of(const ModelType& type) {
    ModelOrigin origin;
    origin.config = Json{{"model_type", std::string(type.name())}};
    return origin;
  }

  TemporaryDirectory directory_;
  TransformerModel base_;
  std::unique_ptr<Model> model_;
  ModelOrigin origin_;
};

}  // namespace hodhod
