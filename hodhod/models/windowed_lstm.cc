// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/windowed_lstm.h"

#include <fmt/format.h>

#include <algorithm>
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
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// The options under the names that config.json has for them.
constexpr hf::KeyRule kWindowedLstmKeys[] = {
    {"vocab_size", "vocabulary"},    {"context_size", "context"},
    {"embedding_size", "width"},     {"hidden_size", "hidden"},
    {"num_hidden_layers", "layers"}, {"max_position_embeddings", "max_length"},
    {"forget_bias", "forget_bias"},  {"dropout", "dropout"}};

struct WindowedLstmType final : ModelType {
  std::string_view name() const override { return "windowed-lstm"; }
  std::vector<std::string> presets() const override { return {"windowed-lstm"}; }
  std::unique_ptr<ModelConfig> preset(std::string_view) const override {
    return std::make_unique<WindowedLstmConfig>(WindowedLstmOptions{.vocabulary = 400});
  }
  ReadConfig read(const Json& json, const std::string& path) const override {
    hf::ConfigReader reader(json, path);
    WindowedLstmConfig config;
    reader.read(kWindowedLstmKeys, config.fields());
    hf::read_tokens(reader, config.body.special, config.body.vocabulary, false);
    reader.find("architectures");
    return checked(reader, std::make_unique<WindowedLstmConfig>(config));
  }
  Json write(const ModelConfig& config) const override {
    Json json = Json::object();
    json["architectures"] = Json::array({"WindowedLstmForCausalLM"});
    json["model_type"] = std::string(name());
    write_options(kWindowedLstmKeys, config, json);
    hf::write_tokens(config.special(), false, json);
    json["torch_dtype"] = "float32";
    return json;
  }
};

}  // namespace

const ModelType& windowed_lstm_type() {
  static const WindowedLstmType kType;
  return kType;
}

// ---- configuration ----

WindowedLstmConfig::WindowedLstmConfig(const WindowedLstmOptions& options) : ConfigOf(options) {
  head.kind = HeadKind::language_model;
}

std::string WindowedLstmConfig::summary() const {
  return fmt::format("LSTM over the last {} tokens, averaged, width {}, {} layer{} of {}, vocabulary {}",
                     body.context, body.width, body.layers, body.layers == 1 ? "" : "s", body.hidden,
                     with_commas(body.vocabulary));
}

void WindowedLstmConfig::validate() const {
  check_fields(fields_of(const_cast<WindowedLstmOptions&>(body)), "windowed-lstm");  // only read
  check(body.layers * body.hidden <= 1 << 22, "windowed-lstm: {} layers of {} units are too wide together",
        body.layers, body.hidden);
}

const ModelType& WindowedLstmConfig::type(const ModelType*) const {
  validate();
  return windowed_lstm_type();
}

std::unique_ptr<Model> WindowedLstmConfig::make() const { return std::make_unique<WindowedLstm>(*this); }

// ---- model ----

WindowedLstm::WindowedLstm(const WindowedLstmConfig& config) : config_(config) {
  config.validate();
  const WindowedLstmOptions& c = config_.body;
  const int64_t all = c.width + c.layers * c.hidden;
  embedding_ = Tensor::empty({c.vocabulary, c.width});
  layers_ = Recurrent(RecurrentOptions{
      .cell = Cell::lstm, .input = c.width, .hidden = c.hidden, .layers = c.layers, .dropout = c.dropout});
  attention_ = Tensor::empty({1, all});
  head_ = LanguageHead{
      .output = {.weight = Tensor::empty({c.vocabulary, all}), .bias = Tensor::empty({c.vocabulary})}};
}

void WindowedLstm::for_each_parameter(const ParameterFunction& f) { hodhod::for_each_parameter(*this, f); }

void WindowedLstm::initialise(const Rng& rng, const ParameterChoice& wanted) {
  for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng stream = stream_of(rng, name);
    if (name.starts_with("decoder.")) {
      initialise_cell(name, parameter, Cell::lstm, config_.body.hidden, config_.body.forget_bias, stream);
    } else if (name == "attention.weight") {
      init_xavier_uniform(parameter, stream);
    } else if (parameter.rank() < 2) {
      fill(parameter, 0);
    } else {
      init_normal(parameter, 0, 0.1, stream);
    }
  });
}

WindowedLstm::Average WindowedLstm::average(const Tensor& x, Context& context) const {
  // Windows are not the rows and times of a batch, so nothing inside is traced.
  Trace* const trace = std::exchange(context.trace, nullptr);
  const RecurrentRun run = layers_(x, context);
  std::vector<Tensor> parts = {x};
  parts.insert(parts.end(), run.layers.begin(), run.layers.end());
  const Tensor z = concat(parts, 2);                                             // [N, n, C + L·H]
  const Tensor weights = softmax(matmul(attention_, z, {.transpose_b = true}));  // [N, 1, n]
  const Tensor averaged = Dropout{config_.body.dropout}(select(matmul(weights, z), 1, 0), context);
  context.trace = trace;
  return {averaged, weights};
}

Tensor WindowedLstm::read(const TokenBatch& tokens, Context& context) const {
  const Trace::Scope scope(context.trace, "decoder");
  check_tokens(*this, tokens, vocabulary());
  const int64_t B = tokens.ids.dim(0), T = tokens.ids.dim(1), n = config_.body.context,
                C = config_.body.width;
  Tensor x = embedding(tokens.ids, embedding_);
  {
    const Trace::Scope inner(context.trace, "embedding");
    trace(context, "input", Component::input, "BT", tokens.ids);
    trace(context, "tokens", Component::embedding, "BTC", x);
  }
  if (n > 1) {
    const auto filler = static_cast<double>(config_.special().filler());
    const Tensor before = Tensor::full({B, n - 1}, filler, DType::i64, tokens.ids.device());
    x = concat({embedding(before, embedding_), x}, 1);
  }
  x = Dropout{config_.body.dropout}(x, context);
  std::vector<Tensor> places;  // of the window, the earliest first
  for (int64_t i = 0; i < n; ++i) places.push_back(slice(x, 1, i, i + T));
  const Tensor windows = reshape(concat(places, 2), {B * T, n, C});
  const Average found = average(windows, context);
  const Tensor y = reshape(found.averaged, {B, T, C + config_.body.layers * config_.body.hidden});
  trace(context, "window_weights", Component::attention, "BTS", reshape(found.weights, {B, T, n}));
  trace(context, "averaged", Component::attention, "BTC", y);
  return y;
}

Tensor WindowedLstm::logits(const SequenceBatch& batch, Context& context) const {
  return language_head().logits(read(batch.target, context), embedding_, context);
}

Tensor WindowedLstm::loss(const SequenceBatch& batch, const Tensor& labels,
                          const CrossEntropyOptions& options, Context& context) const {
  return language_head().loss(read(batch.target, context), embedding_, labels, options);
}

std::unique_ptr<LanguageModel::State> WindowedLstm::start(std::span<const Prompt> prompts, Context&) const {
  return TokenWindows::of(prompts, config_.body.context, *this);
}

Tensor WindowedLstm::step(State& state, std::span<const int64_t> tokens, Context& context) const {
  const NoGrad off;
  check_tokens(*this, {.ids = Tensor::from(tokens, {std::ssize(tokens), 1})}, vocabulary());
  auto& windows = static_cast<TokenWindows&>(state);
  windows.push(tokens);
  std::vector<int64_t> ids;
  for (const auto& row : windows.rows)
    for (const int64_t id : row) ids.push_back(id < 0 ? config_.special().filler() : id);
  const Tensor x = embedding(Tensor::from(ids, {std::ssize(tokens), config_.body.context}), embedding_);
  const Tensor logits = language_head().logits(average(x, context).averaged, embedding_, context);
  return check_finite(*this, logits, "logits");
}

int64_t WindowedLstm::state_bytes(int64_t rows, int64_t) const {
  return rows * config_.body.context * static_cast<int64_t>(sizeof(int64_t));
}

}  // namespace hodhod
