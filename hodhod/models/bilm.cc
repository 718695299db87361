// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bilm.h"

#include <cmath>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/nn/dropout.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"

namespace hodhod {
namespace {

Recurrent one_direction(const BilmOptions& options, bool reverse) {
  return Recurrent(RecurrentOptions{.cell = cell_of(options.cell),
                                    .input = options.width / 2,
                                    .hidden = options.width / 2,
                                    .layers = options.layers,
                                    .reverse = reverse,
                                    .dropout = options.dropout});
}

Head make_bilm_head(const BilmConfig& config) {
  const BilmOptions& body = config.body;
  if (config.head.kind == HeadKind::tagger) return make_tagging_head(config.head, body.width, body.dropout);
  if (config.head.kind != HeadKind::classifier) return NoHead{};
  ClassificationHead head{.pooler = std::nullopt,
                          .classifier = Linear(body.width, config.head.labels),
                          .pooling = body.pooling,
                          .dropout = config.head.dropout.value_or(body.dropout),
                          .both_directions = true};
  if (head.pooling == StatePooling::attention) head.attention.emplace(body.width, 1, false);
  return head;
}

// The token beside each one, in steps of `step`; kIgnoreIndex where there is none.
Tensor neighbours(const TokenBatch& tokens, int64_t step) {
  const Tensor ids = tokens.ids.converted(DType::i64).dense();
  const int64_t rows = ids.dim(0), time = ids.dim(1);
  const Tensor found = Tensor::full({rows, time}, kIgnoreIndex, DType::i64);
  for (int64_t b = 0; b < rows; ++b) {
    const int64_t length = tokens.lengths.defined() ? tokens.lengths.data<int64_t>()[b] : time;
    for (int64_t t = 0; t < length; ++t) {
      if (t + step >= 0 && t + step < length)
        found.data<int64_t>()[b * time + t] = ids.data<int64_t>()[b * time + t + step];
    }
  }
  return found;
}

}  // namespace

Tensor LayerMix::shares() const { return softmax(weights); }

Tensor LayerMix::operator()(const std::vector<Tensor>& layers) const {
  const int64_t count = static_cast<int64_t>(layers.size());
  const Tensor factors = reshape(mul(shares(), scale), {count, 1, 1, 1});
  return sum(mul(stack(layers, 0), factors), {0});
}

// What both networks make of a batch.
struct BilmModel::Read {
  Tensor tokens;  // x [B, T, C / 2]
  RecurrentRun forward, backward;
};

BilmModel::BilmModel(const BilmConfig& config)
    : config_(config),
      forward_(one_direction(config.body, false)),
      backward_(one_direction(config.body, true)) {
  config.validate();
  const BilmOptions& c = config_.body;
  embedding_ = Tensor::empty({c.vocabulary, c.width / 2});
  if (config_.head.kind == HeadKind::none) {
    output_ = Tensor::empty({c.vocabulary, c.width / 2});
  } else {
    mix_ = LayerMix{Tensor::empty({c.layers + 1}), Tensor::empty({1})};
  }
  head_ = make_bilm_head(config_);
}

void BilmModel::for_each_parameter(const ParameterFunction& f) { hodhod::for_each_parameter(*this, f); }

void BilmModel::initialise(const Rng& rng, const ParameterChoice& wanted) {
  for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (!wanted(name)) return;
    const Rng stream = stream_of(rng, name);
    if (name.starts_with("forward.") || name.starts_with("backward.")) {
      initialise_cell(name, parameter, cell_of(config_.body.cell), config_.body.width / 2,
                      config_.body.forget_bias, stream);
    } else if (name == "embedding.weight" || name == "head.weight") {
      init_normal(parameter, 0, 0.1, stream);
    } else if (parameter.rank() < 2) {
      fill(parameter, name == "mix.scale" ? 1 : 0);
    } else {
      init_xavier_uniform(parameter, stream);
    }
  });
}

// ---- reading ----

BilmModel::Read BilmModel::read(const TokenBatch& tokens, Context& context) const {
  const auto drop = [&](const Tensor& x) { return Dropout{config_.body.dropout}(x, context); };
  Read found;
  {
    const Trace::Scope scope(context.trace, "embedding");
    check_tokens(*this, tokens, config_.vocabulary());
    trace(context, "input", Component::input, "BT", tokens.ids);
    found.tokens = drop(embedding(tokens.ids, embedding_, {.padding = config_.special().pad}));
    trace(context, "output", Component::embedding, "BTC", found.tokens);
  }
  const auto run = [&](const Recurrent& network, const char* name) {
    const Trace::Scope scope(context.trace, name);
    return network(found.tokens, context, {.lengths = tokens.lengths});
  };
  found.forward = run(forward_, "forward");
  found.backward = run(backward_, "backward");
  return found;
}

std::vector<Tensor> BilmModel::encode_layers(const TokenBatch& tokens, Context& context) const {
  const Read found = read(tokens, context);
  std::vector<Tensor> layers{concat({found.tokens, found.tokens}, 2)};
  for (size_t j = 0; j < found.forward.layers.size(); ++j)
    layers.push_back(concat({found.forward.layers[j], found.backward.layers[j]}, 2));
  return layers;
}

HiddenStates BilmModel::encode(const TokenBatch& tokens, Context& context) const {
  const std::vector<Tensor> layers = encode_layers(tokens, context);
  const Tensor states = mix_ ? (*mix_)(layers) : mean(stack(layers, 0), {0});
  if (mix_ && context.trace != nullptr) {
    context.trace->add("mix.shares", Component::linear, "N", mix_->weights.shape(),
                       [&] { return mix_->shares(); });
  }
  trace(context, "mix", Component::linear, "BTC", states);
  return {states, tokens.lengths};
}

Tensor BilmModel::loss(const TokenBatch& texts, Context& context) const {
  check(output_.defined(), "{}: this model has a head in place of its output layer", name());
  const Read found = read(texts, context);
  const auto loss_of = [&](const Tensor& states, int64_t step) {
    return linear_cross_entropy(Dropout{config_.body.dropout}(states, context), output_, Tensor(),
                                neighbours(texts, step), {.reduction = Reduction::sum});
  };
  return add(loss_of(found.forward.output, 1), loss_of(found.backward.output, -1));
}

}  // namespace hodhod
