// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/feed_forward_lm.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/models/finite.h"
#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/hf/tokens.h"
#include "hodhod/models/own_config.h"
#include "hodhod/models/token_windows.h"
#include "hodhod/nn/dropout.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

struct FeedForwardLmSize {
  std::string_view preset;
  int64_t context, width, hidden;
};
constexpr FeedForwardLmSize kFeedForwardLmSizes[] = {{"nnlm-tiny", 8, 24, 128}, {"nnlm-small", 16, 64, 512}};

// The options under the names that config.json has for them.
constexpr hf::KeyRule kFeedForwardLmKeys[] = {
    {"vocab_size", "vocabulary"}, {"context_size", "context"},     {"embedding_size", "width"},
    {"hidden_size", "hidden"},    {"num_hidden_layers", "layers"}, {"max_position_embeddings", "max_length"},
    {"dropout", "dropout"}};

struct FeedForwardLmType final : ModelType {
  std::string_view name() const override { return "nnlm"; }
  std::vector<std::string> presets() const override {
    std::vector<std::string> names;
    for (const FeedForwardLmSize& size : kFeedForwardLmSizes) names.emplace_back(size.preset);
    return names;
  }
  std::unique_ptr<ModelConfig> preset(std::string_view wanted) const override {
    for (const FeedForwardLmSize& size : kFeedForwardLmSizes) {
      if (size.preset != wanted) continue;
      return std::make_unique<FeedForwardLmConfig>(FeedForwardLmOptions{
          .vocabulary = 8000, .context = size.context, .width = size.width, .hidden = size.hidden});
    }
    fail("there is no preset '{}' of type nnlm", wanted);
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    hf::ConfigReader reader(json, path);
    FeedForwardLmConfig config;
    reader.read(kFeedForwardLmKeys, config.fields());
    hf::read_tokens(reader, config.body.special, config.body.vocabulary, false);
    reader.find("architectures");
    return checked(reader, std::make_unique<FeedForwardLmConfig>(config));
  }
  Json write(const ModelConfig& config) const override {
    Json json = Json::object();
    json["architectures"] = Json::array({"NnlmForCausalLM"});
    json["model_type"] = std::string(name());
    write_options(kFeedForwardLmKeys, config, json);
    hf::write_tokens(config.special(), false, json);
    json["torch_dtype"] = "float32";
    return json;
  }
};

}  // namespace

const ModelType& feed_forward_lm_type() {
  static const FeedForwardLmType kType;
  return kType;
}

// ---- configuration ----

FeedForwardLmConfig::FeedForwardLmConfig(const FeedForwardLmOptions& options) : ConfigOf(options) {
  head.kind = HeadKind::language_model;
}

std::string FeedForwardLmConfig::summary() const {
  return fmt::format("perceptron over the last {} tokens, width {}, {} hidden layer{} of {}, vocabulary {}",
                     body.context, body.width, body.layers, body.layers == 1 ? "" : "s", body.hidden,
                     with_commas(body.vocabulary));
}

void FeedForwardLmConfig::validate() const {
  check_fields(fields_of(const_cast<FeedForwardLmOptions&>(body)), "nnlm");  // only read
  const int64_t inputs = body.context * body.width;
  check(inputs <= 1 << 24,
        "nnlm: {} tokens of {} channels are {} inputs of a hidden unit; at most {} are possible",
        body.context, body.width, inputs, 1 << 24);
}

const ModelType& FeedForwardLmConfig::type(const ModelType*) const {
  validate();
  return feed_forward_lm_type();
}

std::unique_ptr<Model> FeedForwardLmConfig::make() const { return std::make_unique<FeedForwardLm>(*this); }

// ---- model ----

FeedForwardLm::FeedForwardLm(const FeedForwardLmConfig& config) : config_(config) {
  config.validate();
  const FeedForwardLmOptions& c = config_.body;
  embedding_ = Tensor::empty({c.vocabulary, c.width});
  for (int64_t i = 0; i < c.layers; ++i)
    layers_.emplace_back(i == 0 ? c.context * c.width : c.hidden, c.hidden);
  head_ = LanguageHead{
      .output = {.weight = Tensor::empty({c.vocabulary, c.hidden}), .bias = Tensor::empty({c.vocabulary})}};
}

void FeedForwardLm::for_each_parameter(const ParameterFunction& f) { hodhod::for_each_parameter(*this, f); }

void FeedForwardLm::initialise(const Rng& rng, const ParameterChoice& wanted) {
  for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng stream = stream_of(rng, name);
    if (parameter.rank() < 2) {
      fill(parameter, 0);
    } else if (name == "embedding.weight" || name == "output.weight") {
      init_normal(parameter, 0, 0.1, stream);
    } else {
      init_xavier_uniform(parameter, stream);
    }
  });
}

Tensor FeedForwardLm::hidden_layers(Tensor x, Context& context) const {
  const Dropout drop{config_.body.dropout};
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Trace::Scope scope(context.trace, "layer", i);
    x = tanh(layers_[i](x, context));
    trace(context, "hidden", Component::feed_forward, "BTF", x);
    x = drop(x, context);
  }
  return x;
}

Tensor FeedForwardLm::read(const TokenBatch& tokens, Context& context) const {
  const Trace::Scope scope(context.trace, "decoder");
  Tensor x;
  {
    const Trace::Scope inner(context.trace, "embedding");
    check_tokens(*this, tokens, vocabulary());
    trace(context, "input", Component::input, "BT", tokens.ids);
    x = embedding(tokens.ids, embedding_);
    trace(context, "tokens", Component::embedding, "BTC", x);
    x = Dropout{config_.body.dropout}(x, context);
  }
  const int64_t B = x.dim(0), T = x.dim(1), C = x.dim(2);
  std::vector<Tensor> places;  // of the window, the earliest first
  for (int64_t back = config_.body.context - 1; back > 0; --back) {
    const Tensor before = Tensor::zeros({B, std::min(back, T), C}, x.dtype(), x.device());
    places.push_back(back >= T ? before : concat({before, slice(x, 1, 0, T - back)}, 1));
  }
  places.push_back(x);
  x = concat(places, 2);
  trace(context, "window", Component::embedding, "BTC", x);
  return hidden_layers(x, context);
}

Tensor FeedForwardLm::logits(const SequenceBatch& batch, Context& context) const {
  return language_head().logits(read(batch.target, context), embedding_, context);
}

Tensor FeedForwardLm::loss(const SequenceBatch& batch, const Tensor& labels,
                           const CrossEntropyOptions& options, Context& context) const {
  return language_head().loss(read(batch.target, context), embedding_, labels, options);
}

// ---- decoding ----

std::unique_ptr<LanguageModel::State> FeedForwardLm::start(std::span<const Prompt> prompts, Context&) const {
  return TokenWindows::of(prompts, config_.body.context, *this);
}

Tensor FeedForwardLm::step(State& state, std::span<const int64_t> tokens, Context& context) const {
  const NoGrad off;
  const Trace::Scope scope(context.trace, "decoder");
  auto& windows = static_cast<TokenWindows&>(state);
  check_tokens(*this, {.ids = Tensor::from(tokens, {std::ssize(tokens), 1})}, vocabulary());
  const int64_t rows = std::ssize(tokens), n = config_.body.context;
  std::vector<int64_t> ids;
  std::vector<float> known;
  windows.push(tokens);
  for (const auto& row : windows.rows) {
    for (const int64_t id : row) {
      ids.push_back(std::max<int64_t>(id, 0));
      known.push_back(id >= 0 ? 1.0f : 0.0f);
    }
  }
  const Tensor x =
      mul(embedding(Tensor::from(ids, {rows, n}), embedding_), Tensor::from(known, {rows, n, 1}));
  const Tensor hidden = select(hidden_layers(reshape(x, {rows, 1, n * x.dim(2)}), context), 1, 0);
  return check_finite(*this, language_head().logits(hidden, embedding_, context), "logits");
}

int64_t FeedForwardLm::state_bytes(int64_t rows, int64_t) const {
  return rows * config_.body.context * static_cast<int64_t>(sizeof(int64_t));
}

}  // namespace hodhod
