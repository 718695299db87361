// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bag_model.h"

#include "hodhod/base/file.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding_bag.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

ClassificationHead make_bag_head(const BagModelConfig& config) {
  const int64_t labels = config.head.labels;
  ClassificationHead head;
  head.dropout = config.head.dropout.value_or(0);
  if (!config.is_linear()) {
    head.classifier = Linear(config.width(), labels, config.body.bias);
  } else if (config.body.bias) {
    head.classifier.bias = Tensor::empty({labels});
  }
  return head;
}

}  // namespace

BagModel::BagModel(const BagModelConfig& config) : config_(config), head_(make_bag_head(config)) {
  const std::vector<int64_t>& sizes = config.body.hidden_sizes;
  table_ = Tensor::empty({config.vocabulary(), config.is_linear() ? config.width() : sizes[0]});
  if (!config.is_linear() && config.body.bias) bias_ = Tensor::empty({sizes[0]});
  for (size_t i = 1; i < sizes.size(); ++i) layers_.emplace_back(sizes[i - 1], sizes[i], config.body.bias);
}

std::optional<LinearForm> BagModel::linear_form() {
  const BagConfig& body = config_.body;
  if (body.training != BagTraining::solver) return std::nullopt;
  return LinearForm{.table = table_,
                    .bias = std::get<ClassificationHead>(head_).classifier.bias,
                    .log_ratio = body.features.weighting == Weighting::log_ratio,
                    .smoothing = body.smoothing,
                    .interpolation = body.interpolation};
}

void BagModel::for_each_parameter(const ParameterFunction& f) { hodhod::for_each_parameter(*this, f); }

void BagModel::initialise(const Rng& rng, const ParameterChoice& wanted) {
  const bool from_zero = config_.is_linear() || config_.body.activation == HiddenFunction::none;
  for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng own = stream_of(rng, name);
    if (name == "embedding.weight" && !config_.is_linear()) {
      const double bound = 1.0 / static_cast<double>(parameter.dim(1));
      init_uniform(parameter, -bound, bound, own);
    } else if (parameter.rank() == 2 && !(from_zero && name == "classifier.weight") && !config_.is_linear()) {
      init_xavier_uniform(parameter, own);
    } else {
      init_zeros(parameter);
    }
  });
}

void BagModel::save_files(const std::string& directory) const {
  if (config_.body.features.hashing == Hashing::all) return;  // there are none
  write_file_atomically(join_path(directory, kFeaturesFile),
                        features_to_text(config_.known_features()->known()));
}

Tensor BagModel::activated(const Tensor& x, Context& context) const {
  Tensor y = x;
  if (config_.body.activation == HiddenFunction::relu) y = relu(x);
  if (config_.body.activation == HiddenFunction::tanh) y = tanh(x);
  trace(context, "hidden", Component::feed_forward, "BC", y);
  const double rate = config_.body.dropout;
  return context.training && rate > 0 ? dropout(y, rate, context.next_stream()) : y;
}

HiddenStates BagModel::encode(const TokenBatch& tokens, Context& context) const {
  check_tokens(*this, tokens, config_.vocabulary());
  trace(context, "bag.features", Component::input, "BT", tokens.ids);
  Tensor x = embedding_bag({.ids = tokens.ids, .lengths = tokens.lengths, .weights = tokens.weights}, table_);
  trace(context, "bag.sum", Component::embedding, "BC", x);
  if (!config_.is_linear()) {
    if (bias_.defined()) x = x + bias_;
    for (size_t i = 0; i <= layers_.size(); ++i) {
      const Trace::Scope scope(context.trace, "bag.layer", i);
      if (i > 0) x = layers_[i - 1](x);
      x = activated(x, context);
    }
  }
  return {.states = reshape(x, {x.dim(0), 1, x.dim(1)}), .lengths = {}};
}

}  // namespace hodhod
